using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The objects that cluster DNS needs.</summary>
internal static class DnsDependencies
{
    /// <summary>Finds them in the current objects of a cluster.</summary>
    /// <param name="before">The current objects.</param>
    /// <param name="after">The new objects: a source without a release that refers to it may be deleted.</param>
    public static HashSet<ResourceId> In(Inventory before, Inventory after)
    {
        var needed = new HashSet<ResourceId>();
        foreach (var managed in before.Objects.Values.Where(managed => ReleaseChange.IsCoreDns(managed.Manifest, before)))
        {
            var release = managed.Manifest;
            var installedIn = release.Body.TextAt("spec", "targetNamespace") ?? release.Namespace;
            needed.Add(release.Id);
            needed.UnionWith(before.Objects.Keys
                .Where(id => IsNamespace(id, release.Namespace) || IsNamespace(id, installedIn) || Protects(id, installedIn)));
            needed.UnionWith(Sources(after.Objects.GetValueOrDefault(release.Id)?.Manifest ?? release, before));
            needed.UnionWith(Owners(managed, before));
        }

        needed.UnionWith(before.Objects.Keys.Where(id =>
            id is { Group: "", Kind: "Service", Name: CoreDnsNames.Service, Namespace: CoreDnsNames.Namespace }));
        return needed;
    }

    private static bool IsNamespace(ResourceId id, string name) => id is { Group: "", Kind: "Namespace" } && id.Name == name;

    private static bool Protects(ResourceId id, string @namespace) =>
        id is { Group: "policy", Kind: "PodDisruptionBudget", Name: CoreDnsNames.DisruptionBudget } && id.Namespace == @namespace;

    /// <summary>The source of the chart, and the source of a HelmChart.</summary>
    private static IEnumerable<ResourceId> Sources(Manifest release, Inventory inventory)
    {
        var sources = Named(release.Body.At("spec", "chartRef") ?? release.Body.At("spec", "chart", "spec", "sourceRef"),
            release.Namespace, inventory).ToArray();
        return sources.Concat(sources.Where(source => source.Kind == "HelmChart").SelectMany(chart =>
            Named(inventory.Objects[chart].Manifest.Body.At("spec", "sourceRef"), chart.Namespace, inventory)));
    }

    private static IEnumerable<ResourceId> Named(Node? reference, string @namespace, Inventory inventory) =>
        reference is not Mapping named ? [] : inventory.Objects.Keys.Where(id => id.Kind == named.TextAt("kind")
            && id.Name == named.TextAt("name") && id.Namespace == (named.TextAt("namespace") ?? @namespace));

    /// <summary>The chain of Flux Kustomizations that apply an object, each with its source.</summary>
    private static IEnumerable<ResourceId> Owners(Managed managed, Inventory inventory)
    {
        var seen = new HashSet<ResourceId>();
        for (var at = managed; at is not null && seen.Add(at.Owner); at = inventory.Objects.GetValueOrDefault(at.Owner))
        {
            yield return at.Owner;
            if (inventory.Layers.GetValueOrDefault(at.Owner) is { } layer)
            {
                foreach (var source in inventory.Objects.Keys.Where(id => id with { Group = "" } == layer.Source))
                {
                    yield return source;
                }
            }
        }
    }
}
