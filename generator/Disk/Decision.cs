using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What may be done with one file, from three contents: the wanted, the found and those the generator once wrote.</summary>
public static class Decision
{
    /// <summary>Decides for one path.</summary>
    /// <param name="wanted">The hash of the generated text; null for a file that is generated no longer.</param>
    /// <param name="found">The hash of the file on disk; null where there is none.</param>
    /// <param name="known">The hashes in the lock file; empty for a file that is not owned.</param>
    /// <param name="force">True to take what was edited by hand or is foreign.</param>
    public static Outcome Of(string? wanted, string? found, ImmutableSortedSet<string> known, bool force) => (wanted, found) switch
    {
        (not null, null) => Outcome.Created,
        (not null, not null) when wanted == found => known.IsEmpty ? Outcome.Adopted : Outcome.Unchanged,
        (not null, not null) when force || known.Contains(found) => Outcome.Changed,
        (null, null) => Outcome.Forgotten,
        (null, not null) when force || known.Contains(found) => Outcome.Removed,
        _ => Outcome.Refused,
    };
}
