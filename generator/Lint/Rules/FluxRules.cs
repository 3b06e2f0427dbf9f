using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Flux.Definitions;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>References of Flux objects to missing objects, and API versions that the Flux release does not serve.</summary>
internal static class FluxRules
{
    private const string Api = "api-version";
    internal const string Source = "source-missing";
    internal const string Health = "health-check-missing";
    private const string Duplicate = "duplicate-object";
    private const string Secret = "secret-in-plain-text";
    private const string Password = "secret-in-configmap";
    private const string StillEncrypted = "secret-still-encrypted";
    private const string Namespace = "namespace-missing";

    public static readonly LintRule Rule = LintRule.Of(
        "flux",
        Check,
        (Api, "The cluster's Flux does not serve this API version."),
        (Source, "A sourceRef or chartRef names a source that the tree does not contain."),
        (Layer.RulePathMissing, "spec.path does not exist in the tree."),
        (Layer.RulePatchWithoutTarget,
            "The target of a patch selects no object in any of the cluster's Flux Kustomizations that have it; kustomize silently " +
                "ignores the patch."),
        (Layer.RuleReplaceMissing,
            "A JSON patch replaces a field that no patched object has in any of the cluster's Flux Kustomizations that have the patch: " +
                "kustomize adds it, and a mistyped word is a new field."),
        (Layer.RuleNullKept,
            "A patch with a target has a null for a label or an annotation: kustomize deletes nothing, and writes null as a text."),
        (Health, "A health check names an object that nothing in the cluster creates, so Flux waits until the timeout."),
        (Duplicate, "Two Flux Kustomizations, or one and the chart coredns, apply the same object and overwrite each other."),
        (Secret, "The repository contains a Secret or another credential in plain text."),
        (StillEncrypted, "SOPS has encrypted an object, and its Flux Kustomization has no spec.decryption: Flux cannot apply it."),
        (Namespace, "An object of a kind with namespaces has none: Flux does not choose one, and its Flux Kustomization fails."),
        (Password, "A ConfigMap has a key that asks for a credential, with a text that looks like one."));

    private static readonly NodeFact<IReadOnlyList<Scalar>> SecretScalars = new();

    // FluxObjectRules reports other kinds.
    private static readonly string?[] OfKustomizations = ["GitRepository", "OCIRepository", "Bucket"];

    private static readonly string[] SecretMembers = ["data", "stringData"];

    private static IEnumerable<Finding> Check(ClusterView cluster) => ApiVersions(cluster)
        .Concat(Sources(cluster))
        .Concat(cluster.Layers.SelectMany(Empty))
        .Concat(HealthChecks(cluster))
        .Concat(Duplicates(cluster))
        .Concat(cluster.Releases.SelectMany(release => OfChart(cluster, release)))
        .Concat(cluster.Layers.SelectMany(WithoutNamespace))
        .Concat(Secrets(cluster))
        .Concat(Credentials(cluster))
        .Concat(cluster.Layers.SelectMany(Encrypted))
        .Concat(Passwords(cluster).Select(finding => finding with { Severity = Severity.Warning }));

    private static IEnumerable<Finding> ApiVersions(ClusterView cluster) =>
        from resource in cluster.Applied
        where FluxApiVersions.Lacks(resource.Group, resource.Kind, resource.Version, cluster.Options.FluxVersion)
        let served = FluxApiVersions.Served(resource.Group, resource.Kind, cluster.Options.FluxVersion).ToArray()
        select Report.At(
            resource,
            ["apiVersion"],
            Api,
            $"Flux {cluster.Options.FluxVersion} does not serve {resource.Kind} in {resource.ApiVersion}.",
            served.Length > 0 ? $"Write {resource.Group}/{served[0]}." : "Use a later Flux release.");

    /// <summary>The first Flux Kustomization of this repository.</summary>
    private static Layer? OwnLayer(ClusterView cluster) =>
        cluster.Layers.FirstOrDefault(layer => layer is { IsForeign: false, IsBootstrap: false });

    /// <summary>The cluster's own source may be created outside of the tree, by flux bootstrap or an operator.</summary>
    private static bool IsOwn(ClusterView cluster, string kind, string @namespace, string name) =>
        OwnLayer(cluster)?.Source is { } own
        && (own.Kind, own.Namespace, own.Name) == (kind, @namespace, name);

