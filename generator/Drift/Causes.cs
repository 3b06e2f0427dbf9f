using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Drift;

/// <summary>The three-way comparison: what would be generated, what is on disk, what was generated last.</summary>
public static class Causes
{
    /// <summary>Says who changed a file.</summary>
    /// <param name="wanted">The hash of what would be generated; null for a file that is generated no longer.</param>
    /// <param name="found">The hash of what is on disk; null where there is no file.</param>
    /// <param name="known">The hashes in the lock file; empty for a file that was never generated.</param>
    /// <param name="sameDefinition">True when the lock file was written from the same definition.</param>
    public static DriftCause Of(string? wanted, string? found, ImmutableSortedSet<string> known, bool sameDefinition)
    {
        if (wanted == found)
        {
            var told = wanted is null ? known.IsEmpty : known.Count == 1 && known.Contains(wanted);
            return told ? DriftCause.None : DriftCause.Lock;
        }

        if (known.IsEmpty)
        {
            return found is null ? Generated(sameDefinition) : DriftCause.InTheWay;
        }

        var changedByHand = found is null || !known.Contains(found);
        var changedByGenerator = wanted is null || !known.Contains(wanted);
        return (changedByHand, changedByGenerator) switch
        {
            (true, true) => DriftCause.Both,
            (true, false) => DriftCause.Hand,
            (false, true) => Generated(sameDefinition),
            (false, false) => DriftCause.Interrupted,
        };
    }

    private static DriftCause Generated(bool sameDefinition) => sameDefinition ? DriftCause.Generator : DriftCause.Definition;
}
