using System.Text;
using PlatformGitOps.Generator.Disk;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What will stand in the repository once it is generated: the generated files, and those that others keep beside them.</summary>
public static class ComingTree
{
    /// <summary>
    /// Puts generated files over the foreign ones on disk. Where the lock file cannot be read nobody knows which those are, and they
    /// are left out: the plan then shows rather too much that goes than too little.
    /// </summary>
    public static SourceTree Of(string root, IEnumerable<GeneratedFile> files)
    {
        var tree = files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal);
        if (Owned(root) is { } owned)
        {
            foreach (var entry in TreeScan.Of(root).Entries.Values.Where(entry => entry.Kind == EntryKind.File && !owned.Files.ContainsKey(entry.Path) && !tree.ContainsKey(entry.Path)))
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
