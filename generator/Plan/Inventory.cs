using System.Diagnostics.CodeAnalysis;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The objects that Flux manages in one cluster.</summary>
public sealed record Inventory
{
    public required ImmutableDictionary<ResourceId, Managed> Objects { get; init; }

    public required ImmutableDictionary<ResourceId, Layer> Layers { get; init; }

    // Keyed by the parts of a reference, which has no group.
    private readonly Lazy<Dictionary<(string, string, string), Mapping>> _bodies;

    public Inventory() => _bodies = Index();

    // A copy with other objects needs an index of its own.
    [SetsRequiredMembers]
    private Inventory(Inventory other)
    {
        (Objects, Layers, Findings) = (other.Objects, other.Layers, other.Findings);
        _bodies = Index();
    }

    /// <summary>The errors for which Flux would refuse the tree.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>False if the tree has no folder for the cluster.</summary>
    public bool Exists => !Layers.IsEmpty;

    /// <summary>The body of an object, or null.</summary>
    public Mapping? Find(string kind, string @namespace, string name) => _bodies.Value.GetValueOrDefault((kind, @namespace, name));

    private Lazy<Dictionary<(string, string, string), Mapping>> Index() => new(() => Objects.Values
        .GroupBy(managed => (managed.Id.Kind, managed.Id.Namespace, managed.Id.Name))
        .ToDictionary(group => group.Key, group => group.First().Manifest.Body));

    public static Inventory Of(FluxCluster cluster)
    {
        var objects = new Dictionary<ResourceId, Managed>();
        var findings = cluster.Layers.SelectMany(layer => layer.Findings).ToList();
        foreach (var layer in cluster.Layers)
        {
            foreach (var resource in layer.Applied)
            {
                if (!objects.TryAdd(resource.Id, new Managed(resource, layer.Id)))
                {
                    findings.Add(new Finding
                    {
                        Rule = "duplicate-object",
                        File = resource.Body.File,
                        Position = resource.Body.Position,
                        Message =
                            $"{resource.Id.Title} is applied by {objects[resource.Id].Owner.Name} and by {layer.Name}, which overwrite " +
                            "each other.",
                        Fix = "Keep it in one of them.",
                    });
                }
            }
        }

        return new Inventory
        {
            Objects = objects.ToImmutableDictionary(),
            Layers = cluster.Layers.ToImmutableDictionary(layer => layer.Id),
            Findings = [.. findings],
        };
    }
}

/// <summary>An object in a cluster with the layer that owns it.</summary>
/// <param name="Manifest">As the cluster receives it, after substitution.</param>
/// <param name="Owner">The Flux Kustomization whose inventory lists it.</param>
public sealed record Managed(Manifest Manifest, ResourceId Owner)
{
    private const string Prefix = "kustomize.toolkit.fluxcd.io/";

    public ResourceId Id => Manifest.Id;

    /// <summary>True if Flux keeps the object when it leaves the tree.</summary>
    public bool KeptWhenGone => Has("prune", "disabled");

    /// <summary>True if an object with a changed immutable field is deleted and created again.</summary>
    public bool Forced => Has("force", "enabled");

    /// <summary>True if Flux creates the object at most once, and never changes it.</summary>
    public bool NeverChanged => Has("reconcile", "disabled") || Has("ssa", "IfNotPresent") || Has("ssa", "Ignore");

    // Flux reads these from labels and annotations.
    private bool Has(string key, string value) =>
        string.Equals(Manifest.Annotation(Prefix + key) ?? Manifest.Label(Prefix + key), value, StringComparison.OrdinalIgnoreCase);
}
