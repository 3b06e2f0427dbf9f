using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>A Helm release of the chart that the story's clusters had, with the chart's own labels.</summary>
internal static class OlderChart
{
    private const string Version = "1.35.0";

    /// <summary>Whether the chart is where the suite finds charts: one archive is of one version.</summary>
    public static bool CanBeHad => SuiteSettings.Current.Chart is not { } place || place.Contains("://", StringComparison.Ordinal)
        || File.Exists(Path.Combine(place, $"coredns-{Version}.tgz"));

    public static Task Install(LiveCluster cluster, CancellationToken cancellationToken) => HelmDelivery.Helm(
        cluster.Cluster.Context,
        [
            "install", "coredns",
            .. HelmDelivery.Chart(SuiteSettings.Current.Chart, UpgradeCriterion.Pin(cluster, SemVer.Parse(Version)), "coredns"),
            "--namespace", "kube-system", "--set", "replicaCount=2", "--set", "service.name=kube-dns",
            "--set", $"service.clusterIP={cluster.DnsAddress}",
            // The image that the nodes have; the chart's own would have to be pulled.
            "--set", $"image.tag={ChartOutput.AppVersion(cluster.Platform)}",
        ],
        input: "",
        cancellationToken);
}
