using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>What a cluster will receive, or why that cannot be told.</summary>
public sealed record RenderResult
{
    public ImmutableArray<RenderedLayer> Layers { get; init; } = [];

    /// <summary>What Flux would refuse.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>Why not all could be rendered: a missing program, an unknown cluster, a chart that cannot be had. Null when it could.</summary>
    public string? Problem { get; init; }

    /// <summary>0 fine, 1 Flux would refuse something, 2 it could not be rendered.</summary>
    public int ExitCode => Problem is not null ? 2 : Findings.IsEmpty ? 0 : 1;

    /// <summary>Every object of every layer, those of the charts behind their release.</summary>
    public IEnumerable<Mapping> Objects => Layers.SelectMany(layer => layer.Objects.Concat(layer.Releases.SelectMany(release => release.Objects)));

    public static RenderResult Failed(string problem) => new() { Problem = problem };
}
