namespace PlatformGitOps.Generator.Disk;

/// <summary>Does what a plan says: removals before writes, since an old file may stand where a new folder is needed.</summary>
internal static class TreeChange
{
    public static WriteResult Apply(WriteRequest request, TreeLook look, CancellationToken cancellationToken)
    {
        foreach (var leftover in look.Scan.Leftovers.Where(path => path != OwnFiles.Busy))
        {
            File.Delete(TreeScan.OnDisk(request.Root, leftover));
        }

        var lockText = look.LockText;
        if (look.Plan.Files.Any(file => file.Touches))
        {
            lockText = WriteLock(request.Root, look.Plan.Pending, lockText);
        }

        var done = look.Plan with { Files = [.. Removals(request.Root, look.Plan, cancellationToken)] };
        done = done with { Files = [.. Writes(request.Root, done, cancellationToken)] };
        var result = new WriteResult { Files = [.. done.Files.Select(file => file.Result)] };
        try
        {
            WriteLock(request.Root, done.After, lockText);
            return result;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The one that was written before the files still stands, and knows both their contents.
            return result with { Obstacles = [Refusal.Failed(OwnFiles.Lock, exception)] };
        }
    }

    private static List<PlannedFile> Removals(string root, TreePlan plan, CancellationToken cancellationToken)
    {
        var files = new List<PlannedFile>(plan.Files.Length);
        var emptied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in plan.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            files.Add(file.Result.Outcome == Outcome.Removed ? Try(root, file, File.Delete) : file);
            if (files[^1].Result.Outcome is Outcome.Removed or Outcome.Forgotten)
            {
                emptied.UnionWith(RequestCheck.Folders(file.Path));
            }
        }

        // The deepest first; only folders that held a file of ours, and only while they are empty.
        foreach (var folder in emptied.Except(SafePath.Tops).OrderByDescending(folder => folder.Length))
        {
            RemoveIfEmpty(TreeScan.OnDisk(root, folder));
        }

        return files;
    }

    private static PlannedFile[] Writes(string root, TreePlan plan, CancellationToken cancellationToken)
    {
        var files = plan.Files.ToArray();
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, files.Length, options, index =>
        {
            if (files[index] is { Text: { } text, Result.Outcome: Outcome.Created or Outcome.Changed } file)
            {
                files[index] = Try(root, file, path =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    AtomicFile.Write(path, text);
                });
            }
        });
        return files;
    }

    private static PlannedFile Try(string root, PlannedFile file, Action<string> change)
    {
        var path = TreeScan.OnDisk(root, file.Path);
        try
        {
            if (file.ReadOnly)
            {
                File.SetAttributes(path, FileAttributes.Normal);
            }

            change(path);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return file with { Result = new FileResult(file.Path, Outcome.Failed, Refusal.Failed(file.Path, exception)) };
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        // A link is not ours, even to an empty folder.
        if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: null } && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private static string WriteLock(string root, Ownership ownership, string before)
    {
        var text = LockFormat.Write(ownership);
        if (text != before)
        {
            AtomicFile.Write(TreeScan.OnDisk(root, OwnFiles.Lock), text);
        }

        return text;
    }
}
