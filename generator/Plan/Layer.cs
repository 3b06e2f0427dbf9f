using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A Flux Kustomization, and what it does with objects that leave its folder.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Body">The whole object.</param>
public sealed record Layer(ResourceId Id, Mapping Body)
{
    /// <summary>The one that somebody else applies, where the tree has none for a cluster's folder.</summary>
    public static readonly Layer Bootstrap = new(new ResourceId("", "(bootstrap)", "", "Kustomization"), new Mapping { { "spec", new Mapping { { "prune", true } } } });

    public string Folder => SourcePath.Combine("", Body.TextAt("spec", "path") ?? "") ?? "";

    public bool Prunes => Body.TextAt("spec", "prune") == "true";

    /// <summary>True where objects that cannot be changed are deleted and made again.</summary>
    public bool Forces => Body.TextAt("spec", "force") == "true";

    /// <summary>What happens to its objects when it is deleted itself (kustomize-controller, "Deletion policy").</summary>
    public bool DeletesWithItself => Body.TextAt("spec", "deletionPolicy") switch
    {
        "Delete" or "WaitForTermination" => true,
        "Orphan" => false,
        _ => Prunes,
    };

    public static bool Is(Resource resource) => resource is { Kind: "Kustomization", Group: "kustomize.toolkit.fluxcd.io" };

    public BuildRequest Request => new(Folder)
    {
        Components = [.. ((Body.At("spec", "components") as Sequence)?.Items ?? []).OfType<Scalar>().Select(item => item.Value)],
        Namespace = Body.TextAt("spec", "targetNamespace"),
        Patches = Body.At("spec", "patches") as Sequence,
    };
}
