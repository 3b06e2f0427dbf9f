namespace PlatformGitOps.Generator.Disk;

/// <summary>
/// Brings a generated tree to disk. Reads first and takes the right to write only when something has to change, so that a second
/// run touches nothing. The lock file goes first with the old and the new hashes and last with the new ones alone: killed in
/// between, every file is known to the next run, even when the definition has changed meanwhile.
/// </summary>
public static class TreeWriter
{
    /// <summary>Writes, removes and adopts files; what was not written by the generator is left alone and reported.</summary>
    public static async Task<WriteResult> WriteAsync(WriteRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = RequestCheck.Findings(request.Files).ToArray();
        if (problems.Length > 0)
        {
            return WriteResult.Stopped(problems);
        }

        if (!Directory.Exists(request.Root))
        {
            return WriteResult.Stopped(Refusal.Of(request.Root, "root-missing", "is no folder.", "Run generate at the repository's root."));
        }

        try
        {
            return await WriteCheckedAsync(request, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return WriteResult.Stopped(Refusal.Unreadable(exception));
        }
    }

    private static async Task<WriteResult> WriteCheckedAsync(WriteRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var look = TreeLook.At(request, cancellationToken);
        if (look.Links.Length > 0)
        {
            return WriteResult.Stopped(look.Links);
        }

        if (look.IsDone)
        {
            return look.Result;
        }

        var folder = Path.GetDirectoryName(TreeScan.OnDisk(request.Root, OwnFiles.Busy))!;
        Directory.CreateDirectory(folder);
        using var run = await ExclusiveRun.TakeAsync(TreeScan.OnDisk(request.Root, OwnFiles.Busy), request.Patience, time, cancellationToken).ConfigureAwait(false);
        if (run is null)
        {
            return WriteResult.Stopped(Refusal.Of(OwnFiles.Busy, "another-run", "is held by another run in this tree.", "Wait for it to end and run generate again."));
        }

        // The other run may have changed what was seen before.
        return TreeChange.Apply(request, TreeLook.At(request, cancellationToken), cancellationToken);
    }
}
