using System.Collections.Immutable;
using System.CommandLine;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>plan</c>: what Flux would do to the clusters.</summary>
internal static class PlanCommand
{
    public static Command Create(TreeOptions tree)
    {
        var allowPrune = new Option<bool>("--allow-prune")
        {
            Description = "Allow live DNS to be deleted, renamed, moved or replaced.",
        };
        var command = new Command("plan", "Shows what Flux would create, change, replace or prune in each cluster.")
        {
            allowPrune, tree.Format,
        };
        var trees = new ComparedTrees(command);
        command.SetAction((result, cancellationToken) =>
            RunAsync(tree.Context(result), trees.In(result), result.GetValue(allowPrune), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, TreesAsked trees, bool allowPrune, CancellationToken cancellationToken)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var plan = await MakeAsync(context, platform, trees, allowPrune, cancellationToken).ConfigureAwait(false);
        var groups = platform.Clusters.ToDictionary(cluster => cluster.Name.Text, cluster => cluster.Group?.Text);
        ImmutableArray<ClusterPlan> Grouped(ImmutableArray<ClusterPlan> clusters) =>
            [.. clusters.Select(cluster => cluster with { Group = groups.GetValueOrDefault(cluster.Cluster) })];

        plan = plan with
        {
            Clusters = Grouped(plan.Clusters),
            Drift = plan.Drift with { Effects = Grouped(plan.Drift.Effects) },
        };
        if (context.Format == OutputFormat.Text || plan.Problem is not null)
        {
            PlanText.Render(plan, plan.Problem is null ? context.Output : context.Error, context.Ink, context.Quiet, context.Verbose);
        }
        else
        {
            context.Report([.. plan.Findings, .. PlanReport.Dangers(plan), .. plan.Drift.Findings], json => PlanReport.Write(plan, json));
        }

        return plan.ExitCode;
    }

    private static async Task<PlanResult> MakeAsync(
        CommandContext context, Platform platform, TreesAsked trees, bool allowPrune, CancellationToken cancellationToken)
    {
        try
        {
            var (after, drift) = await trees.AfterAsync(context, platform, cancellationToken).ConfigureAwait(false);
            context.Begin($"comparing the tree with {trees.Against}, the objects", platform);
            var request = new PlanRequest
            {
                Root = context.Root,
                After = after,
                Against = trees.Against,
                IsStrict = TreesAsked.IsStrict(platform),
                AllowPrune = allowPrune,
            };
            return await PlanRun.RunAsync(request, cancellationToken).ConfigureAwait(false) with { Drift = drift };
        }
        catch (GitException exception)
        {
            return PlanResult.Failed(exception.Message);
        }
    }
}
