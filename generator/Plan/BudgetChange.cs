using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A changed budget of the DNS pods: a drain of nodes at once may then take all of them.</summary>
internal static class BudgetChange
{
    /// <summary>What no longer protects the pods, in a sentence; null where the budget protects them.</summary>
    public static string? Unprotected(Manifest old, Manifest now)
    {
        if (now is not { Group: "policy", Kind: "PodDisruptionBudget", Name: CoreDnsNames.DisruptionBudget })
        {
            return null;
        }

        if (Text(old.Body.At("spec", "selector")) != Text(now.Body.At("spec", "selector")))
        {
            return "the budget selects other pods than before: a drain may take all DNS pods";
        }

        var (least, most) = (now.Body.TextAt("spec", "minAvailable"), now.Body.TextAt("spec", "maxUnavailable"));
        return least is "0" or "0%" || (least is null && most is null or "100%")
            ? "the budget allows the eviction of every DNS pod: a drain may take all of them" : null;
    }

    private static string? Text(Node? node) => node is null ? null : YamlWriter.WriteFragment(node);
}
