using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Output;

/// <summary>What a run did, or would do, with one file.</summary>
public enum Outcome
{
    Unchanged,
    Created,
    Changed,
    Removed,

    /// <summary>A file that was not owned had exactly the new text; it is owned from now on.</summary>
    Adopted,

    /// <summary>An owned file that is not generated anymore was already gone.</summary>
    Forgotten,

    /// <summary>Left as it is, because the generator did not write it.</summary>
    Refused,

    /// <summary>The operating system refused; the old content is whole.</summary>
    Failed,
}

/// <summary>One file's outcome.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Finding">Why nothing was done and what to do; set for refused and failed files only.</param>
public sealed record FileResult(string Path, Outcome Outcome, Finding? Finding = null);

/// <summary>What a run did to the tree.</summary>
public sealed record WriteResult
{
    /// <summary>Every file that is generated or was owned, sorted by path.</summary>
    public ImmutableArray<FileResult> Files { get; init; } = [];

    /// <summary>Why nothing was written at all, or not the lock file.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>True when a file that the generator did not write was kept, or the tree of another definition.</summary>
    public bool Refused => Files.Any(file => file.Outcome == Outcome.Refused)
        || Obstacles.Any(obstacle => obstacle.Rule == OtherDefinition.Rule);

    /// <summary>True when the tree is now what the definition says.</summary>
    public bool Complete => Obstacles.IsEmpty && Files.All(file => file.Finding is null);

    /// <summary>True when the tree was what the definition says before the run, the lock file included.</summary>
    public bool NothingToWrite { get; init; }

    public int Count(Outcome outcome) => Files.Count(file => file.Outcome == outcome);

    public static WriteResult Stopped(params IEnumerable<Finding> obstacles) => new() { Obstacles = [.. obstacles] };
}
