namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Objects in the folder of a build, in a file that the build does not read.</summary>
internal static class UnusedFileRules
{
    public const string Name = "unused-file";

    internal const string Unused = "file-unused";

    public const string About = "A kustomization.yaml does not name a file with objects beside it, so that nothing applies them.";

    private static readonly string[] Kustomizations = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <summary>Checks all files of a tree.</summary>
    public static IEnumerable<Finding> Check(SourceTree tree) => Check(tree, tree.FilesBelow(Layout.Root));

    /// <summary>Checks some of its files, with all files of their folders.</summary>
    public static IEnumerable<Finding> Check(SourceTree tree, IEnumerable<string> files) => files
        .GroupBy(file => file[..Math.Max(file.LastIndexOf('/'), 0)], StringComparer.Ordinal)
        .SelectMany(folder => Check(tree, folder.Key, [.. folder]));

    private static IEnumerable<Finding> Check(SourceTree tree, string folder, string[] files)
    {
        var kustomization = Kustomizations.Select(name => $"{folder}/{name}").FirstOrDefault(files.Contains);
        if (kustomization is null || files.Length == 1)
        {
            yield break;
        }

        // A comment with the name counts: its author knows the file.
        var text = Encoding.UTF8.GetString(tree.Read(kustomization) ?? []);
        foreach (var file in files.Where(file => file != kustomization && IsYaml(file) && !Names(text, file[(folder.Length + 1)..])))
        {
            if (First(tree, file) is { } resource && !IsNamedElsewhere(tree, folder, file[(folder.Length + 1)..]))
            {
                yield return new Finding
                {
                    Rule = Unused,
                    Severity = Severity.Warning,
                    File = file,
                    Position = resource.Position,
                    Message = $"{kustomization} does not name this file, so that nothing applies {resource.TextAt("kind")} "
                        + $"{resource.TextAt("metadata", "name")}.",
                    Fix = "Add it to 'resources' there, or delete it.",
                };
            }
        }
    }

    private static bool IsYaml(string file) =>
        file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal);

    /// <summary>The first document, if it is an object.</summary>
    private static Mapping? First(SourceTree tree, string file) =>
        tree.Read(file) is { } bytes
            && YamlReader.Read(file, bytes, YamlOptions.Tree) is { Findings: [], Documents: [Mapping resource, ..] }
            && resource.TextAt("apiVersion") is not null && resource.TextAt("kind") is not null
            && resource.At("metadata", "name") is not null ? resource : null;

    /// <summary>Folders next to it may read a base one file at a time.</summary>
    private static bool IsNamedElsewhere(SourceTree tree, string folder, string name)
    {
        var end = $"{folder[(folder.LastIndexOf('/') + 1)..]}/{name}";
        return tree.FilesBelow(Layout.Root).Where(file => Kustomizations.Any(kind => file.EndsWith($"/{kind}", StringComparison.Ordinal)))
            .Any(file => Names(Encoding.UTF8.GetString(tree.Read(file) ?? []), end));
    }

    private static bool Names(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            if ((at == 0 || !IsOfName(text[at - 1])) && (at + name.Length == text.Length || !IsOfName(text[at + name.Length])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfName(char character) => char.IsLetterOrDigit(character) || character is '-' or '_' or '.';
}
