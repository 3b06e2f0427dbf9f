using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What a run is going to do with one file, and what the lock file says about it before and after.</summary>
/// <param name="Result">The outcome, as long as the operating system agrees.</param>
/// <param name="Text">What to write; null for a file that is generated no longer.</param>
/// <param name="Wanted">The hash of <paramref name="Text"/>.</param>
/// <param name="Found">The hash of what is on disk; null where there is no plain file.</param>
/// <param name="Known">The hashes that the lock file has now.</param>
/// <param name="ReadOnly">True where the attribute must go first.</param>
internal sealed record PlannedFile(FileResult Result, string? Text, string? Wanted, string? Found, ImmutableSortedSet<string> Known, bool ReadOnly)
{
    public string Path => Result.Path;

    /// <summary>True when the disk has to change.</summary>
    public bool Touches => Result.Outcome is Outcome.Created or Outcome.Changed or Outcome.Removed;

    /// <summary>What the lock file must allow while the run is under way: the old content and the new.</summary>
    public ImmutableSortedSet<string> Pending => Wanted is not null && Touches ? Known.Add(Wanted) : Known;

    /// <summary>What the lock file says afterwards; empty for a file that is owned no longer.</summary>
    public ImmutableSortedSet<string> After => Result.Outcome switch
    {
        Outcome.Created or Outcome.Changed or Outcome.Unchanged or Outcome.Adopted => [Wanted!],
        Outcome.Removed or Outcome.Forgotten => [],
        _ => Known,
    };
}
