using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Drift;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Rendering.Chart;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC6VersionAlignment
{
    [Row("AC6.1", "Chart 1.38.0 is delivered", Sees = "the chart label of the running Deployment")]
    public static async Task Chart(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await cluster.Require(ResourceKind.Deployment.Named("coredns", "kube-system"), cancellationToken))
        .Labels["helm.sh/chart"].ShouldBe($"coredns-{ChartModel.Version}");

    [Row("AC6.2", "Image and chart are in step", Sees = "the image that each pod's container runs, as the container runtime reports it")]
    public static async Task Image(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var pod in await cluster.DnsPods(cancellationToken))
        {
            pod.Text("status.containerStatuses[0].image").ShouldNotBeNull().ShouldEndWith($"coredns/coredns:{ChartModel.AppVersion}", customMessage: pod.Name);
        }
    }

    [Row("AC6.3", NoDrift,
        Sees = "every object that was delivered, by Helm (its own record of the release) and beside it, against the one that runs, field by field and both ways; the report of all objects is in the evidence")]
    public static async Task Drift(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var report = await DriftReport.Of(cluster.Tree, cluster.Api, cancellationToken);
        EvidenceLog.Attach("Drift report", report.ToString());
        report.Findings.ShouldBeEmpty("fields that were changed behind the back of the tree");
    }
}
