using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Acceptance.Drift;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Adoption", "An existing CoreDNS, kubeadm's, k3s' or one of an older chart, is migrated without an outage")]
[Check("Adoption.1", "An existing CoreDNS is migrated without an outage", "no failed query, and every object is Helm's afterwards",
    Command = "the commands of docs/adoption.md")]
[Check("Adoption.2", "A release of an older chart, with the chart's own labels, is upgraded without an outage",
    "no failed query, and every object is as delivered afterwards",
    Command = "the commands of docs/adoption-chart.md")]
public static class AdoptionCriterion
{
    [StaticCheck(
        "Adoption.1",
        "docs/adoption.md against the tree: the old pods get every label that the chart's Service selects by, the Service gets the " +
            "chart's ports, and Helm's marks get the name of the release")]
    public static void TakeOver(RenderedCluster tree)
    {
        var steps = AdoptionGuide.Committed.Text;
        steps.ShouldContain(
            $"meta.helm.sh/release-name={tree.Release.Text("spec.releaseName") ?? tree.Release.Name} ",
            customMessage: "Helm adopts only what carries the name of its release");
        steps.ShouldContain($"meta.helm.sh/release-namespace={tree.Release.Namespace} ");
        foreach (var (label, value) in tree.ServiceSelector)
        {
            steps.ShouldContain(
                $"\"{label}\":\"{value}\"", customMessage: "the chart's Service selects by a label that the old pods are not given");
        }

        foreach (var (name, protocol) in ChartOutput.ServicePorts)
        {
            steps.ShouldContain($"\"name\":\"{name}\",\"port\":53,\"protocol\":\"{protocol}\",\"targetPort\":53");
        }
    }

    [StaticCheck("Adoption.2",
        "docs/adoption-chart.md against the tree: at the end the old pods have each label that the chart's Service selects by")]
    public static void OlderRelease(RenderedCluster tree)
    {
        foreach (var (label, value) in tree.SelectorLabels)
        {
            AdoptionGuide.OfOlderChart.Text.ShouldContain(
                $"{label}={value}", customMessage: "the chart's Service selects by a label that the pods of the older release do not have");
        }
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("a release that is not the older one", "Adoption.2", "a label that the pods of the older release do not have",
            tree => JsonPath.Set(tree.Release.Document, "spec.releaseName", "dns")),
        new("release under another name than its guide says", "Adoption.1", "the name of its release",
            tree => JsonPath.Set(tree.Release.Document, "spec.releaseName", "dns")),
    ];

    internal const string WhileTakingOver = "queries failed during the take-over";

    private static readonly ResourceAddress Service = ResourceKind.Service.Named("kube-dns", "kube-system");

    [LiveCheck("Adoption.1",
        "the steps of docs/adoption.md on a cluster with its distribution's own CoreDNS (before Kubernetes 1.32 one pod of it is " +
            "terminating): no query of the probers on each node fails, and the Service has ready endpoints for each port after " +
            "each change; afterwards every object is Helm's and as delivered, the Service is the same object, and nothing is left of the " +
            "old CoreDNS", Disruptive = true)]
    public static Task TakeOver(LiveCluster cluster, CancellationToken cancellationToken) =>
        OfDistribution(cluster, AdoptionGuide.Committed, cancellationToken);

    [LiveCheck("Adoption.2",
        "the steps of docs/adoption-chart.md on a cluster with a Helm release of chart 1.35.0 with its own labels: no query of the " +
            "probers on each node fails, and the Service has ready endpoints for each port after each change; afterwards every object is " +
            "Helm's and as delivered, and the Service is the same object", Disruptive = true)]
    public static Task OlderReleaseUpgraded(LiveCluster cluster, CancellationToken cancellationToken) =>
        OfOlderChart(cluster, AdoptionGuide.OfOlderChart, cancellationToken);

    internal static Task OfDistribution(LiveCluster cluster, AdoptionGuide guide, CancellationToken cancellationToken) =>
        Follow(cluster, new Migration(guide, PreviousDns.OfDistribution) { MayEnd = true }, cancellationToken);

    internal static async Task OfOlderChart(LiveCluster cluster, AdoptionGuide guide, CancellationToken cancellationToken)
    {
        cluster.Needs(OlderChart.CanBeHad, "the setting chart names one archive; a folder of archives or a repository has the older chart");
        cluster.Needs(
            cluster.Tree.NodeLocalDns.Count == 0,
            "the caches of NodeLocal DNSCache find CoreDNS by a label that pods of the older release do not have: the guide is followed " +
            "before nodeLocalDns is switched on");
        await Require.Program("helm", cancellationToken);
        await Follow(cluster, new Migration(guide, OlderChart.Install), cancellationToken);
    }

    /// <summary>A migration from another CoreDNS to the delivered one.</summary>
    /// <param name="InstallExisting">Installs the other CoreDNS.</param>
    internal sealed record Migration(AdoptionGuide Guide, Func<LiveCluster, CancellationToken, Task> InstallExisting)
    {
        /// <summary>True if the guide allows that one of its pods ends meanwhile.</summary>
        public bool MayEnd { get; init; }

