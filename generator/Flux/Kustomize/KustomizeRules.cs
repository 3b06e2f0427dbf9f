namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>The ids of rules about kustomize builds, each with one sentence.</summary>
internal static class KustomizeRules
{
    public const string Cycle = "kustomize-cycle";
    public const string Generator = "kustomize-generator";
    public const string Key = "kustomize-key";
    public const string Kind = "kustomize-kind";
    public const string Missing = "kustomize-missing";
    public const string Object = "kustomize-object";
    public const string Outside = "kustomize-outside";
    public const string Patch = "kustomize-patch";
    public const string Replacement = "kustomize-replacement";
    public const string Twice = "kustomize-twice";
    public const string Type = "kustomize-type";
    public const string Vars = "kustomize-vars";

    /// <summary>Not a fault of the file: kustomize may build it, but this resolver cannot.</summary>
    public const string Unsupported = "kustomize-unsupported";

    public static readonly ImmutableSortedDictionary<string, string> About = new Dictionary<string, string>
    {
        [Cycle] = "A folder includes itself.",
        [Generator] = "A generator of a ConfigMap or a Secret, or the configuration of a transformer, cannot be read.",
        [Key] = "A kustomization.yaml has a key that kustomize does not know.",
        [Kind] = "A Component is included as a resource, or a Kustomization as a Component.",
        [Missing] = "A kustomization.yaml names a file or a folder that is not there.",
        [Object] = "A manifest lacks apiVersion, kind or metadata.name.",
        [Outside] = "A kustomization.yaml names something outside of the repository.",
        [Patch] = "A patch, or another change of a kustomization.yaml, cannot be read or applied.",
        [Replacement] = "A replacement names a source or a target that it cannot have.",
        [Twice] = "One build has an object twice.",
        [Type] = "A value of a kustomization.yaml has a type that kustomize does not convert, such as a tag that is a number.",
        [Unsupported] = "lint does not know this part of kustomize: what it makes is not checked.",
        [Vars] = "An entry of vars names an object or a field that is not there.",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
