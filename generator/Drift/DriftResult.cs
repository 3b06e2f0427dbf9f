using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Drift;

/// <summary>What a comparison of the tree with its definition found.</summary>
public sealed record DriftResult
{
    /// <summary>The files that are not as generated, sorted by path; foreign ones among them.</summary>
    public ImmutableArray<DriftedFile> Files { get; init; } = [];

    /// <summary>How many files are as generated.</summary>
    public int Same { get; init; }

    /// <summary>True when only the lock file differs: it was written from another definition that gives the same files.</summary>
    public bool LockIsStale { get; init; }

    /// <summary>Why no comparison was possible.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>True when generate would change something, or refuse to: exit code 1.</summary>
    public bool Drifted => LockIsStale || !Obstacles.IsEmpty || Files.Any(file => file.Cause != DriftCause.Foreign);
}
