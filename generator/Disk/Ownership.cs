using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What the lock file says: which files the generator wrote, and from what definition.</summary>
public sealed record Ownership
{
    public static readonly Ownership None = new();

    /// <summary>The hash of the definition at the last run that wrote; null where nothing was ever written.</summary>
    public string? DefinitionHash { get; init; }

    /// <summary>
    /// The hashes of each owned path. More than one while a run is under way, after it was killed, and after a merge:
    /// each of them is a content that the generator wrote or was about to write.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Files { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);

    /// <summary>The known hashes of one path, empty for a path that is not owned.</summary>
    public ImmutableSortedSet<string> HashesOf(string path) => Files.GetValueOrDefault(path, []);
}
