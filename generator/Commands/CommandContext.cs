using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The options of every command that reads a definition.</summary>
internal sealed class TreeOptions : IDisposable
{
    private const string DefaultName = "platform.yaml";

    private Progress? _progress;

    public TreeOptions() => Definition.Validators.Add(result =>
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError("-f needs the path of platform.yaml, or of its folder; it was empty.");
        }
    });

    public required TimeProvider Time { get; init; }

    public Option<string> Definition { get; } = new("--definition", "-f")
    {
        Description = "Path of platform.yaml or of its folder; without it, the one here or in the nearest folder above. kubernetes/ is "
            + "written next to it.",
        DefaultValueFactory = _ => DefaultName,
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print every finding and every file, however many there are.",
        Recursive = true,
    };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Print only what asks for an action: findings, refusals and errors.",
        Recursive = true,
    };

    public Option<string> Color { get; } = Choice(
        "--color", "Colours: auto takes them in a terminal where NO_COLOR is not set.", "auto", "always", "never");

    /// <summary>For the commands whose result other programs read.</summary>
    public Option<string> Format { get; } = Choice("--output", "How the result is written; github makes annotations of GitHub Actions.",
        [.. Enum.GetNames<OutputFormat>().Select(name => name.ToLowerInvariant())]);

    public CommandContext Context(ParseResult result)
    {
        var path = result.GetResult(Definition) is { Implicit: false } ? result.GetValue(Definition)! : Nearest();
        var format = result.CommandResult.Command.Options.Contains(Format) ? result.GetValue(Format)! : nameof(OutputFormat.Text);
        var quiet = result.GetValue(Quiet);
        _progress = Progress.On(result.InvocationConfiguration.Error, !quiet, Time);
        return new CommandContext
        {
            Format = Enum.Parse<OutputFormat>(format, ignoreCase: true),
            Quiet = quiet,
            Progress = _progress,
            Ink = InkFor(result.InvocationConfiguration.Output, result.GetValue(Color)!),
            DefinitionPath = Directory.Exists(path) ? InFolder(path) : path,
            Verbose = result.GetValue(Verbose),
            Output = result.InvocationConfiguration.Output,
            Error = result.InvocationConfiguration.Error,
            Time = Time,
        };
    }

    public void Dispose() => _progress?.Dispose();

    /// <summary>The definition in a folder; its default path if the folder has none.</summary>
    private static string InFolder(string folder)
    {
        var path = Path.Combine(folder, DefaultName);
        return Found(path) ?? path;
    }

    /// <summary>The definition at a path, with this extension or the other one; null if neither exists.</summary>
    private static string? Found(string path)
    {
        var other = Path.ChangeExtension(path, ".yml");
        return File.Exists(path) ? path : File.Exists(other) ? other : null;
    }

    /// <summary>Without -f: the definition in this folder or in the nearest one above it, within the repository.</summary>
    private static string Nearest()
    {
        var path = DefaultName;
        for (var folder = new DirectoryInfo(Directory.GetCurrentDirectory()); folder is not null; folder = folder.Parent)
        {
            if (Found(path) is { } there)
            {
                return there;
            }

            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
            {
                break;
            }

            path = "../" + path;
        }

        return DefaultName;
    }

    /// <summary>An option that names clusters; it can be given several times.</summary>
    public static Option<string[]> Clusters(string description)
    {
        var option = new Option<string[]>("--cluster") { Description = $"{description} May be given several times.", HelpName = "name" };
        option.CompletionSources.Add(_ => ClustersHere());
        return option;
    }

    /// <summary>For shell completion: the clusters of the tree in the current folder.</summary>
    public static IEnumerable<CompletionItem> ClustersHere() => Directory.Exists(Layout.Clusters)
        ? Directory.GetDirectories(Layout.Clusters).Select(path => new CompletionItem(Path.GetFileName(path))) : [];

    private static Option<string> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            DefaultValueFactory = _ => choices[0],
            HelpName = string.Join('|', choices),
            Recursive = true,
        };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    private static Ink InkFor(TextWriter output, string color) => new(color switch
    {
        "always" => true,
        "never" => false,
        _ => output is CheckedOutput { IsConsole: true } && !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb",
    });
}

