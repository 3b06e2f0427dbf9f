using System.CommandLine;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>init</c>: prints a definition for a start, or makes a repository around it.</summary>
internal static class InitCommand
{
    /// <summary>The files of <c>Starter/</c> and where they go.</summary>
    private static readonly (string Name, string Path)[] Files =
    [
        ("README.md", "README.md"),
        ("platform.yml", ".github/workflows/platform.yml"),
        ("gitignore", ".gitignore"),
        ("renovate.json", "renovate.json"),
        ("dotnet-tools.json", ".config/dotnet-tools.json"),
    ];

    public static Command Create()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The folder of the new repository. Without it, platform.yaml is printed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("init", "Makes a repository: platform.yaml, its schema, README, a workflow, Renovate's configuration.")
        {
            folder,
        };
        command.SetAction(result => Run(result.GetValue(folder), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string? folder, InvocationConfiguration console)
    {
        if (folder is null)
        {
            console.Output.Write(StarterDefinition.Text);
            return ExitCode.Fine;
        }

        if (folder.Length == 0)
        {
            console.Error.WriteLine(
                "The name of the folder is empty. Name it, '.' for this one; 'init' without a name prints platform.yaml alone.");
            return ExitCode.Unusable;
        }

        (string Path, string Text)[] files =
        [
            ("platform.yaml", StarterDefinition.Text),
            ("docs/platform.schema.json", SchemaText.Build()),
            .. Files.Select(file => (file.Path, Starter(file.Name))),
        ];
        try
        {
            var there = files.Select(file => file.Path).Append("platform.yml").Where(path => Path.Exists(Path.Combine(folder, path)))
                .ToArray();
            if (there.Length > 0)
            {
                console.Error.WriteLine($"'{Printable.Of(folder)}' has {string.Join(", ", there)} already. Nothing was written. "
                    + "Name an empty folder; 'init' without one prints platform.yaml alone.");
                return ExitCode.Refused;
            }

            foreach (var (path, text) in files)
            {
                var file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                using var writer = new StreamWriter(new FileStream(file, FileMode.CreateNew));
                writer.Write(text);
                console.Output.WriteLine($"created   {path}");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine($"'{Printable.Of(folder)}' cannot be written: {Printable.Of(exception.Message)}");
            return ExitCode.Unusable;
        }

        console.Output.WriteLine("Edit platform.yaml: repository.url, and name and ranges of each cluster. Then run generate there.");
        if (Remarks.FolderInRepository(folder) is { Length: > 0 } below)
        {
            console.Output.WriteLine($"It is the folder '{Printable.Of(below)}' of a git repository: write 'path: {Printable.Of(below)}' "
                + "below repository, and move .github/ to the root, with this folder as the working-directory of its steps.");
        }

        return ExitCode.Fine;
    }

    private static string Starter(string name)
    {
        using var stream = typeof(InitCommand).Assembly.GetManifestResourceStream($"Starter.{name}")!;
        using var reader = new StreamReader(stream);
        var version = typeof(InitCommand).Assembly.GetName().Version!.ToString(3);
        return reader.ReadToEnd().Replace("VERSION", version, StringComparison.Ordinal);
    }
}
