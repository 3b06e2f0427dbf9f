using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.ServerOutage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The DNS of the hosts. The tree shows what CoreDNS forwards; real servers on this machine show the hosts' answers.</summary>
[Criterion("Substrate", "DNS on the hosts exists before the clusters and outlives them, and clusters resolve its names")]
public static class SubstrateCriterion
{
    [StaticCheck("Substrate.1", "the server of the zone in the release's values: the forward plugin and its addresses")]
    public static void Forwards(RenderedCluster tree)
    {
        var substrate = tree.Definition.Substrate!;
        var server = Server(tree);
        var forward = server.SingleOrDefault(plugin => plugin.Name == "forward");
        forward.ShouldNotBeNull($"nothing forwards {substrate.Zone}");
        forward.Arguments.Skip(1).ShouldBe(
            substrate.Hosts.SelectMany(host => host.Addresses).Where(address => address.AddressFamily == tree.Definition.Services.Family)
                .Select(address => address.ToString()),
            "pods reach the substrate at its hosts' own addresses, the primary first");
        forward.Option("policy").ShouldBe(["sequential"], "the secondary is asked where the primary does not answer");
        forward.Option("health_check").ShouldBe(["2s"]);
        forward.Option("max_concurrent").ShouldBe(["1000"], "a server that is away must not hold the memory of CoreDNS");
        server.ShouldContain(plugin => plugin.Name == "cache", "each query would go to the hosts");
        server.ShouldNotContain(plugin => plugin.Name == "health" || plugin.Name == "ready", "one server alone answers for the process");
    }

    [StaticCheck("Substrate.2", "every server of the release's values")]
    public static void SeesLoops(RenderedCluster tree)
    {
        foreach (var (index, server) in Servers(tree).Index())
        {
            var plugins = CorefilePlugin.OfServer(server);
            plugins.ShouldContain(plugin => plugin.Name == "loop" || plugins.All(other => other.Name != "forward"),
                $"a loop of servers[{index}] goes unseen: the plugin watches its own server alone");
        }
    }

    private static IReadOnlyList<Resources.Resource> Servers(RenderedCluster tree) => tree.Values.Parts("servers");

