using System.CommandLine;
using System.CommandLine.Parsing;
using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>plan</c>: shows what Flux would do to the clusters.</summary>
internal static class PlanCommand
{
    private const int AnyNumber = -1;

    public static Command Create(TreeOptions tree)
    {
        var allowPrune = new Option<bool>("--allow-prune") { Description = "Allow live DNS to be deleted, renamed, moved or replaced." };
        var most = new Option<int>("--max-vanishing")
        {
            Description = "How many names may leave External-DNS, deleted or left to nobody; 'any' for any number.",
            DefaultValueFactory = _ => 0,
            CustomParser = Most,
            HelpName = "number",
        };
        var backups = new Option<string[]>("--backup")
        {
            Description = "The folder of a backup of a live cluster: its objects and records are counted too.",
            HelpName = "folder",
        };
        var command = new Command("plan",
            "Shows what Flux would create, change, replace or prune in each cluster, and which records would leave External-DNS.")
        {
            allowPrune, most, backups, tree.Format,
        };
        var trees = new ComparedTrees(command);
        command.SetAction((result, cancellationToken) => RunAsync(tree.Context(result), trees.Selection(result), new PlanLimits(
            result.GetValue(allowPrune),
            result.GetValue(most) is >= 0 and var number ? number : null,
            result.GetValue(backups) ?? []), cancellationToken));
        return command;
    }

    private static int Most(ArgumentResult result)
    {
        if (result.Tokens is [{ Value: "any" }])
        {
            return AnyNumber;
        }

        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        result.AddError("--max-vanishing takes a number of names, or 'any'.");
        return 0;
    }

    private static async Task<int> RunAsync(
        CommandContext context, TreeSelection trees, PlanLimits limits, CancellationToken cancellationToken)
    {
        if (context.ReadConsistentDefinition() is not { Platform: { } platform } definition)
        {
            return ExitCode.Unusable;
        }

        var plan = await MakeAsync(context, platform, trees, limits, cancellationToken);
        var groups = platform.Clusters.ToDictionary(cluster => cluster.Name.Text, cluster => cluster.Group?.Text);
        ImmutableArray<ClusterPlan> Grouped(ImmutableArray<ClusterPlan> clusters) =>
            [.. clusters.Select(cluster => cluster with { Group = groups.GetValueOrDefault(cluster.Cluster) })];

        plan = plan with
        {
            Clusters = Grouped(plan.Clusters),
            Drift = plan.Drift with { Effects = Grouped(plan.Drift.Effects) },
        };
        var warnings = trees.To is null ? DefinitionWarnings.OfPlan(context, definition) : [];
        if (context.Format == OutputFormat.Text || plan.Problem is not null)
        {
            context.Write(warnings, context.Error);
            PlanText.Render(plan, plan.Problem is null ? context.Output : context.Error, context.Ink, context.Quiet, context.Verbose);
        }
        else
        {
            context.Report([.. warnings, .. plan.Findings, .. PlanReport.Dangers(plan), .. plan.Drift.Findings],
                json => PlanReport.Write(plan, json));
        }

        return plan.ExitCode;
    }

    private static async Task<PlanResult> MakeAsync(
        CommandContext context, Platform platform, TreeSelection trees, PlanLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            var backups = limits.Backups.Select(BackupFolder.Read).ToArray();
            if (backups.CountBy(backup => backup.Cluster).FirstOrDefault(count => count.Value > 1).Key is { } twice)
            {
                return PlanResult.Failed($"Two backups are of cluster '{Printable.Of(twice)}'. Name the newer one alone.");
            }

            var (after, drift) = await trees.AfterAsync(context, platform, cancellationToken);
            if (!trees.Disk && drift.Obstacles.FirstOrDefault(obstacle => obstacle.Rule == OtherDefinition.Rule) is { } other)
            {
                return PlanResult.Failed($"{other.File} {other.Text}");
            }

            context.BeginStep($"comparing the tree with {trees.Against}, the objects", platform);
            var request = new PlanRequest
            {
                Root = context.Root,
                After = after,
                Against = trees.Against,
                IsStrict = TreeSelection.IsStrict(platform),
                AllowPrune = limits.AllowPrune,
                MostVanishing = limits.MostVanishing,
                Backups = backups,
            };
            var plan = await PlanRun.RunAsync(request, cancellationToken);
            var known = plan.Clusters.Select(cluster => cluster.Cluster).Concat(platform.Clusters.Select(cluster => cluster.Name.Text));
            return plan.Problem is null && backups.ExceptBy(known, backup => backup.Cluster).FirstOrDefault() is { } stray
                ? PlanResult.Failed($"A backup is of cluster '{Printable.Of(stray.Cluster)}', which neither the definition nor the tree of "
                    + $"{trees.Against} has. Name the backup of another cluster.")
                : plan with { Drift = drift };
        }
        catch (Exception exception) when (exception is GitException or BackupException)
        {
            return PlanResult.Failed(exception.Message);
        }
    }

    /// <summary>How much a plan may delete, and the backups that show what exists.</summary>
    private sealed record PlanLimits(bool AllowPrune, int? MostVanishing, IReadOnlyCollection<string> Backups);
}
