using System.Collections.Immutable;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Lint;

/// <summary>What the tree itself does not say.</summary>
public sealed record LintOptions
{
    /// <summary>The Flux that runs in the clusters.</summary>
    public required SemVer FluxVersion { get; init; }

    /// <summary>True where an unset variable fails a Flux Kustomization, false where it becomes an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>Flux Kustomizations that somebody else brings, by cluster; dependsOn may name them.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<string>> Elsewhere { get; init; } = ImmutableDictionary<string, ImmutableHashSet<string>>.Empty;

    /// <summary>What a definition says about them.</summary>
    public static LintOptions Of(Platform platform) => new()
    {
        FluxVersion = platform.Flux.Version,
        StrictSubstitution = platform.Flux.StrictSubstitution,
        Elsewhere = platform.Clusters.ToImmutableDictionary(cluster => cluster.Name.Text, cluster => cluster.DependsOn.Select(name => name.Text).ToImmutableHashSet()),
    };
}
