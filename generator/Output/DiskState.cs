using System.IO.Enumeration;

namespace PlatformGitOps.Generator.Output;

/// <summary>The kind of a file system entry.</summary>
public enum EntryKind
{
    File,
    Folder,

    /// <summary>A symbolic link or, on Windows, another reparse point; never followed.</summary>
    Link,

    /// <summary>A named pipe, a device or a socket; never opened.</summary>
    Special,
}

/// <summary>An entry of the tree on disk.</summary>
/// <param name="Path">Relative to the root, with forward slashes, with the disk's upper and lower case.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="ReadOnly">True if its owner may not write to it.</param>
public sealed record DiskEntry(string Path, EntryKind Kind, bool ReadOnly);

/// <summary>The entries in the generator's folders, from one walk instead of a query for each path.</summary>
public sealed record DiskState
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
    };

    /// <summary>By path, without temporary files.</summary>
    public required IReadOnlyDictionary<string, DiskEntry> Entries { get; init; }

    /// <summary>Temporary files of a killed run, and the file that a running one locks.</summary>
    public required IReadOnlyList<string> Leftovers { get; init; }

    /// <summary>The text of the lock file with <c>\n</c>; empty if it does not exist.</summary>
    public required string LockText { get; init; }

    /// <summary>Links and special files in place of the generator's own files: then nothing may be written.</summary>
    public required ImmutableArray<Finding> Obstacles { get; init; }

    /// <summary>Walks the generator's folders below a root without following a link.</summary>
    /// <exception cref="IOException">A folder or the lock file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder or the lock file may not be read.</exception>
    public static DiskState Of(string root)
    {
        var entries = new Dictionary<string, DiskEntry>(StringComparer.Ordinal);
        var leftovers = new List<string>();
        var fullRoot = Path.GetFullPath(root);
        foreach (var top in SafePath.Tops)
        {
            var folder = new DirectoryInfo(Path.Combine(fullRoot, top));
            if (folder.Exists || folder.LinkTarget is not null || File.Exists(folder.FullName))
            {
                var kind = Kind(folder.Attributes, folder.Exists, folder.FullName);
                entries.Add(top, new DiskEntry(top, kind, ReadOnly: false));
                if (kind == EntryKind.Folder)
                {
                    Walk(fullRoot, folder.FullName, entries, leftovers);
                }
            }
        }

        ImmutableArray<Finding> obstacles =
        [
            .. from path in new[] { SafePath.Tops[0], LockFile.Name, LockFile.Busy }
               let kind = entries.GetValueOrDefault(path)?.Kind
               where kind is EntryKind.Link or EntryKind.Special
               select kind == EntryKind.Link ? Refusal.Link(path, path) : Refusal.Special(path),
        ];
        var lockPath = OnDisk(root, LockFile.Name);
        var lockText = obstacles.IsEmpty && File.Exists(lockPath) ? File.ReadAllText(lockPath).ReplaceLineEndings("\n") : "";
        return new DiskState { Entries = entries, Leftovers = leftovers, LockText = lockText, Obstacles = obstacles };
    }

    /// <summary>The path on disk of a path in the tree.</summary>
    public static string OnDisk(string root, string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    private static void Walk(string root, string folder, Dictionary<string, DiskEntry> entries, List<string> leftovers)
    {
        var walk = new FileSystemEnumerable<DiskEntry>(folder, (ref FileSystemEntry entry) => Entry(root, ref entry), Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        foreach (var entry in walk)
        {
            if (entry.Kind == EntryKind.File && (entry.Path == LockFile.Busy || LockFile.IsTemporary(Path.GetFileName(entry.Path))))
            {
                leftovers.Add(entry.Path);
            }
            else
            {
                entries.Add(entry.Path, entry);
            }
        }
    }

    private static DiskEntry Entry(string root, ref FileSystemEntry entry)
    {
        var attributes = entry.Attributes;
        var full = entry.ToFullPath();
        var kind = Kind(attributes, entry.IsDirectory, full);
        var path = Path.GetRelativePath(root, full);
        return new DiskEntry(
            Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/'),
            kind,
            kind == EntryKind.File && attributes.HasFlag(FileAttributes.ReadOnly));
    }

    private static EntryKind Kind(FileAttributes attributes, bool isFolder, string path) =>
        attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link
        : isFolder ? EntryKind.Folder
        : SpecialFile.Is(path) ? EntryKind.Special
        : EntryKind.File;
}
