using System.IO.Enumeration;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What stands in the generator's folders: one walk instead of a question to the disk for each path.</summary>
public sealed record TreeScan
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>By path; without the generator's own files.</summary>
    public required IReadOnlyDictionary<string, DiskEntry> Entries { get; init; }

    /// <summary>Temporary files of a run that was killed, and the file that says that one runs.</summary>
    public required IReadOnlyList<string> Leftovers { get; init; }

    /// <summary>Walks the generator's folders below a root without following a link.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static TreeScan Of(string root)
    {
        var entries = new Dictionary<string, DiskEntry>(StringComparer.Ordinal);
        var leftovers = new List<string>();
        var fullRoot = Path.GetFullPath(root);
        foreach (var top in SafePath.Tops)
        {
            var folder = new DirectoryInfo(Path.Combine(fullRoot, top));
            if (folder.Exists || folder.LinkTarget is not null || File.Exists(folder.FullName))
            {
                var kind = folder.Attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link : folder.Exists ? EntryKind.Folder : EntryKind.File;
                entries.Add(top, new DiskEntry(top, kind, ReadOnly: false));
                if (kind == EntryKind.Folder)
                {
                    Walk(fullRoot, folder.FullName, entries, leftovers);
                }
            }
        }

        return new TreeScan { Entries = entries, Leftovers = leftovers };
    }

    /// <summary>Where a path of the tree lies on disk.</summary>
    public static string OnDisk(string root, string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    private static void Walk(string root, string folder, Dictionary<string, DiskEntry> entries, List<string> leftovers)
    {
        var walk = new FileSystemEnumerable<DiskEntry>(folder, (ref FileSystemEntry entry) => Entry(root, ref entry), Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        foreach (var entry in walk)
        {
            if (entry.Kind == EntryKind.File && IsLeftover(entry.Path))
            {
                leftovers.Add(entry.Path);
            }
            else
            {
                entries.Add(entry.Path, entry);
            }
        }
    }

    private static bool IsLeftover(string path) => path == OwnFiles.Busy || OwnFiles.IsTemporary(path[(path.LastIndexOf('/') + 1)..]);

    private static DiskEntry Entry(string root, ref FileSystemEntry entry)
    {
        var attributes = entry.Attributes;
        var kind = attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link : entry.IsDirectory ? EntryKind.Folder : EntryKind.File;
        var path = Path.GetRelativePath(root, entry.ToFullPath());
        return new DiskEntry(
            Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/'),
            kind,
            kind == EntryKind.File && attributes.HasFlag(FileAttributes.ReadOnly));
    }
}