    private static IEnumerable<Finding> Sources(ClusterView cluster) =>
        from resource in cluster.Applied
        let reference = (resource.Kind, resource.Group) switch
        {
            ("Kustomization", "kustomize.toolkit.fluxcd.io") => resource.Body.At("spec", "sourceRef"),
            ("HelmRelease", _) => resource.Body.At("spec", "chartRef") ?? resource.Body.At("spec", "chart", "spec", "sourceRef"),
            _ => null,
        } as Mapping
        where reference is not null && IsKnownSource(cluster, resource, reference)
        let @namespace = reference.TextAt("namespace") ?? resource.Namespace
        let kind = reference.TextAt("kind") ?? ""
        let name = reference.TextAt("name") ?? ""
        where cluster.Find(kind, @namespace, name) is null && !IsOwn(cluster, kind, @namespace, name)
        select Report.At(
            reference,
            Source,
            $"{resource.Id.Title} refers to {reference.TextAt("kind")} {@namespace}/{reference.TextAt("name")}, "
            + $"which cluster {cluster.Name} does not have.",
            "Name a source of the tree, with its namespace if that differs.");

    /// <summary>A controller makes an ExternalArtifact, and a Kustomization of another repository brings objects that are unknown here.
    /// </summary>
    private static bool IsKnownSource(ClusterView cluster, Manifest resource, Mapping reference) =>
        reference.TextAt("kind") != "ExternalArtifact"
        && !cluster.Layers.Any(layer => layer.IsForeign && (!resource.IsFluxKustomization || Delivers(cluster, layer)))
        && (!resource.IsFluxKustomization || (OfKustomizations.Contains(reference.TextAt("kind"))
            && DeclaresSources(cluster, reference.TextAt("namespace") ?? resource.Namespace)));

    /// <summary>True unless the source is missing.</summary>
    private static bool Delivers(ClusterView cluster, Layer layer) => layer.Source is var source
        && (source.Kind == "ExternalArtifact" || cluster.Find(source.Kind, source.Namespace, source.Name) is not null
            || IsOwn(cluster, source.Kind, source.Namespace, source.Name));

