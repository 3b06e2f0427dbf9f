using PlatformGitOps.Generator.Lint.Rules;

namespace PlatformGitOps.Generator.Lint;

/// <summary>What a patch of a HelmRelease's <c>postRenderers</c> names where it may put right what the values alone have wrong.</summary>
internal static class PostRendering
{
    private static readonly Dictionary<string, string[]> Words = new(StringComparer.Ordinal)
    {
        [PodRules.Capability] = ["securityContext", "capabilities"],
        [PodRules.UserNumber] = ["securityContext", "runAsUser"],
        [PodRules.Spread] = ["topologySpreadConstraints"],
        [PodRules.ImmutableSelector] = ["selector"],
        [PodRules.ImmutableAddress] = ["clusterIP"],
        [ReleaseRules.AppLabel] = ["labels", "k8s-app"],
        [ReleaseRules.ClusterService] = ["dnsPolicy"],
        [ReleaseRules.Image] = ["image"],
        [ReleaseRules.SecretMode] = ["defaultMode"],
        [ReleaseRules.Tcp] = ["ports"],
        [CorefileRules.Probe] = ["livenessProbe", "readinessProbe"],
        [CorefileRules.Grace] = ["terminationGracePeriodSeconds"],
    };

    /// <summary>The words for a rule; none where a patch cannot change its verdict.</summary>
    public static string[] WordsOf(string rule) => Words.GetValueOrDefault(rule, []);
}
