using System.Collections.Immutable;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>What one Flux Kustomization applies.</summary>
public sealed record RenderedLayer
{
    /// <summary>The Flux Kustomization's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder.</summary>
    public required string Path { get; init; }

    /// <summary>The names of the layers that must be ready before.</summary>
    public required ImmutableArray<string> DependsOn { get; init; }

    /// <summary>In the order of kustomize, with variables put in.</summary>
    public required ImmutableArray<Mapping> Objects { get; init; }

    /// <summary>What Helm makes of each HelmRelease among them; empty unless it was asked for.</summary>
    public ImmutableArray<RenderedRelease> Releases { get; init; } = [];
}
