using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC6VersionAlignment
{
    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("another chart", "AC6.1", "not the definition's",
            tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", "1.35.0")),
        new("a range of charts", "AC6.1", "not the definition's",
            tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", ">=1.38.0")),
        new("image out of step with the chart", "AC6.2", "another CoreDNS",
            tree => tree.Value("image", new JsonObject { ["tag"] = "1.12.0" })),
        new("drift report about the chart before", "AC6.3", "about another chart",
            tree => tree.VersionDrift = tree.VersionDrift!.Replace("| **1.38.0** |", "| **1.37.0** |", StringComparison.Ordinal)),
        new("drift report about another CoreDNS", "AC6.3", "about another CoreDNS",
            tree => tree.VersionDrift = tree.VersionDrift!.Replace("| **1.11.4** |", "| **1.12.0** |", StringComparison.Ordinal)),
        new("monitoring definitions changed alone", "AC6.3", "other monitoring definitions", tree => JsonPath.Set(
            tree.Definitions.Single(resource => resource.Kind == "OCIRepository").Document, "spec.ref.tag", "31.0.0")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("budget edited by hand", "AC6.3", "minAvailable: delivered 1, running 0", Budget,
            """{"spec":{"minAvailable":0}}""", """{"spec":{"minAvailable":1}}""", rolls: false),
        Corefile("a plugin added by hand", "AC6.3", "data.Corefile line",
            text => text.Replace("    errors", "    errors\n    any", StringComparison.Ordinal)),
        Patched("fewer revisions kept", "AC6.3", "spec.revisionHistoryLimit: delivered nothing, running 3", Deployment,
            """{"spec":{"revisionHistoryLimit":3}}""", """{"spec":{"revisionHistoryLimit":10}}""", rolls: false),
        Patched("label of another chart", "AC6.1", "coredns-1.38.0", Deployment,
            """{"metadata":{"labels":{"helm.sh/chart":"coredns-1.35.0"}}}""",
            """{"metadata":{"labels":{"helm.sh/chart":"coredns-1.38.0"}}}""", rolls: false),
        LiveSabotage.Restoring(
            "kube-proxy in another mode", "AC6.4", "another mode",
            async (cluster, token) => (await cluster.Require(KubeProxy, token)).Map("data")["config.conf"],
            (cluster, before, token) => WriteKubeProxy(cluster, ProxyMode().Replace(before, "mode: ipvs"), token),
            WriteKubeProxy) with
        {
            IsDrift = false, // kubeadm's own ConfigMap, which kube-proxy reads when it starts
        },
    ];

    private static Task WriteKubeProxy(LiveCluster cluster, string configuration, CancellationToken cancellationToken) => cluster.Api.Patch(
        KubeProxy, new JsonObject { ["data"] = new JsonObject { ["config.conf"] = configuration } }, cancellationToken);
}
