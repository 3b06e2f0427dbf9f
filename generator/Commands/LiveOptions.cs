using System.CommandLine;
using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The options of the commands that read a live cluster.</summary>
internal sealed class LiveOptions
{
    public Option<string?> Cluster { get; } = Named("--cluster", "The cluster of the definition; not needed where it has one.", "name");

    public Option<string?> Context { get; } = Named("--context", "The context of the kubeconfig; without it the current one.", "name");

    public Option<string?> KubeConfig { get; } = Named("--kubeconfig", "The kubeconfig; without it kubectl's own choice.", "file");

    public Option<string[]> TsigFiles { get; } = new("--tsig-file")
    {
        Description = $"A file with the TSIG key of the rfc2136 instances, base64, or of one of them; else {ZoneTransfer.Variable}.",
        HelpName = "[instance=]file",
    };

    public Option<string[]> ZoneFiles { get; } = new(ExportedZone.Option)
    {
        Description = "A zone of an instance without transfers, as its provider exports it: a master file, or Route 53's JSON.",
        HelpName = "instance=file",
    };

    /// <summary><c>--read-only</c> of commands that never change a cluster.</summary>
    public static Option<bool> CheckOption() =>
        new("--check") { Description = "Changes nothing: the command reads alone, also without this option." };

    public LiveSelection Selection(ParseResult result)
    {
        return new LiveSelection(
            result.GetValue(Cluster), result.GetValue(Context), result.GetValue(KubeConfig), Given(TsigFiles), Given(ZoneFiles));

        string[] Given(Option<string[]> option) =>
            result.CommandResult.Command.Options.Contains(option) ? result.GetValue(option) ?? [] : [];
    }

    /// <summary>Runs a command that reads a cluster, and prints what it cannot read: that is not an internal error.</summary>
    public static async Task<int> GuardedAsync(CommandContext context, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception exception) when (exception is KubectlException or ZoneTransferException or BackupException)
        {
            context.Error.WriteLine(Printable.Of(exception.Message.ReplaceLineEndings(" ")));
            return ExitCode.Unusable;
        }
    }

    private static Option<string?> Named(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
    };
}

/// <summary>The values of these options.</summary>
internal sealed record LiveSelection(
    string? Name, string? Context, string? KubeConfig, IReadOnlyCollection<string> TsigFiles, IReadOnlyCollection<string> ZoneFiles)
{
    /// <summary>The selected cluster of the definition; prints what to do and returns null if it is not clear which.</summary>
    public Cluster? FindCluster(Platform platform, CommandContext context)
    {
        if (Name is null && platform.Clusters is [var only])
        {
            return only;
        }

        if (platform.Clusters.FirstOrDefault(cluster => cluster.Name.Text == Name) is { } found)
        {
            return found;
        }

        var names = string.Join(", ", platform.Clusters.Select(cluster => cluster.Name));
        context.Error.WriteLine(Name is null ? $"Say which cluster is meant: --cluster with one of {names}."
            : $"Cluster '{Printable.Of(Name)}' is not in {Path.GetFileName(context.DefinitionPath)}. The definition has: {names}.");
        return null;
    }

    /// <summary>The cluster of kubectl's context; prints what to do and returns null if it may not be the selected cluster.</summary>
    /// <exception cref="KubectlException">kubectl is not on the PATH.</exception>
    public async Task<LiveIdentity?> IdentifyAsync(
        Cluster cluster, Platform platform, CommandContext context, CancellationToken cancellationToken)
    {
        var live = await LiveIdentity.ReadAsync(Kubectl(), cancellationToken);
        var problem = live.Problem(cluster, platform, isNamed: Context is not null || KubeConfig is not null);
        if (problem is null)
        {
            return live;
        }

        context.Error.WriteLine(problem);
        return null;
    }

    /// <exception cref="KubectlException">kubectl is not on the PATH.</exception>
    public Kubectl Kubectl() => Tools.Kubectl.Find(Context, KubeConfig);

    /// <exception cref="KubectlException">kubectl is not on the PATH.</exception>
    public LiveReader Reader() => new(Kubectl(), TsigFiles, Environment.GetEnvironmentVariable(ZoneTransfer.Variable))
    {
        ZoneFiles = ZoneFiles,
    };
}
