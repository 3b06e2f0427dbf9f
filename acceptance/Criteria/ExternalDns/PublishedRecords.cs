namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>The records that External-DNS writes into a zone in Knot, and those that it ignores.</summary>
[ChecksOf(typeof(ExternalDnsCriterion))]
[Check("Records.5", "A Service gets its record with its TTL; a change arrives, and a deletion takes it away",
    "an address record and its owner's text, both with the TTL of the annotation; each step within 60 s",
    Command = "kdig @<server> <name> A; kdig @<server> a-<name> TXT")]
[Check("Records.6", "Records of nobody and of another owner stay as they are", "their address and their TTL, and no text beside them",
    Command = "kdig @<server> <name> A")]
[Check("Records.7", "A refused key writes nothing and loses nothing, and the alert's series show it",
    "external_dns_registry_endpoints_total is 0 and external_dns_source_endpoints_total is not (ExternalDNSReadsNothing)",
    Command = "kubectl -n kube-system port-forward deploy/external-dns-<name> 7979; curl localhost:7979/metrics")]
public static partial class PublishedRecords
{
    /// <summary>The annotation's TTL, different from the instance's default.</summary>
    internal const int Ttl = 120;

    private const string Read = "external_dns_registry_endpoints_total";
    private const string Wanted = "external_dns_source_endpoints_total";
    private const string Syncs = "external_dns_controller_last_reconcile_timestamp_seconds";

    internal static readonly TimeSpan Bar = TimeSpan.FromSeconds(60);

    [LiveCheck("Records.4", "the API server's own list of the account's rights (SelfSubjectRulesReview)", Disruptive = true)]
    public static async Task GivenRights(LiveCluster live, CancellationToken cancellationToken)
    {
        var (cluster, _) = await PublishingCluster.Of(live, cancellationToken);
        var user = $"system:serviceaccount:{ExternalDnsNames.Namespace}:{PublishingCluster.Instance}";
        (await AccountRights.In(cluster, user, PublishingCluster.Namespace, cancellationToken)).ShouldBe(
            cluster.Tree.ExternalDns
                .Where(resource => resource.Kind == "ClusterRole" && resource.Name == PublishingCluster.Instance)
                .SelectMany(AccountRights.Of),
            ignoreOrder: true, "other rights than it needs");
    }

    [LiveCheck("Records.5", "the zone of a Knot outside of the cluster, from the moment at which the Service is applied, changed, deleted",
        Disruptive = true)]
    public static async Task Lifecycle(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        const string Name = "shop";
        try
        {
            await Wants(publishing, Name, "192.0.2.21", cancellationToken);
            await Timed("the record came", () => Holds(publishing, Name, "192.0.2.21", cancellationToken));
            await OwnedBy(publishing, Name, publishing.Cluster.Role, cancellationToken);
            await Wants(publishing, Name, "192.0.2.22", cancellationToken);
            await Timed("the new address came", () => Holds(publishing, Name, "192.0.2.22", cancellationToken));
            await OwnedBy(publishing, Name, publishing.Cluster.Role, cancellationToken);
        }
        finally
        {
            await Forget(publishing, Name);
        }

        await Timed("record and owner's text went", () => Gone(publishing, Name, cancellationToken));
    }

    [LiveCheck("Records.6", "two records that were in the zone before, while Services ask for their names, after two more rounds",
        Disruptive = true)]
    public static async Task Others(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        string[] names = ["foreign", "owned", "marker"];
        try
        {
            foreach (var (index, name) in names.Index())
            {
                await Wants(publishing, name, $"192.0.2.{31 + index}", cancellationToken);
            }

            await Holds(publishing, "marker", "192.0.2.33", cancellationToken);
            await Rounds(publishing, 2, cancellationToken);
            await Stays("foreign", ZoneServer.ForeignAddress);
            await Stays("owned", ZoneServer.OwnedAddress);
            (await Records(publishing, "a-foreign", RecordType.TXT, cancellationToken)).ShouldBeEmpty("foreign is claimed");
        }
        finally
        {
            await Task.WhenAll(names.Select(name => Forget(publishing, name)));
        }

        async Task Stays(string name, string address) =>
            (await Records(publishing, name, RecordType.A, cancellationToken))
                .ShouldBe([(address, ZoneServer.ForeignTtl)], $"{name} is another owner's");
    }