/// <summary>Definition, writers, clock and options of one run of a command.</summary>
internal sealed record CommandContext
{
    public required string DefinitionPath { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TimeProvider Time { get; init; }

    public bool Verbose { get; init; }

    public bool Quiet { get; init; }

    public OutputFormat Format { get; init; }

    /// <summary>True if the command writes files: then the message about a bad definition says that nothing was written.</summary>
    public bool WritesFiles { get; init; }

    public Ink Ink { get; init; }

    public required Progress Progress { get; init; }

    /// <summary>The folder of the definition; <c>kubernetes/</c> is in it.</summary>
    public string Root => Path.GetDirectoryName(Path.GetFullPath(DefinitionPath))!;

    /// <summary>The request to write or compare the tree of a definition.</summary>
    public WriteRequest Request(Platform platform)
    {
        BeginStep("making the tree", platform);
        return new WriteRequest
        {
            Root = Root,
            Files = Tree.Build(platform),
            DefinitionFile = Path.GetFileName(DefinitionPath),
            DefinitionHash = ContentHash.OfDefinition(DefinitionPath, platform.ReferencedFiles.Select(path => Path.Combine(Root, path))),
        };
    }

    /// <summary>Shows a new step of the progress.</summary>
    public void BeginStep(string step, Platform platform) =>
        Progress.Begin($"{step} of {ListText.Count(platform.Clusters.Length, "cluster")}");

    /// <summary>Reads the definition; prints every violation of a bad one and returns null.</summary>
    public PlatformReading.Valid? ReadDefinition()
    {
        Progress.Begin($"reading {Path.GetFileName(DefinitionPath)}");
        return PlatformFile.Read(DefinitionPath) switch
        {
            PlatformReading.Valid valid => valid,
            PlatformReading.Invalid invalid => Refuse(invalid.Findings),
            _ => throw new InvalidOperationException("A reading is valid or invalid."),
        };
    }

    /// <summary>
    /// As <see cref="ReadDefinition"/>, for commands that deliver or judge the tree: a digest that the tree on disk contradicts is a
    /// violation too.
    /// </summary>
    public PlatformReading.Valid? ReadConsistentDefinition()
    {
        if (ReadDefinition() is not { } definition)
        {
            return null;
        }

        try
        {
            return StaleDigest.Of(DefinitionPath, Root, definition) is { IsEmpty: false } stale ? Refuse(stale) : definition;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The command itself reports what cannot be read.
            return definition;
        }
    }

    private PlatformReading.Valid? Refuse(ImmutableArray<Finding> findings)
    {
        if (Format != OutputFormat.Text)
        {
            FindingReport.Write(Format, Format == OutputFormat.GitHub ? WithRelativePaths(findings.Select(finding =>
                finding with { File = Path.GetFullPath(finding.File) })) : findings, LintRules.About, more: null, Output);
            return null;
        }

        Write(findings, Error);
        Error.WriteLine($"{ListText.Count(findings.Length, "violation")} in the definition."
            + (WritesFiles ? " Nothing was written." : ""));
        return null;
    }

    /// <summary>The tree on disk; prints what to do and returns null if there is no tree.</summary>
    public SourceTree? ReadTree()
    {
        if (new DirectoryInfo(Path.Combine(Root, Layout.Root)).LinkTarget is { } target)
        {
            Error.WriteLine($"'{Layout.Root}' is a symbolic link to '{Printable.Of(target)}'. git keeps the link, and Flux sees "
                + "no file behind it. Replace it by the folder.");
            return null;
        }

        var tree = SourceTree.OnDisk(Root);
        if (tree.HasFolder(Layout.Root))
        {
            return tree;
        }

        Error.WriteLine(tree.LineAgainst(Layout.Root) is { } line
            ? $"{line} leaves {Layout.Root}/ out of what Flux fetches, so that Flux gets nothing of it. {line.FixFor(Layout.Root)}"
            : $"'{Root}' has no folder {Layout.Root}/. Run generate first.");
        return null;
    }

    /// <summary>The requested clusters, or all if none was requested; prints the known ones and returns null for an unknown one.</summary>
    public IReadOnlyCollection<string>? SelectClusters(IReadOnlyCollection<string> known, IReadOnlyCollection<string> requested)
    {
        if (requested.FirstOrDefault(name => !known.Contains(name)) is not { } unknown)
        {
            return requested.Count > 0 ? requested : known;
        }

        Error.WriteLine($"Cluster '{Printable.Of(unknown)}' is not in the tree. The tree has: {string.Join(", ", known)}.");
        return null;
    }

    /// <summary>Prints findings; of many, the first ones and a count.</summary>
    public void Write(IReadOnlyCollection<Finding> findings, TextWriter output) =>
        FindingText.Write(findings, Verbose, output, ReferenceEquals(output, Output) ? Ink : default);

    /// <summary>Writes findings in the format of <c>--output</c>.</summary>
    /// <param name="findings">With files relative to the definition's folder.</param>
    /// <param name="more">Further members of the JSON object.</param>
    /// <param name="about">One sentence on each rule; null for those of lint.</param>
    public void Report(
        IEnumerable<Finding> findings, Action<Utf8JsonWriter>? more = null, IReadOnlyDictionary<string, string>? about = null) =>
        FindingReport.Write(Format, WithRelativePaths(findings), about ?? LintRules.About, more, Output);

    /// <summary>Makes paths relative to the current folder; for GitHub annotations, to the root of the definition's repository.</summary>
    private ImmutableArray<Finding> WithRelativePaths(IEnumerable<Finding> findings)
    {
        var here = Directory.GetCurrentDirectory();
        var from = Format == OutputFormat.GitHub ? GitFolder.RootOf(Root) ?? here : here;
        return
        [
            .. findings.Select(finding => finding with
            {
                File = Path.GetRelativePath(from, Path.Combine(Root, finding.File)).Replace('\\', '/'),
            }),
        ];
    }
}
