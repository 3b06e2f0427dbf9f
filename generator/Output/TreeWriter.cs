namespace PlatformGitOps.Generator.Output;

/// <summary>A tree to write to disk, or to compare with it.</summary>
public sealed record WriteRequest
{
    /// <summary>The repository's root; the only path that may itself be a symbolic link.</summary>
    public required string Root { get; init; }

    /// <summary>The whole tree: an owned file that is not in it is removed.</summary>
    public required IReadOnlyList<GeneratedFile> Files { get; init; }

    /// <summary>
    /// The hash of the definition (<see cref="ContentHash"/>): distinguishes changes of the definition from changes of the generator.
    /// </summary>
    public required string DefinitionHash { get; init; }

    /// <summary>The name of the definition's file in <see cref="Root"/>; null keeps the one in the lock file.</summary>
    public string? DefinitionFile { get; init; }

    /// <summary>
    /// Overwrites and removes hand edits, foreign files and the tree of another definition. Symbolic links and folders are still refused.
    /// </summary>
    public bool Force { get; init; }

    /// <summary>The time-out for another run in the same tree.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// Writes a generated tree to disk. It reads first and locks only if something must change, so a second run touches nothing. The lock file
/// is written first with old and new hashes, and last with the new ones only: after a kill in between, the next run recognizes every file,
/// even if the definition has changed.
/// </summary>
public static class TreeWriter
{
    /// <summary>Writes, removes and adopts files; files that the generator did not write are kept and reported.</summary>
    public static async Task<WriteResult> WriteAsync(WriteRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = SafePath.Check(request.Files).ToArray();
        if (problems.Length > 0)
        {
            return WriteResult.Stopped(problems);
        }

        if (!Directory.Exists(request.Root))
        {
            return WriteResult.Stopped(Refusal.Of(
                request.Root, "root-missing", "does not exist or is not a folder.", "Run generate at the repository's root."));
        }

        try
        {
            return await WriteCheckedAsync(request, time, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return WriteResult.Stopped(Refusal.Unreadable(exception));
        }
    }

    private static async Task<WriteResult> WriteCheckedAsync(WriteRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var plan = TreePlan.Of(request, cancellationToken);
        if (plan.Disk.Obstacles.Length > 0)
        {
            return WriteResult.Stopped(plan.Disk.Obstacles);
        }

        if (plan.Foreign is { } foreign && !request.Force)
        {
            return WriteResult.Stopped(foreign);
        }

        if (plan.IsDone)
        {
            return plan.Result with { NothingToWrite = plan.Result.Complete };
        }

        var busy = DiskState.OnDisk(request.Root, LockFile.Busy);
        Directory.CreateDirectory(Path.GetDirectoryName(busy)!);
        using var run = await ExclusiveRun.TakeAsync(busy, request.Patience, time, cancellationToken);
        if (run is null)
        {
            return WriteResult.Stopped(Refusal.Of(
                LockFile.Busy, "another-run", "is held by another run in this tree.", "Wait until it ends, and run generate again."));
        }

        // The other run may have changed what was read before.
        return Apply(request.Root, TreePlan.Of(request, cancellationToken), cancellationToken);
    }

    /// <summary>Removals before writes, since an old file may be where a new folder is needed.</summary>
    internal static WriteResult Apply(string root, TreePlan plan, CancellationToken cancellationToken)
    {
        foreach (var leftover in plan.Disk.Leftovers.Where(path => path != LockFile.Busy))
        {
            File.Delete(DiskState.OnDisk(root, leftover));
        }

        var lockText = plan.Disk.LockText;
        if (plan.Files.Any(file => file.Touches))
        {
            lockText = WriteLock(root, plan.Pending, lockText);
        }

        var done = plan with { Files = [.. Removals(root, plan, cancellationToken)] };
        done = done with { Files = [.. Writes(root, done, cancellationToken)] };
        try
        {
            WriteLock(root, done.After, lockText);
            return done.Result;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first version of the lock file is intact and has the old and the new hashes.
            return done.Result with { Obstacles = [Refusal.Failed(LockFile.Name, exception)] };
        }
    }

    private static List<FilePlan> Removals(string root, TreePlan plan, CancellationToken cancellationToken)
    {
        var files = new List<FilePlan>(plan.Files.Length);
        var emptied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in plan.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            files.Add(file.Result.Outcome == Outcome.Removed ? Try(root, file, path => AtomicFile.Delete(path, file.Found!)) : file);
            if (files[^1].Result.Outcome is Outcome.Removed or Outcome.Forgotten)
            {
                emptied.UnionWith(SafePath.Folders(file.Path));
            }
        }

        // The deepest first; only folders that held an owned file and are empty now.
        foreach (var folder in emptied.Except(SafePath.Tops).OrderByDescending(folder => folder.Length))
        {
            RemoveIfEmpty(DiskState.OnDisk(root, folder));
        }

        return files;
    }

    private static FilePlan[] Writes(string root, TreePlan plan, CancellationToken cancellationToken)
    {
        var files = plan.Files.ToArray();
        var touched = Enumerable.Range(0, files.Length)
            .Where(index => files[index] is { Text: not null, Result.Outcome: Outcome.Created or Outcome.Changed }).ToArray();
        MakeFolders(root, touched.Select(index => files[index].Path));
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(touched, options, index =>
        {
            var file = files[index];
            files[index] = Try(root, file, path => AtomicFile.Replace(path, file.Text!, file.Found));
        });
        return files;
    }

    /// <summary>Makes each folder once; if that fails, the write of the folder's first file reports it.</summary>
    private static void MakeFolders(string root, IEnumerable<string> paths)
    {
        foreach (var folder in paths.Select(path => path[..path.LastIndexOf('/')]).Distinct())
        {
            try
            {
                Directory.CreateDirectory(DiskState.OnDisk(root, folder));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // For example a full disk.
            }
        }
    }

    private static FilePlan Try(string root, FilePlan file, Action<string> change)
    {
        try
        {
            change(DiskState.OnDisk(root, file.Path));
            return file;
        }
        catch (FileChangedException)
        {
            return file.Refuse(Refusal.ChangedMeanwhile(file.Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return file.Refuse(Refusal.Failed(file.Path, exception), Outcome.Failed);
        }
    }

    private static void RemoveIfEmpty(string folder)
    {
        // Never remove a link, even to an empty folder.
        if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: null } && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private static string WriteLock(string root, Ownership ownership, string before)
    {
        var text = LockFile.Write(ownership);
        if (text != before)
        {
            AtomicFile.Write(DiskState.OnDisk(root, LockFile.Name), text);
        }

        return text;
    }
}
