using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What was seen on disk and what follows from it.</summary>
/// <param name="Plan">What is to be done.</param>
/// <param name="LockText">The lock file with <c>\n</c>, empty where there is none.</param>
/// <param name="Leftovers">Files of a killed run, or of one that is under way.</param>
/// <param name="Links">Links where the generator keeps its own files: nothing may be written then.</param>
internal sealed record TreeLook(TreePlan Plan, string LockText, IReadOnlyList<string> Leftovers, ImmutableArray<Finding> Links)
{
    /// <summary>True when there is nothing to write, the lock file included.</summary>
    public bool IsDone => Leftovers.Count == 0 && !Plan.Files.Any(file => file.Touches) && LockFormat.Write(Plan.After) == LockText;

    public WriteResult Result => new() { Files = [.. Plan.Files.Select(file => file.Result)] };
}
