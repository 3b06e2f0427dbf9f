using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Render;

/// <summary>How a cluster is rendered.</summary>
public sealed record RenderOptions
{
    /// <summary>True where an unset variable is a fault, as in Flux 2.9; false where it is an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>True for the manifests of the charts too.</summary>
    public bool Helm { get; init; }

    /// <summary>The HelmReleases to render; empty for all.</summary>
    public ImmutableHashSet<string> Releases { get; init; } = [];

    /// <summary>Charts on this machine, a folder or an archive by chart name; the others are fetched from where their source says.</summary>
    public ImmutableDictionary<string, string> LocalCharts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Where programs are looked for, as in the environment variable PATH.</summary>
    public string? SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH");

    /// <summary>How long one program may take.</summary>
    public TimeSpan ToolTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
