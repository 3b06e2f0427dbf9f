using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>References of Flux objects to missing objects, and API versions that the Flux release does not serve.</summary>
internal static class FluxRules
{
    private const string Api = "api-version";
    internal const string Source = "source-missing";
    internal const string Health = "health-check-missing";
    private const string Duplicate = "duplicate-object";
    private const string Secret = "secret-in-plain-text";

    public static readonly LintRule Rule = LintRule.Of(
        "flux",
        Check,
        (Api, "The cluster's Flux does not serve this API version."),
        (Source, "A sourceRef or chartRef names a source that the tree does not contain."),
        (Layer.RulePathMissing, "spec.path does not exist in the tree."),
        (Layer.RulePatchWithoutTarget, "The target of a patch selects no object; kustomize silently ignores the patch."),
        (Health, "A health check names an object that nothing in the cluster creates, so Flux waits until the timeout."),
        (Duplicate, "Two Flux Kustomizations apply the same object and overwrite each other."),
        (Secret, "The repository contains a Secret or another credential in plain text."));

    private static readonly OfNode<IReadOnlyList<Scalar>> SecretScalars = new(body => body.Scalars(SecretText.IsSecret));

    private static readonly string[] SecretMembers = ["data", "stringData"];

    private static IEnumerable<Finding> Check(ClusterView cluster) => ApiVersions(cluster)
        .Concat(Sources(cluster))
        .Concat(cluster.Layers.SelectMany(Empty))
        .Concat(HealthChecks(cluster))
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
            served.Length > 0 ? $"Write {resource.Group}/{served[0]}." : "Use a later Flux release.");

    /// <summary>The source of the cluster itself may be made outside of the tree, by flux bootstrap or an operator.</summary>
    private static bool IsOwn(ClusterView cluster, string kind, string @namespace, string name) =>
        cluster.Layers.FirstOrDefault(layer => layer is { IsForeign: false, IsBootstrap: false })?.Source is { } own
        && (own.Kind, own.Namespace, own.Name) == (kind, @namespace, name);

    private static IEnumerable<Finding> Sources(ClusterView cluster) =>
        from resource in cluster.Applied
        let reference = (resource.Kind, resource.Group) switch
        {
            ("Kustomization", "kustomize.toolkit.fluxcd.io") => resource.Body.At("spec", "sourceRef"),
            ("HelmRelease", _) => resource.Body.At("spec", "chartRef") ?? resource.Body.At("spec", "chart", "spec", "sourceRef"),
            _ => null,
        } as Mapping
        // A controller makes an ExternalArtifact, and a Kustomization of another repository brings objects that are unknown here.
        where reference is not null && reference.TextAt("kind") != "ExternalArtifact" && !cluster.Layers.Any(layer => layer.IsForeign)
        let @namespace = reference.TextAt("namespace") ?? resource.Namespace
        let kind = reference.TextAt("kind") ?? ""
        let name = reference.TextAt("name") ?? ""
        where cluster.Find(kind, @namespace, name) is null && !IsOwn(cluster, kind, @namespace, name)
        select Report.At(
            reference,
            Source,
            $"{resource.Id.Spoken} refers to {reference.TextAt("kind")} {@namespace}/{reference.TextAt("name")}, "
            + $"which cluster {cluster.Name} does not have.",
            "Name a source of the tree, with its namespace if that differs.");

    /// <summary>The folder exists, but its build is empty.</summary>
    private static IEnumerable<Finding> Empty(Layer layer)
    {
        if (layer is { Folder: not null, Built: [], BuildFindings: [] })
        {
            yield return Report.At(
                layer.Kustomization,
                ["spec", "path"],
                Layer.RulePathMissing,
                $"{layer.Name} applies nothing from '{layer.Path}'.",
                "Name a folder that contains manifests, from the root of the repository: ./kubernetes/...");
        }
    }

    /// <summary>Any controller may create what a health check names; a finding is only what nothing here can create.</summary>
    private static IEnumerable<Finding> HealthChecks(ClusterView cluster)
    {
        var unknown = Workload.Unknown(cluster);
        return
        from layer in cluster.Layers
        from check in layer.IsForeign || layer.IsRemote
            || layer.Applied.Any(resource => resource.IsHelmRelease && !IsKnown(cluster, resource)) ? []
            : layer.Kustomization.Body.MappingsAt("spec", "healthChecks")
        let kind = check.TextAt("kind")
        let @namespace = check.TextAt("namespace") ?? ""
        let name = check.TextAt("name")
        // kustomize also gives a namespace to custom resources that have none.
        where !unknown(@namespace) && !cluster.Applied.Any(resource => resource.Kind == kind && resource.Name == name
                && (resource.Namespace == @namespace || @namespace.Length == 0))
            && !cluster.Releases.Any(release => release.Namespace == @namespace && IsOf(release, kind, name))
        select Report.At(
            check,
            Health,
            $"{layer.Name} waits for {kind} {@namespace}/{name}, which nothing in the cluster creates.",
            "Name an object of the cluster or of its releases.");
    }

    private static bool IsKnown(ClusterView cluster, Manifest release) =>
        cluster.Releases.Any(known => known.Manifest.Id == release.Id);

    private static bool IsOf(CoreDnsRelease release, string? kind, string? name) => kind switch
    {
        "Deployment" => name == release.DeploymentName
            || (name == release.FullName + "-autoscaler" && release.Switch(false, "autoscaler", "enabled")),
        "Service" => name == release.ServiceName || (name == release.MetricsService && release.HasMetricsService),
        "ConfigMap" => name == release.FullName,
        _ => false,
    };

    private static IEnumerable<Finding> Duplicates(ClusterView cluster) =>
        from same in cluster.Layers.Where(layer => !layer.IsRemote)
            .SelectMany(layer => layer.Applied.Select(resource => (Layer: layer, Manifest: resource)))
            .GroupBy(item => item.Manifest.Id)
        where same.Count() > 1
        let last = same.Last()
        select Report.At(
            last.Manifest,
            ["metadata", "name"],
            Duplicate,
            $"{same.Key.Spoken} is applied by {string.Join(" and ", same.Select(item => item.Layer.Name))}; "
            + "if one of them drops it, Flux deletes it for both.",
            "Keep it in one of them.");

    /// <summary>Data that SOPS has not encrypted; a Secret without data is filled in the cluster.</summary>
    private static IEnumerable<Finding> Secrets(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Built)
        where resource is { Kind: "Secret", Group: "" }
        from key in SecretMembers
        from entry in resource.Body.EntriesAt(key)
        where entry.Value is Scalar { Value.Length: > 0 } value
            && !value.Value.StartsWith("ENC[", StringComparison.Ordinal) && !value.Value.StartsWith("${", StringComparison.Ordinal)
        select Report.At(
            entry,
            Secret,
            $"{resource.Id.Spoken} contains '{entry.Key}' in plain text; everyone who can read the repository can read it.",
            "Revoke it, encrypt the file with SOPS, or let the cluster fetch it.");

    /// <summary>Keys and tokens of well-known forms, anywhere in an object; the finding never repeats them.</summary>
    private static IEnumerable<Finding> Credentials(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Built)
        from scalar in SecretScalars.Of(resource.Body)
        select Report.At(
            scalar,
            Secret,
            $"{resource.Id.Spoken} contains a key, a token or a password in a URL.",
            "Revoke it, and let the cluster read it from a Secret.");
}

