using System.CommandLine;
using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>backup</c>: saves what a cluster needs, besides its tree, to restore its DNS.</summary>
internal static class BackupCommand
{
    private const string ReplaceWithEmpty = "--replace-with-empty";

    public static Command Create(TreeOptions tree)
    {
        var folder = new Argument<string>("folder") { Description = "A new folder, or that of an earlier backup." };
        var live = new LiveOptions();
        var replace = new Option<bool>(ReplaceWithEmpty)
        {
            Description = "Lets a backup without objects, or without records, replace one that has some.",
        };
        var command = new Command("backup",
            "Writes the DNS configuration of a live cluster and what External-DNS owns in the zones into a folder; reads no Secret.")
        {
            folder, live.Cluster, live.Context, live.KubeConfig, live.TsigFiles, live.ZoneFiles, replace,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(tree.Context(result), result.GetValue(folder)!, live.Selection(result), result.GetValue(replace), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, string folder, LiveSelection choice, bool mayReplace, CancellationToken cancellationToken)
    {
        if (folder.Length == 0)
        {
            context.Error.WriteLine(BackupFolder.Nameless);
            return ExitCode.Unusable;
        }

        if (context.ReadDefinition() is not { Platform: { } platform } || choice.FindCluster(platform, context) is not { } cluster)
        {
            return ExitCode.Unusable;
        }

        return await LiveOptions.GuardedAsync(context, async () =>
        {
            context.Progress.Begin($"reading cluster {cluster.Name}");
            var state = await choice.Reader().ReadAsync(cluster, cancellationToken);
            if (state.DnsAddress is { } address && address != cluster.Dns.ClusterIP.ToString())
            {
                context.Error.WriteLine($"The Service kube-dns of the cluster has the address {address}, and cluster {cluster.Name} "
                    + $"of the definition has {cluster.Dns.ClusterIP}: this is another cluster. Name its --context.");
                return ExitCode.Unusable;
            }

            if (await choice.IdentifyAsync(cluster, platform, context, cancellationToken) is null)
            {
                return ExitCode.Unusable;
            }

            var commit = await GitTree.CommitOfAsync(context.Root, cancellationToken);
            var definition = await File.ReadAllTextAsync(context.DefinitionPath, cancellationToken);
            var backup = DnsBackup.Of(cluster, state, commit, definition);
            if (!mayReplace && BackupFolder.Loss(folder, backup) is { } loss)
            {
                context.Error.WriteLine($"{loss} Nothing was written. Check that kubectl talks to cluster {cluster.Name}; name a new "
                    + $"folder, or add {ReplaceWithEmpty} where this is right.");
                return ExitCode.Refused;
            }

            if (!BackupFolder.TryWrite(folder, backup))
            {
                context.Error.WriteLine(
                    $"'{folder}' is not empty and not a backup. Nothing was written. Name a new folder, or that of an earlier backup.");
                return ExitCode.Refused;
            }

            context.Write([.. RestoreCheck.Unread(state, cluster, context.DefinitionPath.Replace('\\', '/'))], context.Output);
            Write(backup, folder, context);
            return ExitCode.Success;
        });
    }

    private static void Write(DnsBackup backup, string folder, CommandContext context)
    {
        foreach (var (instance, reason) in backup.NotRead)
        {
            context.Output.WriteLine($"The zones of the instance '{instance}' are not in the backup: {reason}.");
        }

        if (!context.Quiet)
        {
            context.Output.WriteLine($"{folder}: {backup.Published.Length} objects, "
                + $"{backup.ZoneRecords.Sum(zone => zone.Records.Length)} records of {backup.ZoneRecords.Length} zones, "
                + $"commit {backup.Commit ?? "unknown"}.");
        }
    }
}
