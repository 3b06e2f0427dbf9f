using System.CommandLine;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>plan</c>: what Flux would do to the clusters.</summary>
internal static class PlanCommand
{
    public static Command Create(TreeOptions tree)
    {
        var against = new Option<string>("--against")
        {
            Description = "The commit that the clusters run.",
            DefaultValueFactory = _ => "HEAD",
        };
        var allowPrune = new Option<bool>("--allow-prune")
        {
            Description = "Allow live DNS to be deleted, renamed, moved or replaced.",
        };
        var command = new Command("plan", "Shows what Flux would create, change, replace or prune in each cluster.")
        {
            against, allowPrune,
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

        var request = new PlanRequest
        {
            Root = context.Root,
            After = TargetTree.Of(context.Root, Tree.Build(platform)),
            Against = against,
            StrictSubstitution = platform.Flux.StrictSubstitution,
            AllowPrune = allowPrune,
        };
        var plan = await PlanRun.RunAsync(request, cancellationToken).ConfigureAwait(false);
        PlanText.Render(plan, plan.Problem is null ? context.Output : context.Error);
        return plan.ExitCode;
    }
}
