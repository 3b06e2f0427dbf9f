namespace PlatformGitOps.Generator.Output;

/// <summary>A file or folder is there and cannot be read: its permissions, or the disk. It ends each command in the same way.</summary>
/// <param name="root">The folder of the definition.</param>
/// <param name="path">Relative to it, with forward slashes.</param>
/// <param name="cause">Why.</param>
internal sealed class UnreadableException(string root, string path, Exception cause) : Exception($"'{path}' cannot be read.", cause)
{
    private readonly List<Finding> found = [];

    /// <summary>The one that ended a run on several threads or on one; null where something else did.</summary>
    public static UnreadableException? In(Exception exception) => exception switch
    {
        UnreadableException unreadable => unreadable,
        AggregateException several => several.InnerExceptions.Select(In).FirstOrDefault(one => one is not null),
        _ => null,
    };

    /// <summary>Everything in the tree that cannot be read, whichever of it a thread came to first.</summary>
    public ImmutableArray<Finding> Findings()
    {
        found.Clear();
        foreach (var top in SafePath.Tops)
        {
            Look(top);
        }

        if (!found.Any(finding => $"{path}/".StartsWith($"{finding.File}/", StringComparison.Ordinal)))
        {
            Look(path);
        }

        return found.Count == 0 ? [Refusal.Unreadable(path, isFolder: false, InnerException!)]
            : [.. found.DistinctBy(finding => finding.File).OrderBy(finding => finding.File, StringComparer.Ordinal)];
    }

    private void Look(string place)
    {
        var (onDisk, isFolder, entries) = (DiskState.OnDisk(root, place), false, Array.Empty<string>());
        try
        {
            var attributes = File.GetAttributes(onDisk);
            isFolder = attributes.HasFlag(FileAttributes.Directory);
            if (attributes.HasFlag(FileAttributes.ReparsePoint) || SpecialFile.Is(onDisk))
            {
                return;
            }

            if (isFolder)
            {
                entries = Directory.GetFileSystemEntries(onDisk);
                if (entries is [var first, ..])
                {
                    // A folder may show names alone.
                    File.GetAttributes(first);
                }
            }
            else
            {
                File.OpenHandle(onDisk).Dispose();
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            found.Add(Refusal.Unreadable(place, isFolder, exception));
            return;
        }

        foreach (var name in entries.Select(Path.GetFileName))
        {
            Look(place.Length == 0 ? name! : $"{place}/{name}");
        }
    }
}

/// <summary>
/// The one way by which a command reads the tree, and what lies beside the definition. What is not there is null or empty, and links are
/// not followed, because no artifact has them. What is there and cannot be read ends the command: taken for missing, a folder would be
/// pruned.
/// </summary>
internal static class TreeDisk
{
    private static readonly EnumerationOptions NoLinks = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = false,
    };

    private static readonly EnumerationOptions NoLinksBelow = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = false,
        RecurseSubdirectories = true,
    };

    /// <summary>A file's bytes; null for what is not a file, and for a larger one.</summary>
    /// <param name="root">The folder of the definition.</param>
    /// <param name="path">Relative to it, with forward slashes.</param>
    /// <param name="most">In bytes.</param>
    /// <exception cref="UnreadableException">It cannot be read.</exception>
    public static byte[]? Read(string root, string path, long most = long.MaxValue) => At(root, path, onDisk =>
    {
        var file = new FileInfo(onDisk);

        // Exists would also be false where the folder may not be searched.
        if (file.Attributes is var attributes && ((int)attributes == -1
            || (attributes & (FileAttributes.ReparsePoint | FileAttributes.Directory)) != 0))
        {
            return null;
        }

        // A pipe or a device has the length 0, and reading it would not end.
        return file.Length == 0 ? SpecialFile.Is(onDisk) ? null : []
            : file.Length > most ? null
            : File.ReadAllBytes(onDisk);
    });

    /// <summary>A file's text; null for what is not a file.</summary>
    /// <inheritdoc cref="Read"/>
    public static string? Text(string root, string path) =>
        Read(root, path) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF') : null;

    /// <summary>The files below a folder, sorted, relative to the root.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] FilesBelow(string root, string folder) =>
        Sorted(root, folder, onDisk => Directory.EnumerateFiles(onDisk, "*", NoLinksBelow));

    /// <summary>The folders in a folder, sorted, relative to the root.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] FoldersIn(string root, string folder) =>
        Sorted(root, folder, onDisk => Directory.EnumerateDirectories(onDisk, "*", NoLinks));

    /// <summary>What is at a path, which may be a link; null for nothing.</summary>
    /// <inheritdoc cref="Read"/>
    public static FileSystemInfo? Find(string root, string path) => At(root, path, onDisk =>
        new DirectoryInfo(onDisk) is var folder && (int)folder.Attributes == -1 ? null
            : folder.Attributes.HasFlag(FileAttributes.Directory) ? folder
            : (FileSystemInfo)new FileInfo(onDisk));

    /// <summary>What is at a path by a way of one's own; null where nothing is.</summary>
    /// <inheritdoc cref="Read"/>
    public static T? At<T>(string root, string path, Func<string, T?> read)
        where T : class
    {
        var onDisk = DiskState.OnDisk(root, path);
        try
        {
            return read(onDisk);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableException(root, path, exception);
        }
    }

    private static string[] Sorted(string root, string folder, Func<string, IEnumerable<string>> list) =>
        IsFolder(root, folder) ? At(root, folder, onDisk =>
            list(onDisk).Select(path => Relative(root, path)).Order(StringComparer.Ordinal).ToArray()) ?? [] : [];

    /// <summary>True for a folder that is not behind a link; the root itself may be.</summary>
    private static bool IsFolder(string root, string folder) => folder.Length == 0
        || (Find(root, folder) is DirectoryInfo { LinkTarget: null } && IsFolder(root, folder[..Math.Max(folder.LastIndexOf('/'), 0)]));

    private static string Relative(string root, string path) =>
        path[(root.Length + (Path.EndsInDirectorySeparator(root) ? 0 : 1))..].Replace(Path.DirectorySeparatorChar, '/');
}
