using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>The answers for clients of a running cluster with geographic routing.</summary>
[ChecksOf(typeof(GeoCriterion))]
public static class RoutedAnswers
{
    internal const string Hostname = $"api.{RoutedCluster.Zone}";

    /// <summary>A port that is open on every node, and a closed one.</summary>
    internal const int Kubelet = 10250;
    internal const int Closed = 10999;

    private static readonly ResourceAddress Service = ResourceKind.Service.Named(GeoDnsNames.Name, GeoDnsNames.Namespace);

    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(10);

    [LiveCheck("Geo.1",
        "queries over UDP and TCP of a client pod, and of a client outside, which is in no region: a container beside the nodes asks " +
            "their ports; in clusters that the suite did not make, a pod on its node's network asks the Service")]
    public static async Task Open(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var (near, far) = await Regions(cluster, cancellationToken);
        await Gets(cluster, near, cancellationToken);
        await using var outside = await DistantClient.Of(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var answers = await outside.Ask($"{Hostname}./{TypeOf(far)}", token);
                answers.ShouldAllBe(answer => answer.Answers.Count == 1 && answer.Answers[0] == far);
                EvidenceLog.Observed($"outside: {string.Join("; ", answers)}");
            },
            $"{Hostname} is {far} for a client outside",
            cancellationToken);
    }

    [LiveCheck("Geo.5", "connections of the monitoring and of a workload to each pod, if a trial shows that the CNI enforces policies")]
    public static async Task OthersKeptOut(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var pods = await cluster.Api.List(
            ResourceKind.Pod, GeoDnsNames.Namespace, $"app.kubernetes.io/name={GeoDnsNames.Name}", cancellationToken);
        pods.ShouldNotBeEmpty();
        await PolicyEnforcement.KeepsWorkloadsOut(cluster, pods, GeoCriterion.Scraped, GeoCriterion.OwnPorts, cancellationToken);
    }

    [LiveCheck("Geo.3", "the API server's own list of the account's rights (SelfSubjectRulesReview), and the mounts of the running pods")]
    public static async Task Rights(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var roles = cluster.Tree.GeoDns.ToLookup(resource => resource.Kind);
        var everywhere = roles["ClusterRole"].SelectMany(AccountRights.Of).ToList();
        var user = $"system:serviceaccount:{GeoDnsNames.Namespace}:{roles["ServiceAccount"].Single().Name}";
        (await AccountRights.In(cluster, user, ClientPods.Namespace, cancellationToken))
            .ShouldBe(everywhere, ignoreOrder: true, "other rights than it needs among workloads");
        (await AccountRights.In(cluster, user, GeoDnsNames.Namespace, cancellationToken)).ShouldBe(
            everywhere.Concat(roles["Role"].SelectMany(AccountRights.Of)), ignoreOrder: true, "other rights than it needs at home");
        var pods = await cluster.Api.List(
            ResourceKind.Pod, GeoDnsNames.Namespace, $"app.kubernetes.io/name={GeoDnsNames.Name}", cancellationToken);
        pods.ShouldNotBeEmpty();
        pods.SelectMany(pod => pod.Parts("spec.containers"))
            .Where(container => container.Text("name") != GeoDnsNames.Writer)
            .SelectMany(container => container.Parts("volumeMounts").Select(mount => mount.Text("mountPath")!))
            .ShouldAllBe(
                path => !path.StartsWith("/var/run/secrets", StringComparison.Ordinal) && !path.Contains("token"),
                "the server that clients ask has the token");
    }

    [LiveCheck("Geo.2", "queries of a client pod, and the data of the ConfigMap for the other view")]
    public static async Task Answers(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var (near, far) = await Regions(cluster, cancellationToken);
        var outside = await Ask.From(cluster, Ask.ByHand, "kubernetes.io.", cancellationToken, await Server(cluster, cancellationToken));
        outside.ShouldAllBe(answer => answer.Outcome != "ok", "it resolves for everybody");
        await Gets(cluster, near, cancellationToken);
        var zones = await cluster.Require(
            ResourceKind.ConfigMap.Named(cluster.Tree.GeoDns.Single(resource => resource.Kind == "Lease").Name, GeoDnsNames.Namespace),
            cancellationToken);
        zones.Map("data")[$"{GeoDnsNames.DefaultView}.zone"].ShouldContain($"{Hostname}. 5 IN {TypeOf(far)} {far}\n");
    }

    [LiveCheck("Geo.4", "queries of a client pod from the moment at which the probe of its region fails", Disruptive = true)]
    public static async Task Death(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var (near, far) = await Regions(cluster, cancellationToken);
        await Gets(cluster, near, cancellationToken);
        await Apply(cluster, RoutedCluster.Near, near, Closed, cancellationToken);
        await InTime("moved", far);
        await Apply(cluster, RoutedCluster.Far, far, Closed, cancellationToken);
        await InTime("stayed open with all regions down", near);
        await Apply(cluster, RoutedCluster.Far, far, Kubelet, cancellationToken);
        await InTime("closed", far);
        await Apply(cluster, RoutedCluster.Near, near, Kubelet, cancellationToken);
        await InTime("came back", near);

        async Task InTime(string what, string expected)
        {
            var from = TimeProvider.System.GetTimestamp();
            await Gets(cluster, expected, cancellationToken);
            var took = TimeProvider.System.GetElapsedTime(from);
            EvidenceLog.Observed($"the answers {what} after {took.TotalSeconds:0.0} s");
            took.ShouldBeLessThan(Bar);
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Changed("no TCP", "Geo.1", "for client", Service, "spec.ports", ports => new JsonArray(ports[0]!.DeepClone())),
        LiveSabotage.Changed("a Service with other pods", "Geo.2", "for client", Service, "spec.selector",
            selector => With(selector, "app.kubernetes.io/name", "another")),
        LiveSabotage.Changed("the writer may read Secrets", "Geo.3", "among workloads",
            ResourceKind.ClusterRole.Named(GeoDnsNames.Name), "rules", rules =>
            {
                rules.AsArray().Add(new JsonObject
                {
                    ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("secrets"), ["verbs"] = new JsonArray("get"),
                });
                return rules;
            }),
        LiveSabotage.Changed("the zones cannot be written", "Geo.4", "for client",
            ResourceKind.Role.Named(GeoDnsNames.Name, GeoDnsNames.Namespace), "rules", rules =>
            {
                var zones = rules.AsArray().Single(rule => (string?)rule!["resources"]![0] == "configmaps")!;
                zones["verbs"] = new JsonArray("get", "list", "watch");
                return rules;
            }),
        Policy.Everybody("every port for everybody"),
        Policy.WithoutTheMonitoring("the monitoring is shut out of geographic routing"),
    ];

    private static PolicySabotage Policy =>
        new("Geo.5", GeoDnsNames.Name, $"app.kubernetes.io/name={GeoDnsNames.Name}", GeoDnsNames.ServerMetricsPort);

    private static JsonNode With(JsonNode selector, string label, string value)
    {
        selector[label] = value;
        return selector;
    }

    /// <summary>A Service in each of two regions, with the addresses of two nodes.</summary>
    internal static async Task<(string Near, string Far)> Regions(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))
            .Select(node => Nodes.Address(node).ToString()).ToList();
        cluster.Needs(nodes.Count > 1, "two regions need the addresses of two nodes");
        await Apply(cluster, RoutedCluster.Near, nodes[0], Kubelet, cancellationToken);
        await Apply(cluster, RoutedCluster.Far, nodes[1], Kubelet, cancellationToken);
        return (nodes[0], nodes[1]);
    }

    internal static Task Apply(LiveCluster cluster, string region, string address, int probed, CancellationToken cancellationToken) =>
        cluster.Api.Apply(ResourceKind.Service, new Resource(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"geo-{region}",
                ["namespace"] = ClientPods.Namespace,
                ["annotations"] = new JsonObject
                {
                    ["dns.aikernel.io/geo-hostname"] = Hostname,
                    ["dns.aikernel.io/geo-region"] = region,
                    ["dns.aikernel.io/geo-addresses"] = address,
                    ["dns.aikernel.io/health-check-port"] = probed.ToString(CultureInfo.InvariantCulture),
                },
            },
            ["spec"] = new JsonObject
            {
                ["ports"] = new JsonArray(
                    new JsonObject { ["name"] = "kubelet", ["port"] = Kubelet }, new JsonObject { ["name"] = "closed", ["port"] = Closed }),
            },
        }), cancellationToken);

    private static string TypeOf(string address) => address.Contains(':') ? "AAAA" : "A";

    private static async Task Gets(
        LiveCluster cluster, string expected, CancellationToken cancellationToken, string client = Ask.ByHand)
    {
        var server = await Server(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await Ask.From(cluster, client, $"{Hostname}./{TypeOf(expected)}", token, server))
                .ShouldAllBe(answer => answer.Answers.Count == 1 && answer.Answers[0] == expected),
            $"{Hostname} is {expected} for {client}",
            cancellationToken);
    }

    /// <summary>The prober's options to query the Service itself, over both protocols.</summary>
    private static async Task<string[]> Server(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var service = await cluster.Require(ResourceKind.Service.Named(GeoDnsNames.Name, GeoDnsNames.Namespace), cancellationToken);
        return ["--via", "udp", "--via", "tcp", "--server", service.Text("spec.clusterIP")!];
    }
}
