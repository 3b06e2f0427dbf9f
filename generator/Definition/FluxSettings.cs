using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>The Flux that runs in the clusters: it decides API versions and how strict substitution is.</summary>
public sealed record FluxSettings
{
    public required SemVer Version { get; init; }

    /// <summary>True where an undefined variable fails the Kustomization instead of becoming an empty text; the default from Flux 2.9 on.</summary>
    public required bool StrictSubstitution { get; init; }
}