/// <summary>
/// The API versions that a Flux release serves (its release notes): 2.7 removed the first betas (flux2#5474), 2.8 the second ones
/// (flux2#5711).
/// </summary>
internal static class FluxApiVersions
{
    private static readonly SemVer FirstBetasGone = new(2, 7, 0);
    private static readonly SemVer SecondBetasGone = new(2, 8, 0);

    private static readonly (string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)[] Table =
    [
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1", new SemVer(2, 0, 0), null),
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1beta1", new SemVer(0, 9, 0), FirstBetasGone),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2", new SemVer(2, 3, 0), null),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2beta2", new SemVer(2, 2, 0), SecondBetasGone),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2beta1", new SemVer(0, 9, 0), FirstBetasGone),
        ("source.toolkit.fluxcd.io", ["GitRepository"], "v1", new SemVer(2, 0, 0), null),
        ("source.toolkit.fluxcd.io", ["HelmRepository", "HelmChart"], "v1", new SemVer(2, 3, 0), null),
        ("source.toolkit.fluxcd.io", ["Bucket"], "v1", new SemVer(2, 5, 0), null),
        ("source.toolkit.fluxcd.io", ["OCIRepository"], "v1", new SemVer(2, 6, 0), null),
        (
            "source.toolkit.fluxcd.io",
            ["GitRepository", "HelmRepository", "HelmChart", "Bucket", "OCIRepository"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        ("source.toolkit.fluxcd.io", ["GitRepository", "HelmRepository", "HelmChart", "Bucket"], "v1beta1", new SemVer(0, 9, 0),
            FirstBetasGone),
    ];

    /// <summary>True for a kind that this table is about.</summary>
    public static bool IsFlux(string group, string kind) => Table.Any(row => row.Group == group && row.Kinds.Contains(kind));

    /// <summary>The versions of a kind that a Flux release serves, the best first.</summary>
    public static IEnumerable<string> Served(string group, string kind, SemVer flux) =>
        Table.Where(row => row.Group == group && row.Kinds.Contains(kind) && flux >= row.From && (row.Until is null || flux < row.Until))
            .Select(row => row.Version);
}