        /// <summary>Changes the other CoreDNS before the takeover; returns the further names that it then answers.</summary>
        public Func<LiveCluster, CancellationToken, Task<IReadOnlyList<string>>> Prepare { get; init; } = (_, _) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        /// <summary>The cluster with the tree that the guide delivers.</summary>
        public Func<LiveCluster, LiveCluster> ClusterToDeliver { get; init; } = WithoutServeLabel;
    }

    /// <summary>Installs another CoreDNS, follows the guide, and restores the delivered DNS after a failure.</summary>
    internal static async Task Follow(LiveCluster cluster, Migration migration, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Delivery is not null, "a migration needs a delivery, and the setting delivery is none");
        cluster.Needs(PreviousDns.IsKnown(cluster), "the suite installs a CoreDNS to migrate only in clusters of its own (kind and k3s)");
        await Require.Program("kubectl", cancellationToken);
        await Require.Program("bash", cancellationToken);
        var done = false;
        try
        {
            await PreviousDns.Install(cluster, migration.InstallExisting, cancellationToken);
            var names = await migration.Prepare(cluster, cancellationToken);
            var before = await cluster.Require(Service, cancellationToken);
            var during = migration.ClusterToDeliver(cluster);
            var ending = migration.MayEnd && await EndsQuietly(during, cancellationToken);
            await Undisturbed(during, migration.Guide, ending, names, cancellationToken);
            await AllIsHelms(during, before, cancellationToken);
            if (during != cluster)
            {
                await cluster.Deliver(cancellationToken);
                await Rollout.Done(cluster, cancellationToken);
            }

            done = true;
        }
        finally
        {
            if (!done)
            {
                await PreviousDns.Remove(cluster, CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// The guide enables health checks of CoreDNS only at the end: otherwise the Service would select a label that the running pods lack.
    /// </summary>
    internal static LiveCluster WithoutServeLabel(LiveCluster cluster)
    {
        if (cluster.Tree.Definition.HealthController is not { CoreDns: true })
        {
            return cluster;
        }

        return Defining(cluster, definition => definition with
        {
            HealthController = definition.HealthController is { } controller ? controller with { CoreDns = false } : null,
        });
    }

    internal static LiveCluster Defining(LiveCluster cluster, Func<Cluster, Cluster> change) =>
        cluster.With(cluster.Platform.InEachCluster(change));

    /// <summary>
    /// True if a pod of the old CoreDNS can end without a failed query. Not since kube-proxy 1.32 (kubernetes#127318): clients' existing
    /// sockets use the pod until it exits, and those losses would be counted as the guide's.
    /// </summary>
    private static async Task<bool> EndsQuietly(LiveCluster cluster, CancellationToken cancellationToken) =>
        await CheckedCluster.Kubernetes(cluster, cancellationToken) < new SemVer(1, 32, 0)
        && await PreviousDns.AnswersWhileEnding(cluster, cancellationToken);

    private static async Task Undisturbed(
        LiveCluster cluster, AdoptionGuide guide, bool ending, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ServiceHistory? history = null;
        var evidence = await DisruptionCriterion.Measure(
            cluster,
            LossBudget.Zero,
            [],
            async (run, token) =>
                history = await ServiceHistory.While(
                    cluster, Service, during => Adoption.TakeOver.Run(guide, cluster, run, ending, during), token),
            cancellationToken,
            more: names);
        history!.Gaps.ShouldBeEmpty("clients fail while the Service has no endpoints");
        evidence.Verdict.Breaches.ShouldBeEmpty(WhileTakingOver);
    }

    private static async Task AllIsHelms(LiveCluster cluster, Resource before, CancellationToken cancellationToken)
    {
        await Rollout.Done(cluster, cancellationToken);
        var after = await cluster.Require(Service, cancellationToken);
        (after.Uid, after.Text("spec.clusterIP")).ShouldBe((before.Uid, cluster.DnsAddress), "kube-dns is another object than before");
        (await cluster.DnsPods(cancellationToken))
            .Count.ShouldBe(await Rollout.Replicas(cluster, cancellationToken), "pods, old ones included");
        (await cluster.Api.List(ResourceKind.ReplicaSet, "kube-system", "adoption=former", cancellationToken))
            .ShouldBeEmpty("old ReplicaSets");
        foreach (var left in new[] { ResourceKind.ClusterRole, ResourceKind.ClusterRoleBinding })
        {
            (await cluster.Api.Get(left.Named("system:coredns"), cancellationToken)).ShouldBeNull("of the old DNS");
        }

        foreach (var delivered in (await DeployedRelease.Of(cluster.Api, "coredns", "kube-system", cancellationToken)).Objects)
        {
            var running = await cluster.Require(ResourceKind.Of(delivered).Named(delivered.Name, delivered.Namespace), cancellationToken);
            running.Labels.GetValueOrDefault("app.kubernetes.io/managed-by").ShouldBe("Helm", running.ToString());
            running.Annotations.GetValueOrDefault("meta.helm.sh/release-name").ShouldBe("coredns", running.ToString());
        }

        (await DriftReport.Of(cluster.Tree, cluster.Api, cancellationToken))
            .Findings.ShouldBeEmpty("the migrated objects are not as delivered");
    }
}
