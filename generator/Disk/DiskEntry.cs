namespace PlatformGitOps.Generator.Disk;

/// <summary>Something found in the tree.</summary>
/// <param name="Path">Relative to the root, with forward slashes, in the case that the disk has.</param>
/// <param name="Kind">What it is.</param>
/// <param name="ReadOnly">True where its owner may not write to it.</param>
public sealed record DiskEntry(string Path, EntryKind Kind, bool ReadOnly);
