using System.CommandLine;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>plan</c>: what Flux would do to the clusters.</summary>
internal static class PlanCommand
{
    public static Command Create(TreeOptions tree)
    {
        var against = TreeOptions.Against();
        var allowPrune = new Option<bool>("--allow-prune")
        {
            Description = "Allow live DNS to be deleted, renamed, moved or replaced.",
        };
        var command = new Command("plan", "Shows what Flux would create, change, replace or prune in each cluster.")
        {
            against, allowPrune, tree.Format,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(tree.Context(result), result.GetValue(against)!, result.GetValue(allowPrune), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string against, bool allowPrune, CancellationToken cancellationToken)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        context.Begin($"comparing the tree with {against}, the objects", platform);
        var request = new PlanRequest
        {
            Root = context.Root,
            After = TargetTree.Of(context.Root, Tree.Build(platform)),
            Against = against,
            StrictSubstitution = platform.Flux.StrictSubstitution,
            AllowPrune = allowPrune,
        };
        var plan = await PlanRun.RunAsync(request, cancellationToken).ConfigureAwait(false);
        var groups = platform.Clusters.ToDictionary(cluster => cluster.Name.Text, cluster => cluster.Group?.Text);
        plan = plan with
        {
            Clusters = [.. plan.Clusters.Select(cluster => cluster with { Group = groups.GetValueOrDefault(cluster.Cluster) })],
        };
        if (context.Format == OutputFormat.Text || plan.Problem is not null)
        {
            PlanText.Render(plan, plan.Problem is null ? context.Output : context.Error, context.Ink, context.Quiet);
        }
        else
        {
            context.Report([.. plan.Findings, .. PlanReport.Dangers(plan)], json => PlanReport.Write(plan, json));
        }

        return plan.ExitCode;
    }
}
