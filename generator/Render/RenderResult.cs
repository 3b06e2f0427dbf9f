using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>How a cluster is rendered.</summary>
public sealed record RenderOptions
{
    /// <summary>True if an unset variable is a fault, as in Flux 2.9; false if it is an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>Whether to render Helm charts too.</summary>
    public bool Helm { get; init; }

    /// <summary>The HelmReleases to render; empty for all.</summary>
    public ImmutableHashSet<string> Releases { get; init; } = [];

    /// <summary>Charts on this machine, a folder or an archive by chart name; the others are fetched from their source.</summary>
    public ImmutableDictionary<string, string> LocalCharts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The folders that are searched for programs, as in the environment variable PATH.</summary>
    public string? SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH");

    /// <summary>The time limit of one program.</summary>
    public TimeSpan ToolTimeout { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>The manifests of one HelmRelease.</summary>
/// <param name="Layer">The Flux Kustomization of the HelmRelease.</param>
/// <param name="Name">The name of Helm's release.</param>
/// <param name="Namespace">The namespace of its objects.</param>
/// <param name="Chart">The chart.</param>
/// <param name="Objects">What Helm renders.</param>
public sealed record RenderedRelease(ResourceId Layer, string Name, string Namespace, ChartReference Chart,
    ImmutableArray<Mapping> Objects);

/// <summary>What a cluster receives, or why it cannot be rendered.</summary>
public sealed record RenderResult
{
    public ImmutableArray<Layer> Layers { get; init; } = [];

    /// <summary>What Helm renders; empty unless charts are rendered.</summary>
    public ImmutableArray<RenderedRelease> Releases { get; init; } = [];

    /// <summary>What Flux would refuse.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>Why not all could be rendered: a missing program, an unknown cluster, an unavailable chart. Null if all was.</summary>
    public string? Problem { get; init; }

    /// <summary>0 fine, 1 Flux would refuse something, 2 it could not be rendered.</summary>
    public int ExitCode => Problem is not null ? 2 : Findings.IsEmpty ? 0 : 1;

    /// <summary>Every object, those of a layer's charts after those of the layer.</summary>
    public IEnumerable<Mapping> Objects => Layers.SelectMany(layer =>
        layer.Applied.Select(resource => resource.Body).Concat(ReleasesOf(layer).SelectMany(release => release.Objects)));

    public IEnumerable<RenderedRelease> ReleasesOf(Layer layer) => Releases.Where(release => release.Layer == layer.Id);

    public static RenderResult Failed(string problem) => new() { Problem = problem };
}

/// <summary>Ends a rendering; <see cref="ClusterRender"/> makes a result of it.</summary>
internal sealed class RenderException(string message) : Exception(message);
