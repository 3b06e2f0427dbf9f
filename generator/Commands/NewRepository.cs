using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The files that <c>init</c> writes.</summary>
internal sealed record NewRepository
{
    public const string Definition = "platform.yaml";
    public const string Ignored = ".gitignore";

    private const string Schema = "docs/platform.schema.json";
    private const string Manifest = ".config/dotnet-tools.json";
    private const string MainBranch = "main";
    private const string Readme = "README.md";

    /// <summary>The files of <c>Starter/</c>, the CI that each is for (null for all), and their paths in the repository.</summary>
    private static readonly (string Name, string Path, string? Only)[] Starters =
    [
        (Readme, Readme, null),
        ("platform.yml", ".github/workflows/platform.yml", InitCommand.GitHub),
        ("gitlab-ci.yml", ".gitlab-ci.yml", InitCommand.GitLab),
        ("gitignore", Ignored, null),
        ("renovate.json", "renovate.json", null),
        ("dotnet-tools.json", Manifest, null),
    ];

    /// <summary>In the order of writing.</summary>
    public required IReadOnlyList<(string Path, string Text)> Files { get; init; }

    /// <summary>The repository's address for Flux; null for the example's.</summary>
    public string? Url { get; init; }

    /// <summary>The branch that Flux follows.</summary>
    public required string Branch { get; init; }

    /// <summary>True if Flux's branch is that of the git repository, not the default.</summary>
    public bool IsBranchTaken { get; init; }

    /// <summary>The files for a folder.</summary>
    /// <param name="git">The git repository of the folder; null if it has none.</param>
    /// <param name="below">The folder's path in the repository; empty for its root.</param>
    /// <param name="ci">The CI that checks changes.</param>
    public static NewRepository In(GitFolder? git, string below, string ci)
    {
        var url = git?.Urls.Select(GitFolder.ForFlux).FirstOrDefault();
        var own = git?.Branch is { } known && Forms.Ref.Check(known) is null ? known : null;
        var branch = own ?? MainBranch;
        return new NewRepository
        {
            Url = url,
            Branch = branch,
            IsBranchTaken = own is not null,
            Files =
            [
                (Definition, StarterDefinition.For(url, branch, below)),
                (Schema, SchemaText.Build()),
                .. Starters.Where(file => file.Only is null || file.Only == ci).Select(file => (file.Path, Starter(file.Name, branch, ci))),
            ],
        };
    }

    /// <summary>What a file that <c>init</c> does not overwrite lacks, in a sentence; null if nothing.</summary>
    /// <param name="file">The file that init would write.</param>
    /// <param name="there">The text of the existing file.</param>
    public static string? Missing((string Path, string Text) file, string there)
    {
        var lines = there.Split('\n').Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
        var missing = file.Text.Split('\n').Where(line => line.Length > 0 && !lines.Contains(line.Trim())).ToArray();
        return missing.Length == 0 ? null : file.Path switch
        {
            Ignored => $"Add {string.Join(" and ", missing.Select(line => $"'{line}'"))}.",
            Schema => "It is not that of this version: 'schema' prints it.",
            Manifest => "Add platform-gitops and platform-gitops-acceptance: 'dotnet tool install' does.",
            var path => $"'init' in an empty folder shows what {path} would have: take from it what you need.",
        };
    }

    /// <summary>What the new README says wrongly of existing files, in a sentence; null if nothing.</summary>
    /// <param name="made">The new files.</param>
    /// <param name="kept">The paths that existed before.</param>
    public static string? ReadmeCorrection(IEnumerable<(string Path, string Text)> made, IEnumerable<string> kept)
    {
        var text = made.FirstOrDefault(file => file.Path == Readme).Text ?? "";
        string[] named = [.. kept.Where(path => text.Contains($"`{path}`"))];
        return named.Length == 0 ? null
            : $"{Readme} says what {string.Join(" and ", named)} of init {(named.Length == 1 ? "does" : "do")}: write there what yours "
                + $"{(named.Length == 1 ? "does" : "do")}.";
    }

    /// <summary>Writes all files or none: after a failure, the new ones are removed.</summary>
    /// <param name="folder">The repository's folder.</param>
    /// <param name="files">The files to write.</param>
    /// <param name="left">Called with each path that could not be removed.</param>
    /// <exception cref="IOException">A file exists by now, or the disk is full.</exception>
    public static void Write(string folder, IEnumerable<(string Path, string Text)> files, Action<string> left)
    {
        var made = new Stack<string>();
        try
        {
            foreach (var (path, text) in files)
            {
                var file = Path.GetFullPath(Path.Combine(folder, path));
                MakeFolder(Path.GetDirectoryName(file)!, made);
                AtomicFile.Replace(file, text, seen: null);
                made.Push(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Remove(made, left);
            throw;
        }
    }

    private static void MakeFolder(string folder, Stack<string> made)
    {
        if (!Directory.Exists(folder))
        {
            MakeFolder(Path.GetDirectoryName(folder)!, made);
            Directory.CreateDirectory(folder);
            made.Push(folder);
        }
    }

    private static void Remove(Stack<string> made, Action<string> left)
    {
        foreach (var path in made)
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // For example, another program wrote into the folder meanwhile.
                left(path);
            }
        }
    }

    private static string Starter(string name, string branch, string ci)
    {
        var version = typeof(NewRepository).Assembly.GetName().Version!.ToString(3);
        var text = DataFile.Text($"Starter.{name}").Replace("VERSION", version)
            .Replace("PAGES", Docs.Page(""));
        if (branch != MainBranch)
        {
            text = text.Replace($"branches: [{MainBranch}]", $"branches: [\"{branch}\"]")
                .Replace($"`{MainBranch}`", $"`{branch}`");
        }

        // Removes the lines of the other CI, and the mark from those of this one.
        return string.Join('\n', text.Split('\n').Where(line => !InitCommand.Choices.Any(other => other != ci
            && line.StartsWith(Mark(other), StringComparison.Ordinal))).Select(line =>
                line.StartsWith(Mark(ci), StringComparison.Ordinal) ? line[Mark(ci).Length..] : line));
    }

    private static string Mark(string ci) => $"{{{ci}}}";
}