    [LiveCheck("Records.7",
        "the zone's serial, the metrics and the log while the Secret has another key, and the zone after it has the right one again; the " +
            "live PrometheusRule", Disruptive = true)]
    public static async Task RefusedKey(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        var wrong = Convert.ToBase64String(new byte[32]);
        try
        {
            await Wants(publishing, "kept", "192.0.2.41", cancellationToken);
            await Holds(publishing, "kept", "192.0.2.41", cancellationToken);
            await PublishingCluster.Key(publishing.Cluster, wrong, cancellationToken);
            await publishing.Restart(cancellationToken);
            var serial = await publishing.Server.Serial(cancellationToken);
            await Wants(publishing, "missed", "192.0.2.42", cancellationToken);
            await Rounds(publishing, 2, cancellationToken);
            var metrics = await Metrics(publishing, cancellationToken);
            MetricsText.Sum(metrics, Wanted).ShouldBeGreaterThan(0, "it sees no object that wants a record");
            MetricsText.Sum(metrics, Read).ShouldBe(0, "what ExternalDNSReadsNothing looks at");
            metrics.ShouldNotContain(wrong, Case.Sensitive, "the metrics have the key");
            (await Log(publishing, cancellationToken)).ShouldNotContain(wrong, Case.Sensitive, "the log has the key");
            (await publishing.Server.Serial(cancellationToken)).ShouldBe(serial, "the server took an update with another key");
            await AlertsLookAt(publishing.Cluster, metrics, cancellationToken);
            await PublishingCluster.Key(publishing.Cluster, publishing.Server.Secret, cancellationToken);
            await publishing.Restart(cancellationToken);
            await Timed("what was missed came", () => Holds(publishing, "missed", "192.0.2.42", cancellationToken));
            await Holds(publishing, "kept", "192.0.2.41", cancellationToken);
        }
        finally
        {
            await PublishingCluster.Key(publishing.Cluster, publishing.Server.Secret, CancellationToken.None);
            await publishing.Restart(CancellationToken.None);
            await Forget(publishing, "kept");
            await Forget(publishing, "missed");
        }
    }

    /// <summary>Runs an action on a Service without a record, because its key is refused; afterwards it gets one.</summary>
    internal static async Task WithRefusedKey(LiveCluster live, Func<LiveCluster, Task> look, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(live, cancellationToken);
        try
        {
            await PublishingCluster.Key(publishing.Cluster, Convert.ToBase64String(new byte[32]), cancellationToken);
            await publishing.Restart(cancellationToken);
            await Wants(publishing, "nowhere", "192.0.2.51", cancellationToken);
            await look(publishing.Cluster);
            (await Records(publishing, "nowhere", RecordType.A, cancellationToken)).ShouldBeEmpty("it has a record after all");
            await PublishingCluster.Key(publishing.Cluster, publishing.Server.Secret, cancellationToken);
            await publishing.Restart(cancellationToken);
            await Holds(publishing, "nowhere", "192.0.2.51", cancellationToken);
        }
        finally
        {
            await PublishingCluster.Key(publishing.Cluster, publishing.Server.Secret, CancellationToken.None);
            await publishing.Restart(CancellationToken.None);
            await Forget(publishing, "nowhere");
        }
    }

    /// <summary>Checks that the program exports all series of the delivered alerts.</summary>
    private static async Task AlertsLookAt(LiveCluster cluster, string metrics, CancellationToken cancellationToken)
    {
        if (cluster.Tree.ExternalDns.All(resource => resource.Kind != "PrometheusRule"))
        {
            return;
        }

        var rule = await cluster.Require(
            ResourceKind.PrometheusRule.Named(ExternalDnsNames.Name, ExternalDnsNames.Namespace), cancellationToken);
        var series = rule.Parts("spec.groups").SelectMany(group => group.Parts("rules"))
            .SelectMany(alert => Series().Matches(alert.Text("expr")!).Select(match => match.Value)).ToHashSet();
        series.ShouldContain(Read, "no alert looks at what is read");
        series.Where(name => !MetricsText.Has(metrics, name)).ShouldBeEmpty("series of alerts that nobody exports");
        EvidenceLog.Observed($"series of the alerts: {string.Join(", ", series.Order(StringComparer.Ordinal))}");
    }

