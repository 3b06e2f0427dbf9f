using System.Text;
using PlatformGitOps.Generator.Disk;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Plan;

/// <summary>The tree after the next run of the generator: the generated files, and the user's own files beside them.</summary>
public static class TargetTree
{
    /// <summary>
    /// Adds the user's files on disk to the generated ones. If the lock file cannot be read, these are unknown and left out; the plan may
    /// then list too many deletions, never too few.
    /// </summary>
    public static SourceTree Of(string root, IEnumerable<GeneratedFile> generated)
    {
        var tree = generated.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal);
        if (Owned(root) is { } owned)
        {
            var files = TreeScan.Of(root).Entries.Values.Where(entry => entry.Kind == EntryKind.File);
            foreach (var entry in files.Where(entry => !owned.Files.ContainsKey(entry.Path) && !tree.ContainsKey(entry.Path)))
            {
                tree.Add(entry.Path, File.ReadAllBytes(TreeScan.OnDisk(root, entry.Path)));
            }
        }

        return SourceTree.Of(tree);
    }

    private static Ownership? Owned(string root)
    {
        var path = TreeScan.OnDisk(root, OwnFiles.Lock);
        try
        {
            return File.Exists(path) ? LockFormat.Read(File.ReadAllText(path)) : Ownership.None;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
