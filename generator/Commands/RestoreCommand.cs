using System.CommandLine;
using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>restore</c>: shows what a cluster and its zones lack of a backup.</summary>
internal static class RestoreCommand
{
    public static Command Create(TreeOptions tree)
    {
        var folder = new Argument<string>("backup") { Description = "The folder of a backup." };
        var check = LiveOptions.CheckOption();
        var live = new LiveOptions();
        var command = new Command("restore",
            "Compares a live cluster and its zones with a backup: what is missing, foreign, or owned by another cluster. "
                + "It changes nothing: Flux and External-DNS restore.")
        {
            folder, check, live.Cluster, live.Context, live.KubeConfig, live.TsigFiles, live.ZoneFiles, tree.Format,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(tree.Context(result), result.GetValue(folder)!, live.Selection(result), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, string folder, LiveSelection choice, CancellationToken cancellationToken)
    {
        if (context.ReadDefinition() is not { Platform: { } platform })
        {
            return ExitCode.Unusable;
        }

        return await LiveOptions.GuardedAsync(context, async () =>
        {
            var backup = BackupFolder.Read(folder);
            if (choice.Name is null && platform.Clusters.All(one => one.Name.Text != backup.Cluster))
            {
                context.Error.WriteLine($"The backup in '{Printable.Of(folder)}' is of cluster '{Printable.Of(backup.Cluster)}', which "
                    + $"{Path.GetFileName(context.DefinitionPath)} does not have: it has "
                    + $"{string.Join(", ", platform.Clusters.Select(one => one.Name))}. Name the definition of that cluster (-f), or a "
                    + "backup of one of these.");
                return ExitCode.Unusable;
            }

            if ((choice with { Name = choice.Name ?? backup.Cluster }).FindCluster(platform, context) is not { } cluster)
            {
                return ExitCode.Unusable;
            }

            if (cluster.Name.Text != backup.Cluster)
            {
                context.Error.WriteLine($"The backup is of cluster '{Printable.Of(backup.Cluster)}', and not of '{cluster.Name}'. "
                    + "Leave --cluster away, or name the other backup.");
                return ExitCode.Unusable;
            }

            context.Progress.Begin($"reading cluster {cluster.Name}");
            var state = await choice.Reader().ReadAsync(cluster, cancellationToken);
            if (await choice.IdentifyAsync(cluster, platform, context, cancellationToken) is null)
            {
                return ExitCode.Unusable;
            }

            var definition = await File.ReadAllTextAsync(context.DefinitionPath, cancellationToken);
            var result = RestoreCheck.Compare(backup, state, cluster, definition);
            Write(result, folder, context);
            return result.Refused ? ExitCode.Refused : result.Complete ? ExitCode.Success : ExitCode.Findings;
        });
    }

    private static void Write(RestoreResult result, string folder, CommandContext context)
    {
        var findings = result.Findings
            .Select(finding => finding with { File = Path.Combine(Path.GetFullPath(folder), finding.File) }).ToArray();
        if (context.Format != OutputFormat.Text)
        {
            context.Report(findings, json =>
            {
                json.WriteBoolean("refused", result.Refused);
                json.WriteNumber("objects", result.Objects);
                json.WriteNumber("records", result.Records);
            });
            return;
        }

        context.Write(result.Findings, context.Output);
        if (!context.Quiet)
        {
            var counts = result.Findings.CountBy(finding => finding.Rule).ToDictionary();
            context.Output.WriteLine($"As in the backup: {result.Objects} objects, {result.Records} records. Missing: "
                + $"{counts.GetValueOrDefault(RestoreCheck.ObjectMissing)} objects, "
                + $"{counts.GetValueOrDefault(RestoreCheck.RecordMissing)} names; "
                + $"foreign: {counts.GetValueOrDefault(RestoreCheck.Foreign)}; "
                + $"of another owner: {counts.GetValueOrDefault(RestoreCheck.OtherOwner)}.");
        }

        if (result.Refused)
        {
            context.Output.WriteLine("External-DNS will not write names that are foreign or of another owner: settle these first.");
        }
    }
}
