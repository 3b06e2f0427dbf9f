using System.CommandLine;
using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>init</c>: prints a starter definition, or makes a repository with it.</summary>
internal static class InitCommand
{
    public const string GitHub = "github";
    public const string GitLab = "gitlab";

    public static readonly string[] Choices = [GitHub, GitLab];

    public static Command Create()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The folder of the new repository. Without it, platform.yaml is printed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var ci = new Option<string?>("--ci")
        {
            Description = "Which CI checks each change; without it, gitlab where the host of the remote has that word, else github.",
            HelpName = string.Join('|', Choices),
        };
        ci.AcceptOnlyFromAmong(Choices);
        var command = new Command("init", "Makes a repository: platform.yaml, its schema, README, a workflow, Renovate's configuration.")
        {
            folder, ci,
        };
        command.SetAction(result => Run(result.GetValue(folder), result.GetValue(ci), result.InvocationConfiguration));
        return command;
    }

    private static int Run(string? folder, string? ci, InvocationConfiguration console)
    {
        if (folder is null)
        {
            console.Output.Write(StarterDefinition.Text);
            return ExitCode.Success;
        }

        if (folder.Length == 0)
        {
            console.Error.WriteLine(
                "The name of the folder is empty. Name it, '.' for this one; 'init' without a name prints platform.yaml alone.");
            return ExitCode.Unusable;
        }

        if (FileIn(folder) is { } file)
        {
            console.Error.WriteLine(
                $"'{Printable.Of(file)}' is a file. Nothing was written. Name a folder; init creates it if it does not exist.");
            return ExitCode.Unusable;
        }

        var git = GitFolder.Of(folder);
        var below = DefinitionWarnings.FolderInRepository(folder) ?? "";
        ci ??= git?.Urls.Select(GitFolder.HostOf).FirstOrDefault()?.Contains(GitLab, StringComparison.OrdinalIgnoreCase) == true
            ? GitLab : GitHub;
        var repository = NewRepository.In(git, below, ci);
        var left = new List<string>();
        try
        {
            string[] definitions = [NewRepository.Definition, Path.ChangeExtension(NewRepository.Definition, ".yml")];
            if (definitions.FirstOrDefault(name => Path.Exists(Path.Combine(folder, name))) is { } there)
            {
                console.Error.WriteLine($"'{Printable.Of(folder)}' has {there} already. Nothing was written. "
                    + "Name another folder; 'init' without one prints platform.yaml alone.");
                return ExitCode.Refused;
            }

            var kept = repository.Files.Where(file => Path.Exists(Path.Combine(folder, file.Path))).ToArray();
            var remarks = kept.Select(file => (file.Path, Missing: Missing(folder, file))).ToArray();
            var made = repository.Files.Except(kept).ToArray();
            NewRepository.Write(folder, made, left.Add);
            foreach (var (path, _) in made)
            {
                console.Output.WriteLine($"created   {path}");
            }

            foreach (var (path, missing) in remarks)
            {
                console.Output.WriteLine($"kept      {path}, which was there. {missing}".TrimEnd());
            }

            if (NewRepository.ReadmeCorrection(made, kept.Select(file => file.Path)) is { } untrue)
            {
                console.Output.WriteLine(untrue);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine($"'{Printable.Of(folder)}' cannot be written: {Printable.Of(exception.Message)} "
                + (left.Count == 0 ? "What was made is removed: correct the cause and run init again."
                    : $"What was made is removed, but for {Printable.Of(string.Join(", ", left))}: delete that, correct the cause and run "
                        + "init again."));
            return ExitCode.Unusable;
        }

        WriteSteps(repository, git, below, ci, console.Output);
        return ExitCode.Success;
    }

    /// <summary>The file on the way to a path; null if there are only folders.</summary>
    private static string? FileIn(string? path) => path is not { Length: > 0 } ? null : File.Exists(path) ? path
        : FileIn(Path.GetDirectoryName(path));

    private static void WriteSteps(NewRepository repository, GitFolder? git, string below, string ci, TextWriter output)
    {
        if (git is not null)
        {
            string[] taken =
            [
                .. repository.IsBranchTaken ? [$"the branch '{Printable.Of(repository.Branch)}'"] : Array.Empty<string>(),
                .. repository.Url is { } url ? [$"repository.url ({Printable.Of(url)})"] : Array.Empty<string>(),
            ];
            output.Write(taken.Length == 0 ? "" : $"Taken from this git repository: {string.Join(" and ", taken)}.\n");
            if (!repository.IsBranchTaken)
            {
                output.WriteLine($"The branch is the default, '{repository.Branch}': this git repository is on none that a definition can "
                    + "name. Write repository.branch where Flux follows another one.");
            }

            if (repository.Url is null && !git.Urls.IsEmpty)
            {
                output.WriteLine("The address of the remote is not one that Flux can read, such as https://host/path or "
                    + "git@host.example:path: repository.url is an example.");
            }
        }

        if (repository.Url?.StartsWith("ssh://", StringComparison.Ordinal) == true)
        {
            output.WriteLine("Flux needs a key for it: the Secret platform-credentials in flux-system, with identity and known_hosts. "
                + "Or write an https:// address, and delete repository.secretName where everybody may read it.");
        }

        output.WriteLine($"Edit platform.yaml: {(repository.Url is null ? "repository.url, and " : "")}name and ranges of each cluster. "
            + "Then run generate there.");
        if (below.Length > 0)
        {
            var isNamed = repository.Files[0].Text.Contains("\n  path: ");
            output.WriteLine($"It is the folder '{Printable.Of(below)}' of a git repository, "
                + (isNamed ? "as repository.path says." : "which repository.path cannot name: rename it, and write its path there.")
                + $" Move {(ci == GitHub ? ".github/" : ".gitlab-ci.yml")} and renovate.json to the root: the steps of the first need this "
                + "folder as their working directory, and the patterns of the second this folder in front. README.md names their old "
                + "places.");
        }
    }

    /// <summary>What the existing file at a path lacks, or why it cannot be read; null if nothing.</summary>
    private static string? Missing(string folder, (string Path, string Text) file)
    {
        var path = Path.Combine(folder, file.Path);
        if (Directory.Exists(path) || SpecialFile.Is(path, followLinks: true))
        {
            return "It is not a plain file.";
        }

        try
        {
            return NewRepository.Missing(file, File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"It cannot be read: {Printable.Of(exception.Message)}";
        }
    }
}
