namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

/// <summary>The names of a substrate, which caches query from its own servers.</summary>
[ChecksOf(typeof(NodeLocalCriterion))]
public static class CachedSubstrate
{
    private const string NoSubstrate = "substrate is not set";
    private const string Away = "while CoreDNS is away";
    private const string Answered = "names of the substrate and of the cluster are answered";

    /// <summary>
    /// Names have a trailing dot: a search path needs CoreDNS. In addition to the definition's names, which a cache may have, each client
    /// queries a new name: the answer that it does not exist can only come from the substrate.
    /// </summary>
    [LiveCheck("NodeLocal.8",
        "the substrate's names of the definition, one that nobody has, and one of the cluster: in pods, and in one on its node's "
            + "network, while no CoreDNS runs, and before and after", Disruptive = true)]
    public static async Task SubstrateNamesAlone(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(live.Tree.Definition.Substrate is not null, NoSubstrate);
        var cluster = await CachedCluster.Of(live, cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
        IReadOnlyList<string> clients = [.. await Ask.Clients(cluster, cancellationToken), "client-hostnetwork"];
        await Eventually.Within(TimeSpan.FromSeconds(30), Both, Answered, cancellationToken);
        await Outage.While(
            cluster,
            async token =>
            {
                foreach (var client in clients.Where(AsksByHand))
                {
                    (await Nobody(cluster, client, ClusterZone(cluster), token)).ShouldAllBe(
                        answer => answer.Outcome != "ok" && answer.Outcome != "nodata" && answer.Outcome != "nxdomain",
                        $"{client}: something answers in CoreDNS' place");
                }

                await OfTheSubstrate(cluster, clients, Away, token);
            },
            cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(60), Both, Answered, cancellationToken);

        async Task Both(CancellationToken token)
        {
            foreach (var client in clients.Where(AsksByHand))
            {
                (await Nobody(cluster, client, ClusterZone(cluster), token)).ShouldAllBe(answer => answer.Outcome == "nxdomain", client);
            }

            await OfTheSubstrate(cluster, clients, "while CoreDNS runs", token);
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Restoring(
            "the substrate's names by way of CoreDNS", "NodeLocal.8", Away,
            async (cluster, token) =>
            {
                cluster.Needs(cluster.Tree.Definition.Substrate is not null, NoSubstrate);
                return (await cluster.Require(Configuration(cluster), token)).Map("data").Single().Value;
            },
            (cluster, before, token) => Write(cluster, before.Replace(
                $"forward . {cluster.Tree.Settings[NodeLocalCriterion.SubstrateServers]} {{",
                $"forward . {NodeLocalCriterion.CoreDnsWord} {{\n        force_tcp"), token),
            Write),
    ];

    /// <summary>Queried once: no client may have to retry.</summary>
    private static async Task OfTheSubstrate(
        LiveCluster cluster, IReadOnlyList<string> clients, string when, CancellationToken cancellationToken)
    {
        var substrate = cluster.Tree.Definition.Substrate!;
        foreach (var client in clients.Where(AsksByHand))
        {
            (await Nobody(cluster, client, substrate.Zone.Text, cancellationToken)).ShouldAllBe(
                answer => answer.Outcome == "nxdomain", $"{client}: a name of {substrate.Zone} that nobody has, {when}");
        }

        foreach (var client in clients)
        {
            foreach (var (name, addresses) in TestSubstrate.Names(substrate, cluster.Tree.Definition.Services.Family))
            {
                var answers = await Ask.From(cluster, client, $"{name}.{cluster.AddressType}", cancellationToken);
                foreach (var answer in answers)
                {
                    answer.Outcome.ShouldBe("ok", $"{client} {when}: {answer}");
                    answer.Answers.ShouldBe(addresses, ignoreOrder: true, $"{client} {when}: {answer}");
                }

                EvidenceLog.Observed($"{client} {when}: {name} [{string.Join(", ", addresses)}] via "
                    + string.Join(", ", answers.Select(answer => answer.Via)));
            }
        }
    }

    /// <summary>The client with musl only uses its C library, which does not report how a query failed.</summary>
    private static bool AsksByHand(string client) => client != "client-musl";

    /// <summary>Queries a new name directly over UDP.</summary>
    private static async Task<IReadOnlyList<DnsAnswer>> Nobody(
        LiveCluster cluster, string client, string zone, CancellationToken cancellationToken)
    {
        var answers = await Ask.From(cluster, client, $"nobody-{Guid.NewGuid():n}.{zone}.", cancellationToken, "--via", "udp");
        foreach (var answer in answers)
        {
            EvidenceLog.Observed($"{client}: {answer}");
        }

        return answers;
    }

    private static string ClusterZone(LiveCluster cluster) => $"default.svc.{cluster.Domain}";

    private static ResourceAddress Configuration(LiveCluster cluster)
    {
        var map = cluster.Tree.NodeLocalDns.Single(resource => resource.Kind == "ConfigMap");
        return ResourceKind.ConfigMap.Named(map.Name, map.Namespace);
    }

    /// <summary>A cache reads its Corefile at start-up.</summary>
    private static async Task Write(LiveCluster cluster, string corefile, CancellationToken cancellationToken)
    {
        var key = cluster.Tree.NodeLocalDns.Single(resource => resource.Kind == "ConfigMap").Map("data").Single().Key;
        await cluster.Api.Patch(
            Configuration(cluster),
            new JsonObject { ["data"] = new JsonObject { [key] = corefile } },
            cancellationToken);
        await CachedCluster.Restart(cluster, cancellationToken);
    }
}
