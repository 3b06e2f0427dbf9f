using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Sabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private const string OfTheSubstrate = "a name of the substrate, ";

    [LiveCheck(ServersAwayId,
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

        // By the C library of the pod.
        async Task<string[]> Default(string name) =>
            [.. (await Ask.From(cluster, ClientPods.OnNode, $"{name}{cluster.AddressType}", cancellationToken, "--via", "system"))
                .SelectMany(answer => answer.Answers).Order(StringComparer.Ordinal)];

        // By the C library of its node; null where the suite does not get there.
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
        LiveChanges.Corefile("no server for the substrate's zone", ServersAwayId, OfTheSubstrate, WithoutZone),
    ];

    /// <summary>The Corefile without the server that shows stale answers at once: that of the zone.</summary>
    private static string WithoutZone(string text)
    {
        var servers = text.Split("\n}\n").ToList();
        servers.RemoveAll(server => server.Contains("immediate", StringComparison.Ordinal)).ShouldBe(1, text);
        return string.Join("\n}\n", servers);
    }
}
