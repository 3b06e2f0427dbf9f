using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What a run did to the tree.</summary>
public sealed record WriteResult
{
    /// <summary>Every file that is generated or was owned, sorted by path.</summary>
    public ImmutableArray<FileResult> Files { get; init; } = [];

    /// <summary>Why nothing was written at all, or the lock file not; empty for a run that went through.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>True when something that the generator did not write was kept from being overwritten or removed.</summary>
    public bool Refused => Files.Any(file => file.Outcome == Outcome.Refused);

    /// <summary>True when the tree is now what the definition says.</summary>
    public bool Complete => Obstacles.IsEmpty && Files.All(file => file.Finding is null);

    public int Count(Outcome outcome) => Files.Count(file => file.Outcome == outcome);

    public static WriteResult Stopped(params IEnumerable<Finding> obstacles) => new() { Obstacles = [.. obstacles] };
}
