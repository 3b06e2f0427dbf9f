using static PlatformGitOps.Acceptance.Criteria.ExternalDns.ExternalDnsCriterion;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>The credentials of External-DNS, and network access to its pods.</summary>
[ChecksOf(typeof(ExternalDnsCriterion))]
[Check("Records.9", "The Secret is not readable in etcd", "a value that begins with k8s:enc:, without the key in it",
    Command = "etcdctl get /registry/secrets/kube-system/external-dns-credentials --print-value-only | head --bytes 30")]
[Check("Records.10", "Only the monitoring reaches its pod", "no connection from a workload to port 7979", Needs = Feature.NetworkPolicy,
    Command = TypedCommands.FromWorkload + "nc -zv -w 2 <pod-ip> 7979")]
public static class ProtectedCredentials
{
    [StaticCheck("Records.10", "the policies of its layer, tried with the monitoring, a workload and the world")]
    public static void Policies(RenderedCluster tree)
    {
        foreach (var instance in Instances(tree))
        {
            var labels = Deployment(tree, instance).Map("spec.template.metadata.labels");
            Allows(Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"])).ShouldBeTrue($"the monitoring cannot scrape {instance.Name}");
            Allows(Source.Workload).ShouldBeFalse($"any workload reaches {instance.Name}");
            Allows(Source.World).ShouldBeFalse($"the world reaches {instance.Name}");

            bool Allows(Source source) => IngressDecision.Allows(tree.ExternalDns, labels, source, "TCP", ExternalDnsNames.Port);
        }
    }

    [LiveCheck("Records.10", "connections of the monitoring and of a workload to its pod, if a trial shows that the CNI enforces policies",
        Disruptive = true)]
    public static async Task Reached(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        await PolicyEnforcement.KeepsWorkloadsOut(
            publishing.Cluster, [await publishing.Pod(cancellationToken)], [ExternalDnsNames.Port], [ExternalDnsNames.Port],
            cancellationToken);
    }

    [LiveCheck("Records.3",
        "every ConfigMap of the cluster, the objects and the logs of kube-system and of Flux, the metrics of kube-system, and what this " +
            "run keeps as evidence: the TSIG key, which the suite made for this run, is in none of them",
        Disruptive = true)]
    public static async Task KeptSecret(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        var cluster = publishing.Cluster;
        var (deployment, pod) = (
            await cluster.Require(PublishingCluster.Deployment, cancellationToken), await publishing.Pod(cancellationToken));
        // The same evidence as after a failure: events, objects and logs of the cluster.
        await Diagnostics.Collect(cluster, $"{cluster.Role}-Records.3", cancellationToken);
        var planted = new PlantedSecret(publishing.Server.Secret);
        planted.Look($"{deployment}", deployment.Document.ToJsonString());
        planted.Look($"{pod}", pod.Document.ToJsonString());
        await planted.LookAround(cluster, cancellationToken);
        planted.LookAt(EvidenceLog.Current);
        planted.Found.ShouldBeEmpty("the key is where everybody reads it");
        EvidenceLog.Observed($"the key is in none of {planted.Looked}");
    }

    [LiveCheck("Records.9",
        "what etcd keeps of the Secret, once the commands of 'Secrets in etcd' in docs/security-baseline.md have been run on a control " +
            "plane that encrypts nothing", Disruptive = true)]
    public static async Task EncryptedSecret(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        var etcd = await SecretsInEtcd.Of(publishing.Cluster, cancellationToken);
        if (!await etcd.Encrypts(cancellationToken))
        {
            await etcd.Encrypt(cancellationToken);
        }

        var kept = await etcd.Kept(PublishingCluster.Secret, cancellationToken);
        kept.ShouldNotContain("tsig-secret", Case.Sensitive, "the Secret is readable in etcd");
        kept.ShouldNotContain(publishing.Server.Secret, Case.Sensitive, "the key is readable in etcd");
        kept.ShouldStartWith("k8s:enc:secretbox:", Case.Sensitive, "the Secret is not encrypted by the API server");
        // The API server can still read it.
        (await publishing.Cluster.Require(PublishingCluster.Secret, cancellationToken)).Map("data").Keys.ShouldContain("tsig-secret");
        EvidenceLog.Observed($"etcd keeps {kept.Length} bytes of it, which begin with {kept[..Math.Min(30, kept.Length)]}");
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        new("the key in a ConfigMap", "Records.3", "the key is where everybody reads it",
            async (cluster, token) =>
            {
                var server = (await PublishingCluster.Of(cluster, token)).Server;
                var notes = Live.Pods.Manifest("ConfigMap", "notes", PublishingCluster.Namespace, null);
                notes["data"] = new JsonObject { ["todo"] = $"rotate {server.Secret}" };
                await cluster.Api.Apply(ResourceKind.ConfigMap, new Resource(notes), token);
            },
            (cluster, token) => cluster.Api.Delete(ResourceKind.ConfigMap.Named("notes", PublishingCluster.Namespace), null, token)),
        new("the API server writes in plain text first", "Records.9", "readable in etcd",
            async (cluster, token) => await (await SecretsInEtcd.Of(cluster, token)).PlainFirst(token),
            async (cluster, token) => await (await SecretsInEtcd.Of(cluster, token)).EncryptedFirst(token)),
        Policy.Everybody("any workload reaches External-DNS"),
        Policy.WithoutTheMonitoring("the monitoring is shut out of External-DNS"),
    ];

    private static PolicySabotage Policy =>
        new("Records.10", PublishingCluster.Instance, PublishingCluster.Selector, ExternalDnsNames.Port);
}
