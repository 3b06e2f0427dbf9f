using System.CommandLine;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>plan</c>: what Flux would do to the clusters.</summary>
internal static class PlanCommand
{
    private static readonly Option<string> Against = new("--against")
    {
        Description = "The commit that the clusters run.",
        DefaultValueFactory = _ => "HEAD",
    };

    private static readonly Option<bool> AllowPrune = new("--allow-prune")
    {
        Description = "Live DNS may be deleted, renamed, moved or replaced.",
    };

    public static Command Create(CommonOptions common)
    {
        var command = new Command("plan", "Shows what Flux would create, change, replace or prune in each cluster.") { Against, AllowPrune };
        command.SetAction((result, cancellationToken) =>
            RunAsync(common.Workplace(result), result.GetValue(Against)!, result.GetValue(AllowPrune), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Workplace place, string against, bool allowPrune, CancellationToken cancellationToken)
    {
        if (place.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var request = new PlanRequest
        {
            Root = place.Root,
            After = TargetTree.Of(place.Root, Tree.Build(platform)),
            Against = against,
            StrictSubstitution = platform.Flux.StrictSubstitution,
            AllowPrune = allowPrune,
        };
        var plan = await PlanRun.RunAsync(request, cancellationToken).ConfigureAwait(false);
        PlanText.Render(plan, plan.Problem is null ? place.Output : place.Error);
        return plan.ExitCode;
    }
}
