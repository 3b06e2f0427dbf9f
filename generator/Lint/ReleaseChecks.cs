using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Lint.Rules;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Checks of a single release, shared by clusters with the same object, chart and values.</summary>
internal sealed class ReleaseChecks(Func<CoreDnsRelease, IEnumerable<Finding>> check)
{
    /// <summary>For each rule, words in a patch of <c>postRenderers</c> that may correct the values' fault.</summary>
    private static readonly Dictionary<string, string[]> PatchWords = new(StringComparer.Ordinal)
    {
        [PodRules.Capability] = ["securityContext", "capabilities"],
        [PodRules.UserNumber] = ["securityContext", "runAsUser"],
        [PodNameRules.Refused] = ["containers", "Containers", "volume"],
        [PodNameRules.Late] = ["readinessProbe"],
        [PlaceRules.NoNode] = ["nodeSelector", "ffinity"],
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

    private readonly NodeFact<Judged> known = new();

    public IEnumerable<Finding> Check(ClusterView cluster) => cluster.Releases.SelectMany(Of);

    private IEnumerable<Finding> Of(CoreDnsRelease release)
    {
        var body = release.Manifest.Body;
        if (known.Known(body) is not { } judged || judged.Chart != release.Chart || !ReferenceEquals(judged.Values, release.Values)
            || judged.HasAllValues != release.Helm.HasAllValues)
        {
            judged = known.Keep(body, new Judged(release.Chart, release.Values, release.Helm.HasAllValues,
                [.. check(release).Where(finding => !release.IsPatched(PatchWords.GetValueOrDefault(finding.Rule, [])))]));
        }

        return judged.Findings;
    }

    private sealed record Judged(ChartReference Chart, Mapping Values, bool HasAllValues, ImmutableArray<Finding> Findings);
}
