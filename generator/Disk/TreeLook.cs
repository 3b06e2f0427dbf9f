using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What was seen on disk and what follows from it.</summary>
/// <param name="Plan">What is to be done.</param>
/// <param name="LockText">The lock file with <c>\n</c>, empty where there is none.</param>
/// <param name="Scan">What stands in the tree.</param>
/// <param name="Links">Links where the generator keeps its own files: nothing may be written then.</param>
internal sealed record TreeLook(TreePlan Plan, string LockText, TreeScan Scan, ImmutableArray<Finding> Links)
{
    /// <summary>True when there is nothing to write, the lock file included.</summary>
    public bool IsDone => Scan.Leftovers.Count == 0 && !Plan.Files.Any(file => file.Touches) && LockFormat.Write(Plan.After) == LockText;

    public IEnumerable<DiskEntry> Entries => Scan.Entries.Values;

    public WriteResult Result => new() { Files = [.. Plan.Files.Select(file => file.Result)] };

    /// <summary>Looks at lock file and disk.</summary>
    /// <exception cref="FormatException">The lock file is none.</exception>
    /// <exception cref="IOException">A folder or the lock file cannot be read.</exception>
    public static TreeLook At(WriteRequest request, CancellationToken cancellationToken)
    {
        var scan = TreeScan.Of(request.Root);
        var links = ImmutableArray.CreateBuilder<Finding>();
        foreach (var path in new[] { "kubernetes", OwnFiles.Lock, OwnFiles.Busy })
        {
            if (scan.Entries.GetValueOrDefault(path)?.Kind == EntryKind.Link)
            {
                links.Add(Refusal.Link(path, path));
            }
        }

        var lockPath = TreeScan.OnDisk(request.Root, OwnFiles.Lock);
        var lockText = links.Count == 0 && File.Exists(lockPath) ? File.ReadAllText(lockPath).ReplaceLineEndings("\n") : "";
        return new TreeLook(TreePlan.Make(request, LockFormat.Read(lockText), scan, cancellationToken), lockText, scan, links.ToImmutable());
    }
}
