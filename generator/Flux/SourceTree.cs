using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux;

/// <summary>A file of the tree exists but cannot be read, because of its permissions or the disk.</summary>
/// <param name="path">Relative to the root.</param>
/// <param name="cause">The cause.</param>
internal sealed class UnreadableFileException(string path, Exception cause)
    : Exception($"{path} cannot be read: {cause.Message} Check its permissions.", cause)
{
    /// <summary>The bytes of a file of the tree.</summary>
    public static byte[] Read(string root, string path)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(root, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableFileException(path, exception);
        }
    }

    /// <summary>The exception of this type that ended a run, also one on several threads; null for another cause.</summary>
    public static UnreadableFileException? In(Exception exception) => exception switch
    {
        UnreadableFileException unreadable => unreadable,
        AggregateException several => several.InnerExceptions.Select(In).FirstOrDefault(one => one is not null),
        _ => null,
    };
}

/// <summary>The files at the root of Flux's source: generated in memory, on disk, or in a commit.</summary>
public abstract class SourceTree
{
    private readonly ConcurrentDictionary<string, SourceIgnore> ignored = new(StringComparer.Ordinal);

    /// <summary>A file's bytes, or null if there is no such file.</summary>
    /// <param name="path">Relative to the root, with forward slashes.</param>
    public byte[]? Read(string path) => IsExcluded(path) ? null : ReadAny(path);

    /// <summary>All files below a folder, sorted, relative to the root. The empty folder is the root.</summary>
    public IEnumerable<string> FilesBelow(string folder) => AnyBelow(folder).Where(path => !IsExcluded(path));

    /// <summary>True if a folder has at least one file.</summary>
    public bool HasFolder(string folder) => FilesBelow(folder).Any();

    /// <summary>
    /// The line of a <c>.sourceignore</c> that excludes the first file of a folder; null if the folder has other files, or no line does.
    /// </summary>
    internal IgnoringLine? LineAgainst(string folder) => HasFolder(folder) ? null
        : AnyBelow(folder).Select(path => IgnoredIn(FolderOf(path)).LineAgainst(path)).FirstOrDefault(line => line is not null);

    /// <summary>The tree that a source with this <c>spec.ignore</c> delivers.</summary>
    public SourceTree Ignoring(string patterns) => new WithSource(this, patterns);

    private protected virtual SourceIgnore Ignored => SourceIgnore.None;

    private protected abstract byte[]? ReadAny(string path);

    private protected abstract IEnumerable<string> AnyBelow(string folder);

    /// <summary>The tree of generated files.</summary>
    public static SourceTree Of(IEnumerable<GeneratedFile> files) =>
        Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal));

    /// <summary>The tree of files that are in memory.</summary>
    public static SourceTree Of(IReadOnlyDictionary<string, byte[]> files) => new InMemory(files);

    /// <summary>The tree on disk; files are read on demand.</summary>
    public static SourceTree OnDisk(string root) => new OnDiskTree(Path.GetFullPath(root));

    /// <summary>Joins and normalises two paths; null if the result is outside of the tree.</summary>
    public static string? Combine(string folder, string relative)
    {
        var parts = new List<string>(folder.Length == 0 ? [] : folder.Split('/'));
        foreach (var part in relative.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    private bool IsExcluded(string path) => IgnoredIn(FolderOf(path)).Excludes(path);

    /// <summary>The patterns of a folder and of the folders above it.</summary>
    private SourceIgnore IgnoredIn(string folder) => ignored.GetOrAdd(folder, _ =>
    {
        var above = folder.Length == 0 ? Ignored : IgnoredIn(FolderOf(folder));
        return ReadAny(folder.Length == 0 ? SourceIgnore.FileName : $"{folder}/{SourceIgnore.FileName}") is { } file
            ? above.WithFile(Encoding.UTF8.GetString(file), folder) : above;
    });

    private static IEnumerable<string> Below(string[] sorted, string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var start = Array.BinarySearch(sorted, prefix, StringComparer.Ordinal);
        return sorted.Skip(start < 0 ? ~start : start).TakeWhile(path => path.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string FolderOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    private sealed class WithSource(SourceTree tree, string patterns) : SourceTree
    {
        private protected override SourceIgnore Ignored { get; } = tree.Ignored.WithSource(patterns);

        private protected override byte[]? ReadAny(string path) => tree.ReadAny(path);

        private protected override IEnumerable<string> AnyBelow(string folder) => tree.AnyBelow(folder);
    }

    private sealed class InMemory(IReadOnlyDictionary<string, byte[]> files) : SourceTree
    {
        private readonly string[] sorted = [.. files.Keys.Order(StringComparer.Ordinal)];

        private protected override byte[]? ReadAny(string path) => files.GetValueOrDefault(path);

        private protected override IEnumerable<string> AnyBelow(string folder) => Below(sorted, folder);
    }

    private sealed class OnDiskTree(string root) : SourceTree
    {
        // An artifact has no symbolic links.
        private static readonly EnumerationOptions NoLinks = new()
        {
            AttributesToSkip = FileAttributes.ReparsePoint,
            RecurseSubdirectories = true,
        };

        // By top-level folder, so that each is listed once.
        private readonly ConcurrentDictionary<string, string[]> listings = new(StringComparer.Ordinal);

        private protected override byte[]? ReadAny(string path)
        {
            if (listings.TryGetValue(TopOf(path), out var listing) && Array.BinarySearch(listing, path, StringComparer.Ordinal) < 0)
            {
                return null;
            }

            var file = new FileInfo(Path.Combine(root, path));
            try
            {
                return !file.Exists || file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? null

                    // A pipe or a device has the length 0, and reading it could block forever.
                    : file.Length == 0 ? []
                    : File.ReadAllBytes(file.FullName);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UnreadableFileException(path, exception);
            }
        }

        private protected override IEnumerable<string> AnyBelow(string folder) => Below(listings.GetOrAdd(TopOf(folder), List), folder);

        private string[] List(string top)
        {
            var from = Path.Combine(root, top);
            return !Directory.Exists(from) ? []
                : [.. Directory.EnumerateFiles(from, "*", NoLinks)
                    .Select(file => file[(root.Length + (root.EndsWith(Path.DirectorySeparatorChar) ? 0 : 1))..]
                        .Replace(Path.DirectorySeparatorChar, '/'))
                    .Order(StringComparer.Ordinal)];
        }

        private static string TopOf(string path) => path.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? path[..slash] : path;
    }
}
