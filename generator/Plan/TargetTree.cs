namespace PlatformGitOps.Generator.Plan;

/// <summary>The tree after the next run of the generator: the generated files and the user's own files.</summary>
public static class TargetTree
{
    /// <summary>
    /// Adds the user's files on disk to the generated ones. If the lock file cannot be read, these files are not known and not included;
    /// the plan may then have too many deletions, never too few.
    /// </summary>
    public static SourceTree Of(string root, IEnumerable<GeneratedFile> generated) => SourceTree.Of(Files(root, generated));

    /// <summary>The same, with files that generate refuses to overwrite or remove, for example edited ones.</summary>
    /// <param name="root">The repository's root.</param>
    /// <param name="generated">The tree of the definition.</param>
    /// <param name="drifted">The differences on disk.</param>
    public static SourceTree Keeping(string root, IEnumerable<GeneratedFile> generated, IEnumerable<DriftedFile> drifted)
    {
        var tree = Files(root, generated);
        foreach (var file in drifted.Where(file => file.IsKept))
        {
            if (TreeDisk.Read(root, file.Path) is { } onDisk)
            {
                tree[file.Path] = onDisk;
            }
            else
            {
                tree.Remove(file.Path);
            }
        }

        return SourceTree.Of(tree);
    }

    private static Dictionary<string, byte[]> Files(string root, IEnumerable<GeneratedFile> generated)
    {
        var tree = generated.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal);
        if (TreeDisk.Read(root, SourceIgnore.FileName) is { Length: > 0 } ignore)
        {
            // What it leaves out, Flux does not see, although it is on disk.
            tree[SourceIgnore.FileName] = ignore;
        }

        var disk = DiskState.Of(root);
        if (Owned(disk) is { } owned)
        {
            foreach (var path in disk.Entries.Values.Where(entry => entry.Kind == EntryKind.File).Select(entry => entry.Path)
                .Where(path => !owned.Files.ContainsKey(path) && !tree.ContainsKey(path)))
            {
                tree.Add(path, TreeDisk.Read(root, path) ?? []);
            }
        }

        return tree;
    }

    private static Ownership? Owned(DiskState disk)
    {
        try
        {
            return LockFile.Read(disk.LockText);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
