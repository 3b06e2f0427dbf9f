namespace PlatformGitOps.Generator.Flux;

/// <summary>A Flux Kustomization of a cluster and the objects that it applies.</summary>
public sealed record Layer
{
    /// <summary>The name of the layer for a cluster's folder if no Flux Kustomization of the tree applies it.</summary>
    public const string Bootstrap = "(bootstrap)";

    public const string RulePathMissing = "path-missing";

    public const string RulePatchWithoutTarget = "patch-without-target";

    public const string RuleReplaceMissing = "patch-replace-missing";

    public const string RuleNullKept = "patch-null-kept";

    /// <summary>The Flux Kustomization.</summary>
    public required Manifest Kustomization { get; init; }

    /// <summary>Its folder, relative to the root; null if the path is outside of the tree or the source is another repository.</summary>
    public required string? Folder { get; init; }

    /// <summary>The objects as kustomize builds them.</summary>
    public ImmutableArray<Manifest> Built { get; init; } = [];

    /// <summary>The additions of the Flux Kustomization, with the positions of the first one that shares the build.</summary>
    internal Mapping BuiltWith { get; init; } = [];

    /// <summary>The objects as the cluster receives them, in the same order.</summary>
    public ImmutableArray<Manifest> Applied { get; init; } = [];

    public VariableSet Variables { get; init; } = VariableSet.None;

    /// <summary>Why kustomize would refuse the build.</summary>
    public ImmutableArray<Finding> BuildFindings { get; init; } = [];

    /// <summary>What kustomize accepts but is most likely a mistake.</summary>
    public ImmutableArray<PatchWarning> BuildWarnings { get; init; } = [];

    /// <summary>Why Flux would refuse an object at substitution.</summary>
    public ImmutableArray<Finding> SubstitutionFindings { get; init; } = [];

    /// <summary>True if the source is another repository, so that its objects are unknown.</summary>
    public bool IsForeign { get; init; }

    /// <summary>True if its objects go to another cluster (<c>spec.kubeConfig</c>).</summary>
    public bool IsRemote => Kustomization.Body.At("spec", "kubeConfig") is Mapping;

    /// <summary>True if something outside of the tree applies the cluster's folder.</summary>
    public bool IsBootstrap => Name == Bootstrap;

    /// <summary>All reasons why Flux would refuse the layer.</summary>
    public IEnumerable<Finding> Findings => BuildFindings.Concat(Variables.Findings).Concat(SubstitutionFindings);

    /// <summary>True if Flux applies nothing of it. Where this program alone cannot build a part, every finding is a warning.</summary>
    public bool Fails => Findings.Any(finding => finding.Severity == Severity.Error);

    public string Name => Kustomization.Name;

    public ResourceId Id => Kustomization.Id;

    /// <summary>The folder in the Flux Kustomization's spec.</summary>
    public string Path => Text("path") ?? Folder ?? "";

    /// <summary>The Flux Kustomizations that must be ready first.</summary>
    public IEnumerable<Mapping> DependsOn => Kustomization.Body.MappingsAt("spec", "dependsOn");

    /// <summary>The source with the folder.</summary>
    public ResourceId Source => SourceOf(Kustomization);

    public bool Prunes => Text("prune") == "true";

    /// <summary>True if objects with immutable changes are deleted and created again.</summary>
    public bool Forces => Text("force") == "true";

    /// <summary>True if deleting the Flux Kustomization also deletes its objects (kustomize-controller, "Deletion policy").</summary>
    public bool DeletesWithItself => Text("deletionPolicy") switch
    {
        "Delete" or "WaitForTermination" => true,
        "Orphan" => false,
        _ => Prunes,
    };

    /// <summary>The source of a Flux Kustomization; its group is empty.</summary>
    internal static ResourceId SourceOf(Manifest kustomization)
    {
        var body = kustomization.Body;
        var @namespace = body.TextAt("spec", "sourceRef", "namespace") ?? kustomization.Namespace;
        return new ResourceId(@namespace, body.TextAt("spec", "sourceRef", "name") ?? "", "", body.TextAt("spec", "sourceRef", "kind")
            ?? "");
    }

    private string? Text(string key) => Kustomization.Body.TextAt("spec", key);
}

/// <summary>A patch that kustomize accepts but is most likely a mistake.</summary>
/// <param name="Patch">The entry of <c>patches</c>.</param>
/// <param name="Finding">The finding, at the entry or inside of its text.</param>
public sealed record PatchWarning(Mapping Patch, Finding Finding);

/// <summary>One cluster as Flux applies it.</summary>
public sealed record FluxCluster
{
    public required string Name { get; init; }

    /// <summary>
    /// In the order in which Flux finds them, the layer of the cluster's folder first. Empty if the tree has no such folder.
    /// </summary>
    public required ImmutableArray<Layer> Layers { get; init; }

    /// <summary>All objects that the cluster receives, without those of Helm charts.</summary>
    public ImmutableArray<Manifest> Applied => field.IsDefault ? field =
        [.. Layers.Where(layer => !layer.IsRemote).SelectMany(layer => layer.Applied)] : field;

    private Dictionary<(string Kind, string Namespace, string Name), Manifest> ByName { get; init; } = [];

    public static FluxCluster Of(string name, IEnumerable<Layer> layers)
    {
        var cluster = new FluxCluster { Name = name, Layers = [.. layers] };
        foreach (var resource in cluster.Applied)
        {
            cluster.ByName.TryAdd((resource.Kind, resource.Namespace, resource.Name), resource);
        }

        return cluster;
    }

    public Manifest? Find(string kind, string @namespace, string name) => ByName.GetValueOrDefault((kind, @namespace, name));

    /// <summary>The body of an object, or null.</summary>
    public Mapping? FindBody(string kind, string @namespace, string name) => Find(kind, @namespace, name)?.Body;
}

/// <summary><c>spec.commonMetadata</c> of a Flux Kustomization or a HelmRelease.</summary>
internal static class CommonMetadata
{
    /// <summary>An object with the common labels and annotations of a Flux object.</summary>
    public static Mapping Over(Mapping resource, Mapping flux)
    {
        foreach (var member in new[] { "labels", "annotations" })
        {
            resource = flux.EntriesAt("spec", "commonMetadata", member)
                .Aggregate(resource, (changed, entry) => changed.SetAt(["metadata", member, entry.Key], entry.Value));
        }

        return resource;
    }
}
