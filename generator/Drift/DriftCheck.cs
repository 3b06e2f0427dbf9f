using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Disk;

namespace PlatformGitOps.Generator.Drift;

/// <summary>Compares the tree on disk with what would be generated, without writing anything.</summary>
public static class DriftCheck
{
    // A foreign file of any size may stand where a generated one belongs.
    private const int LargestDiffed = 1 << 20;

    /// <summary>Compares; the request's force and patience mean nothing here.</summary>
    public static DriftResult Run(WriteRequest request, CancellationToken cancellationToken)
    {
        var problems = RequestCheck.Findings(request.Files).ToImmutableArray();
        if (!problems.IsEmpty)
        {
            return new DriftResult { Obstacles = problems };
        }

        try
        {
            var look = TreeLook.At(request with { Force = false }, cancellationToken);
            return look.Links.IsEmpty ? Compare(request, look) : new DriftResult { Obstacles = look.Links };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return new DriftResult { Obstacles = [Refusal.Unreadable(exception)] };
        }
    }

    private static DriftResult Compare(WriteRequest request, TreeLook look)
    {
        var sameDefinition = look.Plan.Before.DefinitionHash == request.DefinitionHash;
        var drifted = look.Plan.Files.AsParallel().AsOrdered()
            .Select(file => Drifted(request.Root, file, Causes.Of(file.Wanted, file.Found, file.Known, sameDefinition)))
            .Where(file => file.Cause != DriftCause.None)
            .ToArray();
        return new DriftResult
        {
            Files = [.. drifted.Concat(Foreign(look)).OrderBy(file => file.Path, StringComparer.Ordinal)],
            Same = look.Plan.Files.Length - drifted.Length,
            LockIsStale = drifted.Length == 0 && LockFormat.Write(look.Plan.After) != look.LockText,
        };
    }

    private static DriftedFile Drifted(string root, PlannedFile file, DriftCause cause)
    {
        // What stands in the way has no hash: a link, a folder, a name that differs in case.
        var blocked = file.Result.Finding is { Rule: not ("hand-edited" or "read-only") };
        return new DriftedFile(file.Path, blocked ? DriftCause.InTheWay : cause)
        {
            Missing = file.Found is null,
            Obsolete = file.Wanted is null,
            Finding = file.Result.Finding,
            Diff = cause is DriftCause.None or DriftCause.Lock || file.Found is null ? null : Diff(root, file),
        };
    }

    private static string? Diff(string root, PlannedFile file)
    {
        var path = TreeScan.OnDisk(root, file.Path);
        if (new FileInfo(path).Length > LargestDiffed)
        {
            return null;
        }

        try
        {
            return UnifiedDiff.Of(file.Path, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)), file.Text ?? "");
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static IEnumerable<DriftedFile> Foreign(TreeLook look)
    {
        var owned = look.Plan.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var folders = owned.Select(path => path[..path.LastIndexOf('/')]).ToHashSet(StringComparer.Ordinal);
        return look.Entries
            .Where(entry => entry.Kind != EntryKind.Folder && !owned.Contains(entry.Path) && entry.Path != OwnFiles.Lock && entry.Path.LastIndexOf('/') is var slash and > 0 && folders.Contains(entry.Path[..slash]))
            .Select(entry => new DriftedFile(entry.Path, DriftCause.Foreign));
    }
}
