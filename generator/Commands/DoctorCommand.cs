using System.CommandLine;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>doctor</c>: shows which programs are installed, and which command needs them.</summary>
internal static class DoctorCommand
{
    private static readonly (Tool Tool, string[] Version, string NeededBy)[] Programs =
    [
        (Tool.Git, ["--version"], "plan, diff"),
        (Tool.Kubectl, ["version", "--client"], "render (or kustomize), backup, restore, takeover"),
        (Tool.Kustomize, ["version"], "render (or kubectl)"),
        (Tool.Helm, ["version", "--short"], "render --helm, acceptance tests"),
        (Tool.Kdig, ["--version"], "backup and restore with rfc2136"),
        (Tool.Promtool, ["--version"], "some tests of the generator"),
        (Tool.Flux, ["--version"], "your own work with the clusters"),
        (Tool.Docker, ["--version"], "acceptance tests on new clusters"),
        (Tool.Kind, ["--version"], "acceptance tests on new clusters"),
    ];

    public static Command Create(TreeOptions tree)
    {
        var command = new Command("doctor", "Shows which programs are installed, which command needs them, and the state of the tree.");
        command.SetAction((result, cancellationToken) => RunAsync(tree.Context(result), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var found = await Task.WhenAll(Programs.Select(async program =>
        {
            var file = program.Tool.Find(path);
            var version = await VersionAsync(file, program.Version, context.Time, cancellationToken);
            return (program.Tool, program.NeededBy, Version: version);
        }));
        context.Output.WriteLine("generate, check, lint, graph, schema and init need no program.");
        foreach (var (tool, neededBy, version) in found)
        {
            var state = version ?? "not found";
            context.Output.WriteLine($"{tool.Name,-10}{(version is null ? context.Ink.Red($"{state,-26}") : $"{state,-26}")}{neededBy}");
        }

        var platform = (PlatformFile.Read(context.DefinitionPath) as PlatformReading.Valid)?.Platform;
        var sound = WriteTree(context, platform, cancellationToken);
        if (platform is not null)
        {
            WriteRepository(context, platform.Repository);
            sound &= await CanBeCommittedAsync(context, platform.Clusters[0].Name.Text, Tool.Git.Find(path), cancellationToken);
        }

        var installed = found.Where(program => program.Version is not null).Select(program => program.Tool).ToHashSet();
        Tool[] missing =
        [
            .. new[] { Tool.Git, Tool.Helm }.Where(tool => !installed.Contains(tool)),
            .. installed.Contains(Tool.Kubectl) || installed.Contains(Tool.Kustomize) ? Array.Empty<Tool>() : [Tool.Kubectl],
        ];
        foreach (var tool in missing)
        {
            context.Output.WriteLine($"{tool.Name}: {tool.HowToGet}");
        }

        return sound && missing.Length == 0 ? ExitCode.Success : ExitCode.Findings;
    }

    /// <summary>The first line with a digit that the program prints; null if it is not installed.</summary>
    private static async Task<string?> VersionAsync(
        string? file, string[] arguments, TimeProvider time, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }

        var options = new ToolOptions { Timeout = TimeSpan.FromSeconds(10), Time = time };
        var result = await ToolProcess.RunAsync(file, arguments, options, cancellationToken);
        var line = (result.Output + "\n" + result.Error).Split('\n').FirstOrDefault(line => line.Any(char.IsAsciiDigit));
        var word = line?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(word => word.Any(char.IsAsciiDigit) && word.Contains('.'));
        return result.Succeeded && word is not null ? word.TrimStart('v') : "version unknown";
    }

    /// <summary>Reports a repository of Flux that is not the one with the definition.</summary>
    private static void WriteRepository(CommandContext context, SourceRepository repository)
    {
        if (repository.Url == StarterDefinition.Example)
        {
            context.Output.WriteLine($"repository.url is {repository.Url}, the example of init: write the address of your repository.");
        }
        else if (repository.Kind == SourceKind.Git && GitFolder.Of(context.Root) is { Urls.IsEmpty: false } git
            && !git.Urls.Any(url => GitFolder.IsSame(url, repository.Url)))
        {
            var remotes = git.Urls.Select(url => GitFolder.ForFlux(url) ?? "one that Flux cannot read").Distinct();
            context.Output.WriteLine($"repository.url is {Printable.Of(repository.Url)}, which is not a remote of this git repository ("
                + $"{Printable.Of(string.Join(", ", remotes))}). Flux reads repository.url.");
        }
    }

    /// <summary>False if git ignores the tree and does not track it: it would never be committed.</summary>
    private static async Task<bool> CanBeCommittedAsync(
        CommandContext context, string cluster, string? git, CancellationToken cancellationToken)
    {
        if (git is null || GitFolder.RootOf(context.Root) is null)
        {
            return true;
        }

        var options = new ToolOptions { Timeout = TimeSpan.FromSeconds(10), Time = context.Time };
        var file = $"{Layout.ClusterFolder(cluster)}/sync.yaml";
        if (!(await Ask("check-ignore", "--quiet", "--no-index", file)).Succeeded)
        {
            return true;
        }

        // The output is file, line number and pattern, then a tab and the path.
        var source = (await Ask("check-ignore", "--verbose", "--no-index", file)).Output.Split('\t')[0];
        var isTracked = (await Ask("ls-files", "--error-unmatch", file)).Succeeded;
        context.Output.WriteLine((isTracked
            ? $"git ignores new files of {Layout.Root}/, those of another cluster among them, and keeps those that it has."
            : $"git ignores {Layout.Root}/: Flux would see nothing of it.") + $" Delete the line that does: {Printable.Of(source)}");
        return isTracked;

        Task<ToolResult> Ask(params string[] question) => ToolProcess.RunAsync(
            git, ["-c", "core.fsmonitor=false", "-C", context.Root, .. question], options, cancellationToken);
    }

    private static bool WriteTree(CommandContext context, Platform? platform, CancellationToken cancellationToken)
    {
        if (platform is null)
        {
            context.Output.WriteLine(Path.Exists(context.DefinitionPath)
                ? $"{context.DefinitionPath} has violations: check shows them."
                : $"{context.DefinitionPath} is missing: write it, or let 'init FOLDER' make a repository with it.");
            return false;
        }

        var clusters = platform.Clusters.Length == 1 ? "1 cluster" : $"{platform.Clusters.Length} clusters";
        try
        {
            var drift = DriftCheck.Run(context.Request(platform), cancellationToken);
            context.Output.WriteLine($"{context.DefinitionPath}: {clusters}; {Layout.Root}/ is "
                + (drift.Drifted ? "not as generated; check shows what differs." : "as generated."));
            return !drift.Drifted;
        }
        catch (Exception exception) when (UnreadableException.In(exception) is { } unreadable)
        {
            context.Output.WriteLine($"{context.DefinitionPath}: {clusters}; the tree cannot be read:");
            context.Write(unreadable.Findings(), context.Output);
            return false;
        }
    }
}