    internal static IReadOnlyList<CorefilePlugin> Server(RenderedCluster tree) =>
        Servers(tree).FirstOrDefault(server => server.Parts("zones").Any(zone => zone.Text("zone") == tree.Definition.Substrate!.Zone.Text))
            is { } found ? CorefilePlugin.OfServer(found) : [];

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the substrate at the pod's loopback", "Substrate.1", "its hosts' own addresses",
            tree => tree.Setting("SUBSTRATE_SERVERS", "127.0.0.1")),
        new("the secondary first", "Substrate.1", "its hosts' own addresses", tree => tree.Setting("SUBSTRATE_SERVERS",
            string.Join(' ', tree.Settings.Map("data")["SUBSTRATE_SERVERS"].Split(' ').Reverse()))),
        new("another zone", "Substrate.1", "nothing forwards", tree => tree.Value("servers[1].zones[0].zone", "example.internal")),
        new("no loop detection for the substrate", "Substrate.2", "servers[1] goes unseen",
            tree => tree.Release.At("spec.values.servers[1].plugins")!.AsArray().RemoveAll(plugin => (string?)plugin!["name"] == "loop")),
        .. new[] { "health", "ready" }.Select(name => new StaticSabotage(
            $"'{name}' in the zone's server", "Substrate.1", "one server alone answers for the process",
            tree => tree.Release.At("spec.values.servers[1].plugins")!.AsArray().Add(new JsonObject { ["name"] = name }))),
        new("aliases left to the pods", "Substrate.22", "pods do not ask again", tree =>
            tree.Release.At("spec.values.servers[1].plugins")!.AsArray().RemoveAll(plugin => (string?)plugin!["name"] == "rewrite")),
    ];

    private const string OfTheSubstrate = "a name of the substrate, ";

    [LiveCheck(ServerOutageId,
        "a name of the cluster, names of the substrate and one outside, from a pod and from one on its node's network with "
            + "ClusterFirstWithHostNet; with Default: what the node has, nothing of the cluster, and the substrate's from its servers")]
    public static async Task ResolvesInPods(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var substrate = cluster.Tree.Definition.Substrate!;
        var api = (await cluster.Require(ResourceKind.Service.Named("kubernetes", "default"), cancellationToken)).Text("spec.clusterIP")!;
        var inCluster = $"kubernetes.default.svc.{cluster.Domain}";
        List<(string What, string Name, IReadOnlyList<string> Addresses)> flows =
        [
            ("a name of the cluster, ", inCluster, [api]),
            .. TestSubstrate.Names(substrate, cluster.Tree.Definition.Services.Family)
                .Select(entry => (OfTheSubstrate, entry.Key, entry.Value)),
        ];
        if (cluster.HasUpstream)
        {
            flows.Add(("a name outside, ", UpstreamDns.ExternalName,
                [cluster.AddressType == "/A" ? UpstreamDns.ExternalAddress : UpstreamDns.ExternalAddress6]));
        }

        IReadOnlyList<string> clients = [.. await Ask.Clients(cluster, cancellationToken), ClientPods.OnHostNetwork];
        foreach (var client in clients)
        {
            foreach (var (what, name, addresses) in flows)
            {
                await Resolves(client, what, name, addresses);
            }
        }

        foreach (var (what, name, _) in flows)
        {
            var got = await Default(name);
            EvidenceLog.Observed($"{ClientPods.OnNode}, {what}{name}: {string.Join(", ", got)}");
            (name == inCluster && got.Length > 0).ShouldBeFalse("the node's own resolver knows the cluster's names");
            if (await OnTheNode(name) is { } expected)
            {
                got.ShouldBe(expected, $"{ClientPods.OnNode} resolves {name} in another way than its node");
            }
        }

        var primary = substrate.Primary.Addresses
            .First(address => address.AddressFamily == cluster.Tree.Definition.Services.Family).ToString();
        foreach (var (what, name, addresses) in flows.Where(flow => flow.What == OfTheSubstrate))
        {
            await Resolves(ClientPods.OnNode, what, name, addresses, "--via", "udp", "--via", "tcp", "--server", primary);
        }

        Task Resolves(string client, string what, string name, IReadOnlyList<string> addresses, params string[] options) =>
            Eventually.Within(TimeSpan.FromSeconds(20), async token =>
            {
                foreach (var answer in await Ask.From(cluster, client, $"{name}{cluster.AddressType}", token, options))
                {
                    answer.Outcome.ShouldBe("ok", $"{client}: {answer}");
                    answer.Answers.ShouldBe(addresses, ignoreOrder: true, $"{client}: {answer}");
                    EvidenceLog.Observed($"{client}, {what}{answer}");
                }
            }, $"{what}{name}, resolves in {client}", cancellationToken);

        // With the pod's C library.
        async Task<string[]> Default(string name) =>
            [.. (await Ask.From(cluster, ClientPods.OnNode, $"{name}{cluster.AddressType}", cancellationToken, "--via", "system"))
                .SelectMany(answer => answer.Answers).Order(StringComparer.Ordinal)];

        // With the node's C library; null if the node is not accessible.
        async Task<string[]?> OnTheNode(string name)
        {
            if (!cluster.Cluster.Capabilities.NodesAreContainers)
            {
                return null;
            }

            var pod = await cluster.Require(ResourceKind.Pod.Named(ClientPods.OnNode, ClientPods.Namespace), cancellationToken);
            var family = cluster.AddressType == "/A" ? "ahostsv4" : "ahostsv6";
            var found = await cluster.Engine.Exec(pod.Text("spec.nodeName")!, ["getent", family, name], cancellationToken);
            return [.. Lines(found.Output).Select(line => line.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveChanges.Corefile("no server for the substrate's zone", ServerOutageId, OfTheSubstrate, WithoutZone),
    ];

    /// <summary>The Corefile without the zone's server, which returns stale answers at once.</summary>
    private static string WithoutZone(string text)
    {
        var servers = text.Split("\n}\n").ToList();
        servers.RemoveAll(server => server.Contains("immediate")).ShouldBe(1, text);
        return string.Join("\n}\n", servers);
    }
}
