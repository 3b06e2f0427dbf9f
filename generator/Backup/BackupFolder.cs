namespace PlatformGitOps.Generator.Backup;

/// <summary>Reads and writes a backup on disk with permissions for its owner only, because it has names and addresses.</summary>
internal static class BackupFolder
{
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode0700 = FileMode0600 | UnixFileMode.UserExecute;
    private const int MostFiles = 1000;

    /// <summary>The error for an empty folder name: reading would use the current folder, and writing none.</summary>
    public const string Nameless = "The name of the backup's folder is empty. Write the folder, '.' for this one.";

    private static readonly string[][] Patterns = [["*.yaml"], ["objects", "*.yaml"], ["zones", "*", "*.zone"]];

    /// <summary>What an earlier backup in the folder has and this one lacks, in a sentence; null for nothing.</summary>
    public static string? Loss(string folder, DnsBackup backup)
    {
        var (objects, records) = (backup.Published.Length, Records(backup));
        if ((objects > 0 && records > 0) || !File.Exists(Path.Combine(folder, DnsBackup.Index)))
        {
            return null;
        }

        DnsBackup earlier;
        try
        {
            earlier = Read(folder);
        }
        catch (BackupException exception)
        {
            return objects > 0 ? null : $"The new backup has no object, and the earlier one cannot be compared: {exception.Message}";
        }

        return objects == 0 && earlier.Published.Length > 0
                ? $"The backup in '{Printable.Of(folder)}' has {earlier.Published.Length} objects, and the new one has none."
            : records == 0 && Records(earlier) > 0
                ? $"The backup in '{Printable.Of(folder)}' has {Records(earlier)} records of zones, and the new one has none."
            : null;
    }

    private static int Records(DnsBackup backup) => backup.ZoneRecords.Sum(zone => zone.Records.Length);

    /// <summary>Writes a backup into a new folder, or over an earlier one.</summary>
    /// <returns>False if the folder has other files; then nothing was written.</returns>
    /// <exception cref="BackupException">It cannot be written.</exception>
    public static bool TryWrite(string folder, DnsBackup backup)
    {
        try
        {
            if (Directory.Exists(folder) && !File.Exists(Path.Combine(folder, DnsBackup.Index))
                && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                return false;
            }

            var files = backup.Files().ToDictionary(StringComparer.Ordinal);
            // The index comes last: without it, which counts the records, a backup is incomplete.
            foreach (var (path, text) in files.OrderBy(file => file.Key == DnsBackup.Index))
            {
                Write(folder, path, text);
            }

            foreach (var path in PathsIn(folder).Where(path => !files.ContainsKey(path)))
            {
                File.Delete(Path.Combine(folder, path));
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"'{Printable.Of(folder)}' cannot be written: {Printable.Of(exception.Message)}");
        }
    }

    /// <exception cref="BackupException">The folder is not a backup.</exception>
    public static DnsBackup Read(string folder)
    {
        try
        {
            if (folder.Length == 0)
            {
                throw new BackupException(Nameless);
            }

            if (!File.Exists(Path.Combine(folder, DnsBackup.Index)))
            {
                throw new BackupException(
                    $"'{Printable.Of(folder)}' has no {DnsBackup.Index}. Name a folder that the command backup has written.");
            }

            return DnsBackup.Read(PathsIn(folder).ToDictionary(
                path => path, path => File.ReadAllText(Path.Combine(folder, path)), StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"'{Printable.Of(folder)}' cannot be read: {Printable.Of(exception.Message)}");
        }
    }

    /// <summary>The files that a backup can have; others in the folder, such as those of git, are ignored.</summary>
    private static string[] PathsIn(string folder) =>
    [
        .. Patterns.SelectMany(pattern => Matches(folder, pattern)).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(path => path.Contains('/')
                || path is DnsBackup.Index or DnsBackup.Namespaces or "platform.yaml")
            .Take(MostFiles),
    ];

    private static IEnumerable<string> Matches(string folder, string[] pattern) => !Directory.Exists(folder) ? []
        : pattern is [var last] ? Directory.EnumerateFiles(folder, last)
        : Directory.EnumerateDirectories(folder, pattern[0]).SelectMany(inner => Matches(inner, pattern[1..]));

    private static void Write(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        var at = folder;
        MakeFolder(at);
        foreach (var name in path.Split('/')[..^1])
        {
            at = Path.Combine(at, name);
            MakeFolder(at);
        }

        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode0600;
        }

        try
        {
            using (var writer = new StreamWriter(temporary, options))
            {
                writer.Write(text);
            }

            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, FolderMode0700);
        }
    }
}
