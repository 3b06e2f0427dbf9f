using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Flux;

/// <summary><c>spec.commonMetadata</c> of a Flux Kustomization or a HelmRelease.</summary>
internal static class CommonMetadata
{
    /// <summary>An object with the labels and annotations that a Flux object gives to all that it applies.</summary>
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