    /// <summary>
    /// If the tree has the cluster's own source, it has the others too; but a Flux operator or another controller may create some.
    /// </summary>
    private static bool DeclaresSources(ClusterView cluster, string @namespace) =>
        OwnLayer(cluster)?.Source is { } own && cluster.Find(own.Kind, own.Namespace, own.Name) is not null
        && !cluster.Applied.Any(resource => (Workload.MayMakePods(resource) && (resource.Namespace == @namespace
                || resource.Namespace.Length == 0 || resource.Group == "fluxcd.controlplane.io"))
            || (resource.IsHelmRelease && resource.Body.TextAt("spec", "chart", "spec", "chart") is { } chart
                && chart.Contains("flux")));

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
                layer.Path.Contains(Layout.OverlayFolder(""))
                    ? "Write a manifest into it, or delete the folder and run generate."
                    : "Name a folder that contains manifests, from the root of the repository: ./kubernetes/...");
        }
    }

    /// <summary>Any controller may create the object of a health check; only objects that nothing here can create are a finding.</summary>
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
            $"{same.Key.Title} is applied by {string.Join(" and ", same.Select(item => item.Layer.Name))}; "
            + "if one of them drops it, Flux deletes it for both.",
            "Keep it in one of them.");

    /// <summary>Objects that the chart makes too, such as the ConfigMap with the Corefile.</summary>
    private static IEnumerable<Finding> OfChart(ClusterView cluster, CoreDnsRelease release)
    {
        HashSet<ResourceId>? made = null;
        foreach (var layer in release.Helm.HasAllValues ? cluster.Layers.Where(layer => !layer.IsRemote) : [])
        {
            foreach (var resource in layer.Applied.Where(resource => ChartedObjects.MayMake(release, resource)))
            {
                if ((made ??= [.. ChartedObjects.Of(release).Select(item => item.Id)]).Contains(resource.Id))
                {
                    yield return Report.At(
                        resource,
                        ["metadata", "name"],
                        Duplicate,
                        $"{resource.Id.Title} is applied by {layer.Name}, and the chart of {release.Manifest.Id.Title} makes it too: "
                            + "Flux and Helm overwrite each other.",
                        "Delete it. The keys of dns change the Corefile, values.coredns and patches.coredns the chart's objects.");
                }
            }
        }
    }

    /// <summary>kubectl takes the namespace of its context, and kustomize-controller says "namespace not specified".</summary>
    private static IEnumerable<Finding> WithoutNamespace(Layer layer)
    {
        var lost = layer is { IsForeign: false, IsBootstrap: false }
            ? layer.Applied.Where(resource => resource.Namespace.Length == 0 && KnownKinds.IsNamespaced(resource)).ToArray() : [];
        if (lost is [var first, ..])
        {
            yield return Report.At(
                first,
                ["metadata", "name"],
                Namespace,
                $"{first.Id.Title} has no namespace{(lost.Length == 1 ? "" : $", and neither have {lost.Length - 1} more objects")}: "
                    + $"Flux does not choose one, and {layer.Name} fails.",
                "Write metadata.namespace, 'namespace:' in the kustomization.yaml, or spec.targetNamespace of the Flux Kustomization.");
        }
    }

    /// <summary>Data that SOPS has not encrypted; a Secret without data is filled in the cluster.</summary>
    private static IEnumerable<Finding> Secrets(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Built)
        where resource is { Kind: "Secret", Group: "" }
        from key in SecretMembers
        from entry in resource.Body.EntriesAt(key)
        where entry.Value is Scalar { Value.Length: > 0 } value
            && !SopsText.IsValue(value.Value) && !value.Value.StartsWith("${", StringComparison.Ordinal)
            && !(key == "data" && SopsText.IsData(value.Value))
        select Report.At(
            entry,
            Secret,
            $"{resource.Id.Title} contains '{entry.Key}' in plain text; everyone who can read the repository can read it.",
            "Revoke it, encrypt the file with SOPS, or let the cluster fetch it.");

    /// <summary>
    /// kustomize-controller refuses such a Secret, and the API server does not know SOPS' key in objects of Kubernetes and Flux. Of other
    /// kinds one may have it for an operator that decrypts, such as a SopsSecret, which Flux must not.
    /// </summary>
    private static IEnumerable<Finding> Encrypted(Layer layer) =>
        from resource in layer is { IsForeign: false, IsBootstrap: false } && layer.Kustomization.Body.At("spec", "decryption") is null
            ? layer.Built : []
        where (SopsText.IsObject(resource.Body) || HasEncryptedData(resource))
            && (!resource.IsCustom || resource.Group.EndsWith(".toolkit.fluxcd.io", StringComparison.Ordinal))
            && !"disabled".Equals(resource.Body.TextAt("metadata", "annotations", "kustomize.toolkit.fluxcd.io/decrypt"),
                StringComparison.OrdinalIgnoreCase)
        select Report.At(
            resource,
            SopsText.IsObject(resource.Body) ? ["sops"] : [],
            StillEncrypted,
            SopsText.IsObject(resource.Body)
                ? $"SOPS has encrypted {resource.Id.Title}, and {layer.Name} has no 'spec.decryption': nothing of the layer is applied."
                : $"SOPS has encrypted the contents of {resource.Id.Title}, and {layer.Name} has no 'spec.decryption': pods get them "
                    + "encrypted.",
            "Name the Secret with the keys in flux.decryption.secretName of the definition, or in spec.decryption of a Flux Kustomization "
                + "of your own.");

    /// <summary>From a file of a generator, or written into the Secret as it is.</summary>
    private static bool HasEncryptedData(Manifest resource) => resource is { Kind: "Secret", Group: "" }
        && resource.Body.EntriesAt("data").Any(entry => entry.Value is Scalar { Value: var text } && SopsText.IsData(text));

    /// <summary>Keys and tokens of well-known forms, anywhere in an object; the finding never repeats them.</summary>
    private static IEnumerable<Finding> Credentials(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Built)
        from scalar in SecretScalars.Of(resource.Body, body => body.Scalars(SecretText.IsSecret))
        select Report.At(
            scalar,
            Secret,
            $"{resource.Id.Title} contains a key, a token or a password in a URL.",
            "Revoke it, and let the cluster read it from a Secret.");

    /// <summary>A guess, so that it does not fail a check; the finding never repeats the text.</summary>
    private static IEnumerable<Finding> Passwords(ClusterView cluster) =>
        from resource in cluster.Layers.SelectMany(layer => layer.Built)
        where resource is { Kind: "ConfigMap", Group: "" }
        from entry in resource.Body.EntriesAt("data")
        where entry.Value is Scalar value && SecretKeys.Hold(entry.Key, value.Value)
        select Report.At(
            entry,
            Password,
            $"{resource.Id.Title} has '{entry.Key}', which looks like a credential in plain text: the key asks for one, and the value is "
                + "a word with a letter and a digit. Everyone who can read the repository can read it.",
            "Revoke it, and let the cluster read it from a Secret that SOPS encrypts or that is fetched. If it is not one, write "
                + $"'# lint-ignore {Password}: why' at the end of the line, or an entry of lint.ignore in the definition.");
}
