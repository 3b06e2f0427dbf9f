using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>References of Flux objects that lead nowhere, and API versions that its release does not serve.</summary>
internal static class FluxRules
{
    private const string Api = "api-version";
    private const string Source = "source-missing";
    private const string Path = "path-missing";
    private const string Health = "health-check-missing";
    private const string Duplicate = "duplicate-object";
    private const string Secret = "secret-in-plain-text";

    public static readonly LintRule Rule = LintRule.Of(
        Check,
        (Api, "The cluster's Flux does not serve this API version."),
        (Source, "A sourceRef or chartRef names a source that the tree does not have."),
        (Path, "A Flux Kustomization's path is no folder of the tree."),
        (Health, "A health check names an object that its Flux Kustomization does not make: it is waited for until the time-out."),
        (Duplicate, "Two Flux Kustomizations apply the same object and take it from each other in turn."),
        (Secret, "A Secret, or a text that gives a credential away, stands in the repository in plain text."));

    private static readonly string[] SecretMembers = ["data", "stringData"];

    private static IEnumerable<Finding> Check(ClusterView cluster) => ApiVersions(cluster)
        .Concat(Sources(cluster))
        .Concat(cluster.Layers.SelectMany(layer => Paths(layer).Concat(HealthChecks(cluster, layer))))
        .Concat(Duplicates(cluster))
        .Concat(Secrets(cluster))
        .Concat(Credentials(cluster));

    private static IEnumerable<Finding> ApiVersions(ClusterView cluster) =>
        from resource in cluster.Applied
        where FluxApiVersions.IsFlux(resource.Group, resource.Kind)
        let served = FluxApiVersions.Served(resource.Group, resource.Kind, cluster.Options.FluxVersion).ToArray()
        where !served.Contains(resource.Version)
        select Report.At(
            resource,
            ["apiVersion"],
            Api,
            $"Flux {cluster.Options.FluxVersion} does not serve {resource.Kind} in {resource.ApiVersion}.",
            served.Length > 0 ? $"Write {resource.Group}/{served[0]}." : "Take a later Flux.");

    private static IEnumerable<Finding> Sources(ClusterView cluster) =>
        from resource in cluster.Applied
        let reference = (resource.Kind, resource.Group) switch
        {
            ("Kustomization", "kustomize.toolkit.fluxcd.io") => resource.Body.At("spec", "sourceRef"),
            ("HelmRelease", _) => resource.Body.At("spec", "chartRef") ?? resource.Body.At("spec", "chart", "spec", "sourceRef"),
            _ => null,
        } as Mapping
        where reference is not null
        let @namespace = reference.TextAt("namespace") ?? resource.Namespace
        where cluster.Find(reference.TextAt("kind") ?? "", @namespace, reference.TextAt("name") ?? "") is null
        select Report.At(
            reference,
            Source,
            $"{resource.Id.Spoken} takes its source from {reference.TextAt("kind")} {@namespace}/{reference.TextAt("name")}, which cluster {cluster.Name} does not have.",
            "Name a source of the tree; a namespace must be written where it differs.");

    private static IEnumerable<Finding> Paths(Layer layer)
    {
        if (layer.Folder is null || layer.Raw.IsEmpty)
        {
            yield return Report.At(
                layer.Kustomization,
                ["spec", "path"],
                Path,
                $"{layer.Name} applies nothing from '{layer.Kustomization.Body.TextAt("spec", "path")}'.",
                "Name a folder of the repository, from its root: ./kubernetes/...");
        }
    }

    private static IEnumerable<Finding> HealthChecks(ClusterView cluster, Layer layer) =>
        from check in ((layer.Kustomization.Body.At("spec", "healthChecks") as Sequence)?.Items ?? []).OfType<Mapping>()
        let kind = check.TextAt("kind")
        let @namespace = check.TextAt("namespace") ?? ""
        let name = check.TextAt("name")
        where !layer.Applied.Any(resource => resource.Kind == kind && resource.Namespace == @namespace && resource.Name == name)
            && !cluster.Releases.Any(release => release.Layer == layer && release.Namespace == @namespace && IsOf(release, kind, name))
        select Report.At(
            check,
            Health,
            $"{layer.Name} waits for {kind} {@namespace}/{name}, which it does not make.",
            "Name an object of this Flux Kustomization or of its releases.");

    private static bool IsOf(CoreDnsRelease release, string? kind, string? name) => kind switch
    {
        "Deployment" => name == release.DeploymentName || (name == release.FullName + "-autoscaler" && release.Switch(false, "autoscaler", "enabled")),
        "Service" => name == release.ServiceName || (name == release.MetricsService && release.HasMetricsService),
        "ConfigMap" => name == release.FullName,
        _ => false,
    };

    private static IEnumerable<Finding> Duplicates(ClusterView cluster) =>
        from same in cluster.Layers.SelectMany(layer => layer.Applied.Select(resource => (Layer: layer, Resource: resource))).GroupBy(item => item.Resource.Id)
        where same.Count() > 1
        let last = same.Last()
        select Report.At(
            last.Resource,
            ["metadata", "name"],
            Duplicate,
            $"{same.Key.Spoken} is applied by {string.Join(" and ", same.Select(item => item.Layer.Name))}; the one that drops it prunes it for the other.",
            "Keep it in one of them.");

    /// <summary>Data that SOPS has not encrypted; a Secret without data is filled by somebody in the cluster.</summary>
    private static IEnumerable<Finding> Secrets(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Raw)
        where resource is { Kind: "Secret", Group: "" }
        from key in SecretMembers
        from entry in (resource.Body[key] as Mapping)?.Entries ?? []
        where entry.Value is Scalar { Value.Length: > 0 } value && !value.Value.StartsWith("ENC[", StringComparison.Ordinal) && !value.Value.StartsWith("${", StringComparison.Ordinal)
        select Report.At(
            entry,
            Secret,
            $"{resource.Id.Spoken} holds '{entry.Key}' in plain text, for everybody who may read the repository and its history.",
            "Revoke it, encrypt the file with SOPS, or let the cluster fetch it.");

    /// <summary>Keys and tokens of well-known forms, wherever they stand; the finding never repeats them.</summary>
    private static IEnumerable<Finding> Credentials(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Raw)
        from scalar in resource.Body.Scalars()
        where SecretText.IsSecret(scalar.Value)
        select Report.At(
            scalar,
            Secret,
            $"{resource.Id.Spoken} holds a key, a token or a password inside of a URL.",
            "Revoke it, and let the cluster take it from a Secret.");
}
