namespace PlatformGitOps.Generator.Definition;

/// <summary>What kind of source Flux fetches this tree from.</summary>
public enum SourceKind
{
    Git,
    Oci,
}