    private static Task Wants(PublishingCluster publishing, string name, string address, CancellationToken cancellationToken) =>
        publishing.Cluster.Api.Apply(
            ResourceKind.Service,
            new Resource(WantedService.Of(
                name, address, Ttl, name, [ExternalDnsNames.AnnotationPrefix], place: PublishingCluster.Namespace)),
            cancellationToken);

    private static Task Forget(PublishingCluster publishing, string name) => publishing.Cluster.Api.Delete(
        ResourceKind.Service.Named(name, PublishingCluster.Namespace), null, CancellationToken.None);

    private static Task<IReadOnlyList<(string Text, int Ttl)>> Records(
        PublishingCluster publishing, string name, RecordType type, CancellationToken cancellationToken) =>
        publishing.Server.Ask($"{name}.{ZoneServer.Zone}", type, cancellationToken);

    /// <summary>Waits until the zone has exactly this address, with the annotation's TTL.</summary>
    private static Task Holds(PublishingCluster publishing, string name, string address, CancellationToken cancellationToken) =>
        Eventually.Within(
            Bar,
            async token => (await Records(publishing, name, RecordType.A, token)).ShouldBe([(address, Ttl)]),
            $"{name}.{ZoneServer.Zone} is {address}",
            cancellationToken);

    private static Task OwnedBy(PublishingCluster publishing, string name, string owner, CancellationToken cancellationToken) =>
        Eventually.Within(
            Bar,
            async token => (await Records(publishing, $"a-{name}", RecordType.TXT, token)).ShouldHaveSingleItem().Text
                .ShouldContain($"external-dns/owner={owner},"),
            $"{name}.{ZoneServer.Zone} belongs to {owner}",
            cancellationToken);

    private static Task Gone(PublishingCluster publishing, string name, CancellationToken cancellationToken) => Eventually.Within(
        Bar,
        async token =>
        {
            (await Records(publishing, name, RecordType.A, token)).ShouldBeEmpty();
            (await Records(publishing, $"a-{name}", RecordType.TXT, token)).ShouldBeEmpty();
        },
        $"{name}.{ZoneServer.Zone} is gone",
        cancellationToken);

    internal static async Task Timed(string what, Func<Task> waiting)
    {
        var from = TimeProvider.System.GetTimestamp();
        await waiting();
        var said = $"{what} after {TimeProvider.System.GetElapsedTime(from).TotalSeconds:0.0} s";
        EvidenceLog.Observed(said);
        await TestContext.Out.WriteLineAsync(said);
    }

    /// <summary>Waits for this number of further comparisons of the instance.</summary>
    private static Task Rounds(PublishingCluster publishing, int times, CancellationToken cancellationToken) => RunningInstance.Compares(
        async token => MetricsText.Sum(await Metrics(publishing, token), Syncs), times, cancellationToken);

    private static async Task<string> Metrics(PublishingCluster publishing, CancellationToken cancellationToken)
    {
        var pod = await publishing.Pod(cancellationToken);
        var answer = await ProbeOrigin.FromMonitoring(publishing.Cluster, pod, ExternalDnsNames.Port, "/metrics", cancellationToken);
        return answer.Status == 200 ? answer.Body : throw new NotYetException($"{pod.Name}: {answer.Status} {answer.Body}");
    }

    private static async Task<string> Log(PublishingCluster publishing, CancellationToken cancellationToken) =>
        await publishing.Cluster.Api.Logs(
            ExternalDnsNames.Namespace, (await publishing.Pod(cancellationToken)).Name, null, previous: false, cancellationToken);

    [GeneratedRegex("external_dns_[a-z_]+")]
    private static partial Regex Series();
}
