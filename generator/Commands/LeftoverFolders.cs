using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>Folders that the generator left behind and Flux still reads.</summary>
internal static class LeftoverFolders
{
    private const string DefaultDefinition = "platform.yaml";

    /// <summary>
    /// Warnings about folders of clusters that the definition no longer has, and about the tree of a definition that moved.
    /// </summary>
    public static IEnumerable<Finding> Of(CommandContext context, Platform platform) =>
        Clusters(context, platform).Concat(Trees(context));

    /// <summary>The user's own files keep the folder of a removed cluster: Flux still builds it, and prunes everything else.</summary>
    private static IEnumerable<Finding> Clusters(CommandContext context, Platform platform)
    {
        var known = platform.Clusters.Select(cluster => cluster.Name.Text).ToHashSet(StringComparer.Ordinal);
        var folder = Path.Combine(context.Root, Layout.Clusters);
        var owned = Directory.Exists(folder) ? Owned(context.Root) : null;
        foreach (var path in owned is null ? [] : Folders(folder))
        {
            var name = Path.GetFileName(path);
            string[] own = known.Contains(name) ? []
                : [.. Files(path).Where(file => owned!.HashesOf($"{Layout.ClusterFolder(name)}/{file}").IsEmpty)];
            if (own.Length > 0)
            {
                yield return DefinitionWarnings.Warning(WarningRules.ClusterFolder, Layout.ClusterFolder(name), Position.None,
                    $"The definition has no cluster '{Printable.Of(name)}', and its folder has {Printable.Of(own[0])}"
                        + $"{(own.Length == 1 ? "" : $" and {own.Length - 1} more")}. A cluster that follows the folder takes that for "
                        + "all it should have, and deletes the rest.",
                    $"Move the files out of {Layout.Clusters}, so that the folder is gone: Flux then reports an error and deletes "
                        + "nothing.");
            }
        }
    }

    /// <summary>A definition that moved within its repository left its tree behind, and Flux still delivers that one.</summary>
    private static IEnumerable<Finding> Trees(CommandContext context)
    {
        if (DefinitionWarnings.FolderInRepository(context.Root) is null)
        {
            yield break;
        }

        var at = new DirectoryInfo(context.Root);
        while (at is { Parent: { } above } && !Path.Exists(Path.Combine(at.FullName, ".git")))
        {
            at = above;
            if (Owned(at.FullName) is { Files.IsEmpty: false } tree
                && !File.Exists(Path.Combine(at.FullName, Path.GetFileName(tree.DefinitionFile ?? DefaultDefinition))))
            {
                var folder = Path.GetRelativePath(context.Root, Path.Combine(at.FullName, Layout.Root)).Replace('\\', '/');
                yield return DefinitionWarnings.Warning(WarningRules.Tree, $"{folder}/{Path.GetFileName(LockFile.Name)}", Position.None,
                    $"The definition of '{folder}' ({Printable.Of(tree.DefinitionFile ?? DefaultDefinition)}) is not beside it. No command "
                        + "changes this tree, and Flux goes on delivering it.",
                    $"If {Path.GetFileName(context.DefinitionPath)} moved here, move the tree too (git mv), write repository.path and run "
                        + "generate. Else delete the tree.");
            }
        }
    }

    private static Ownership? Owned(string root)
    {
        try
        {
            var path = Path.Combine(root, LockFile.Name);
            return File.Exists(path) ? LockFile.Read(File.ReadAllText(path)) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            // check and generate report what is wrong with it.
            return null;
        }
    }

    private static string[] Folders(string folder)
    {
        try
        {
            return [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException)
        {
            // lint reports the clusters that it cannot read.
            return [];
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    }).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
