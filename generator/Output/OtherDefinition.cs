namespace PlatformGitOps.Generator.Output;

/// <summary>
/// Two definitions in one folder would write one tree, and each run would remove the other's clusters. The lock file names its definition;
/// another one may take over only if that file is gone, as after a rename.
/// </summary>
internal static class OtherDefinition
{
    public const string Rule = "tree-of-other-definition";

    private const int MostClusters = 5;

    /// <summary>Why the request must not change the tree; null if it may.</summary>
    public static Finding? In(WriteRequest request, Ownership ownership)
    {
        if (request.DefinitionFile is not { } own || ownership.DefinitionFile is not { } old || own == old
            || !IsFileName(old) || !File.Exists(Path.Combine(request.Root, old))
            || Real(request.Root, own) == Real(request.Root, old))
        {
            return null;
        }

        var (before, now) = (Printable.Of(old), Printable.Of(own));
        if (ownership.DefinitionHash == request.DefinitionHash)
        {
            return Refusal.Of(LockFile.Name, Rule, $"says that '{before}' made this tree, and '{now}' is a copy of it.",
                $"To rename the definition, delete '{before}' and run generate again.");
        }

        var wanted = request.Files.Select(file => Layout.ClusterOf(file.Path)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var lost = ownership.Files.Keys.Select(Layout.ClusterOf).OfType<string>().Distinct().Where(name => !wanted.Contains(name))
            .ToArray();
        return Refusal.Of(LockFile.Name, Rule,
            $"says that '{before}' made this tree, and '{before}' is there."
                + (lost.Length == 0 ? "" : $" From '{now}' the tree would lose {Clusters(lost)}."),
            $"Move '{now}' to a folder of its own, or write its clusters into '{before}'. If '{now}' replaces '{before}', delete "
                + $"'{before}' and run generate again, or run generate --force.");
    }

    private static string Clusters(string[] names) =>
        (names.Length == 1 ? "cluster " : "clusters ") + ListText.First(names, MostClusters);

    /// <summary>The lock file is a text that users can edit.</summary>
    private static bool IsFileName(string name) =>
        name.Length > 0 && name == Path.GetFileName(name) && !name.Contains('\0');

    /// <summary>A link to the definition counts as the same definition.</summary>
    private static string Real(string root, string name)
    {
        var path = Path.Combine(root, name);
        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
    }
}
