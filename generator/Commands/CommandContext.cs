using System.CommandLine;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Output;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The options of every command that reads a definition.</summary>
internal sealed class TreeOptions
{
    private const string DefaultName = "platform.yaml";

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
        Description = "Path of platform.yaml or of its folder. kubernetes/ is written next to it.",
        DefaultValueFactory = _ => DefaultName,
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print every finding and every file, however many there are.",
        Recursive = true,
    };

    public CommandContext Context(ParseResult result)
    {
        var path = result.GetValue(Definition)!;
        return new CommandContext
        {
            DefinitionPath = Directory.Exists(path) ? Path.Combine(path, DefaultName) : path,
            Verbose = result.GetValue(Verbose),
            Output = result.InvocationConfiguration.Output,
            Error = result.InvocationConfiguration.Error,
            Time = Time,
        };
    }
}

/// <summary>Definition, writers and clock of one run of a command.</summary>
internal sealed record CommandContext
{
    public required string DefinitionPath { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TimeProvider Time { get; init; }

    public bool Verbose { get; init; }

    /// <summary>The folder of the definition, in which <c>kubernetes/</c> is.</summary>
    public string Root => Path.GetDirectoryName(Path.GetFullPath(DefinitionPath))!;

    /// <summary>The generated tree of a definition, to be written or compared.</summary>
    public WriteRequest Request(Platform platform) => new()
    {
        Root = Root,
        Files = Tree.Build(platform),
        DefinitionHash = ContentHash.OfFile(DefinitionPath),
    };

    /// <summary>Reads the definition; prints every violation of a bad one and returns null.</summary>
    public Platform? ReadPlatform()
    {
        switch (PlatformFile.Read(DefinitionPath))
        {
            case PlatformReading.Sound sound:
                return sound.Platform;
            case PlatformReading.Refused { Findings: var findings }:
                Write(findings, Error);
                Error.WriteLine($"{findings.Length} violation{(findings.Length == 1 ? "" : "s")} in the definition. Nothing was written.");
                return null;
            default:
                throw new InvalidOperationException("A reading is sound or refused.");
        }
    }

    /// <summary>The tree on disk; prints what to do and returns null where there is none.</summary>
    public SourceTree? ReadTree()
    {
        var tree = SourceTree.OnDisk(Root);
        if (tree.HasFolder(Layout.Root))
        {
            return tree;
        }

        Error.WriteLine($"'{Root}' has no folder {Layout.Root}/. Run generate first.");
        return null;
    }

    /// <summary>Prints findings, the first ones and a count where they are many.</summary>
    public void Write(IReadOnlyCollection<Finding> findings, TextWriter output) => FindingText.Write(findings, Verbose, output);
}
