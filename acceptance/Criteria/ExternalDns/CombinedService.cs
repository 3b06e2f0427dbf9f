using PlatformGitOps.Acceptance.Criteria.GeoDns;
using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Generator.Apps.GeoDns;
using static PlatformGitOps.Acceptance.Criteria.ExternalDns.PublishedRecords;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>One Service with all DNS features of the platform: its health decides its records in each of them.</summary>
[ChecksOf(typeof(ExternalDnsCriterion))]
[Check("Records.8", "One Service end to end: cluster name, SRV, public record and geographic answer follow its health",
    "two addresses in each of them; one while a pod's health page hangs; two afterwards. Elsewhere the other region answers",
    Command = "kubectl --context {context} -n acceptance-health get service catalog-api -o yaml")]
public static class CombinedService
{
    private const string Catalog = "catalog-api";
    private const string PublicName = $"{Catalog}.{ZoneServer.Zone}";
    private const string GeoName = $"{Catalog}.{RoutedCluster.Zone}";

    /// <summary>Clusters with all three, if the definition has no geographic routing.</summary>
    private static readonly ConcurrentDictionary<string, LiveCluster> Combined = new();

    /// <summary>For a sabotage: changes the Service's annotations.</summary>
    private static Action<JsonObject>? annotated;

    [LiveCheck("Records.8",
        "one headless Service of two pods on the network of their nodes, with the health controller, geographic routing and External-DNS " +
            "on: what a client pod and a client outside are answered, and the zone of the Knot, from the moment at which a pod's health " +
            "page hangs", Disruptive = true)]
    public static async Task OneService(LiveCluster live, CancellationToken cancellationToken)
    {
        var publishing = await Together(live, cancellationToken);
        var cluster = publishing.Cluster;
        await ClientPods.Ensure(cluster, cancellationToken);
        cluster.Needs(cluster.Cluster.Capabilities.WorkerNodes >= 2, "the pods need the addresses of two nodes");
        var far = Nodes.Address((await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Nodes.IsControlPlane))
            .ToString();
        // On the host network: geographic routing does not publish pod addresses.
        var fleet = await Fleet.Deploy(
            cluster, Catalog, 2, new Dictionary<string, string> { ["profile"] = "fast", ["path"] = "/health" },
            new FleetShape(RemovalMethod.ServeLabel, HostNetwork: true), cancellationToken);
        var all = fleet.Pods.Select(fleet.AddressOf).ToList();
        var others = all.Skip(1).ToList();
        try
        {
            await Annotate(fleet, all, cancellationToken);
            await Far(cluster, far, cancellationToken);
            await Everywhere("at the start", all);
            await using (var outside = await DistantClient.Of(cluster, cancellationToken))
            {
                await Eventually.Within(
                    Bar,
                    async token => (await outside.Ask($"{GeoName}.", token))
                        .ShouldAllBe(answer => answer.Answers.Count == 1 && answer.Answers[0] == far),
                    $"{GeoName} is {far} for a client outside",
                    cancellationToken);
            }

            await fleet.Hang(fleet.Pods[0], cancellationToken);
            await Everywhere("without the endpoint that hangs", others);
            await fleet.Recover(fleet.Pods[0], cancellationToken);
            await Everywhere("with the endpoint that is back", all);
        }
        finally
        {
            await fleet.Remove();
            await cluster.Api.Delete(ResourceKind.Service.Named($"{Catalog}-far", Fleet.Namespace), null, CancellationToken.None);
        }

        await Eventually.Within(
            Bar,
            async token => (await publishing.Server.Ask(PublicName, RecordType.A, token)).ShouldBeEmpty(),
            $"{PublicName} is gone",
            cancellationToken);

        Task Everywhere(string when, IReadOnlyList<string> expected)
        {
            return Task.WhenAll(
                Sees("cluster name", token => Pod(fleet.DnsName, token)),
                Sees("SRV", async token => [.. (await Service(token)).Select(Target)]),
                Sees("public record", async token =>
                    [.. (await publishing.Server.Ask(PublicName, RecordType.A, token)).Select(record => record.Text)]),
                Sees("geographic answer", Geo));

            Task Sees(string what, Func<CancellationToken, Task<IReadOnlyList<string>>> ask) => Timed(
                $"{what} {when}",
                () => Eventually.Within(
                    Bar,
                    async token => (await ask(token)).ShouldBe(expected, ignoreOrder: true),
                    $"the {what} of {Catalog} is right {when}",
                    cancellationToken));
        }

        Task<IReadOnlyList<string>> Service(CancellationToken token) =>
            Pod($"_http._tcp.{Catalog}.{Fleet.Namespace}.svc.{cluster.Domain}./SRV", token);

        Task<IReadOnlyList<string>> Pod(string name, CancellationToken token) => Answers(cluster, Ask.ByHand, name, token);

        async Task<IReadOnlyList<string>> Geo(CancellationToken token)
        {
            var server = await cluster.Require(ResourceKind.Service.Named(GeoDnsNames.Name, GeoDnsNames.Namespace), token);
            return await Answers(cluster, Ask.ByHand, $"{GeoName}.", token, "--server", server.Text("spec.clusterIP")!);
        }
    }

    /// <summary>The address in the name of a headless Service's pod, such as <c>0 25 80 10-42-1-5.catalog-api...</c>.</summary>
    private static string Target(string record) => record.Split(' ')[^1].Split('.')[0].Replace('-', '.');

    private static async Task<IReadOnlyList<string>> Answers(
        LiveCluster cluster, string client, string name, CancellationToken cancellationToken, params IReadOnlyList<string> options)
    {
        var answer = (await Ask.From(cluster, client, name, cancellationToken, ["--via", "udp", .. options])).ShouldHaveSingleItem();
        return answer.Outcome == "ok" ? answer.Answers : throw new NotYetException($"{client}: {answer}");
    }

    /// <summary>Adds the public and the geographic name to the Service, which already has the controller's annotations.</summary>
    private static Task Annotate(Fleet fleet, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        var annotations = new JsonObject
        {
            [$"{ExternalDnsNames.AnnotationPrefix}hostname"] = PublicName,
            [$"{ExternalDnsNames.AnnotationPrefix}ttl"] = Ttl.ToString(CultureInfo.InvariantCulture),
            ["dns.aikernel.io/geo-hostname"] = GeoName,
            ["dns.aikernel.io/geo-region"] = RoutedCluster.Near,
            ["dns.aikernel.io/geo-addresses"] = string.Join(',', addresses),
        };
        annotated?.Invoke(annotations);
        return fleet.Annotate(annotations, cancellationToken);
    }

    /// <summary>The same name in the other region, with a node's address.</summary>
    private static Task Far(LiveCluster cluster, string node, CancellationToken cancellationToken)
    {
        var service = Pods.Manifest("Service", $"{Catalog}-far", Fleet.Namespace, new JsonObject
        {
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "kubelet", ["port"] = RoutedAnswers.Kubelet }),
        });
        service["metadata"]!["annotations"] = new JsonObject
        {
            ["dns.aikernel.io/geo-hostname"] = GeoName,
            ["dns.aikernel.io/geo-region"] = RoutedCluster.Far,
            ["dns.aikernel.io/geo-addresses"] = node,
            [$"{Annotations.Prefix}port"] = RoutedAnswers.Kubelet.ToString(CultureInfo.InvariantCulture),
        };
        return cluster.Api.Apply(ResourceKind.Service, new Resource(service), cancellationToken);
    }

    /// <summary>Removes all three.</summary>
    internal static async Task Remove(string role, CancellationToken cancellationToken)
    {
        // It delivers the cluster that it got, with External-DNS.
        await CheckedCluster.RemoveController(role, cancellationToken);
        await PublishingCluster.Remove(role, cancellationToken);
        if (Combined.TryRemove(role, out var cluster))
        {
            foreach (var resource in cluster.Tree.GeoDns)
            {
                await cluster.Api.Delete(ResourceKind.Of(resource).Named(resource.Name, resource.Namespace), null, cancellationToken);
            }
        }
    }

    /// <summary>The cluster with one tree that has all three. Flux removes what a delivery lacks, so the last one decides.</summary>
    private static async Task<PublishingCluster> Together(LiveCluster live, CancellationToken cancellationToken)
    {
        var controlled = await CheckedCluster.Of(live, cancellationToken);
        await ProberImage.TryBring(live, GeoDnsSettings.DefaultCoreDnsImage, cancellationToken);
        var publishing = await PublishingCluster.DeliveredTo(live, cancellationToken);
        var (cluster, server) = publishing;
        var platform = PublishingCluster.Switched(RoutedCluster.Switched(controlled.Platform), new(server.Address, server.Port));
        var together = await cluster.Deliver(platform, cancellationToken);
        if (live.Tree.GeoDns.Count == 0)
        {
            Combined[cluster.Role] = together;
        }

        await Rollout.Done(together, cancellationToken);
        await CheckedCluster.RolledOut(together, cancellationToken);
        await RoutedCluster.RolledOut(together, cancellationToken);
        await publishing.RolledOut(cancellationToken);
        EvidenceLog.Observed("one tree with healthController, geoRouting and externalDns");
        return publishing with { Cluster = together };
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Annotated("no public name", "the public record of catalog-api is right at the start", annotations =>
            annotations.Remove($"{ExternalDnsNames.AnnotationPrefix}hostname")),
        Annotated("no addresses for clients outside", "the geographic answer of catalog-api is right at the start", annotations =>
            annotations.Remove("dns.aikernel.io/geo-addresses")),
        Annotated("nobody checks its health", "of catalog-api is right without the endpoint that hangs", annotations =>
            annotations[Annotations.Enabled] = "false"),
    ];

    /// <summary>Changes annotations of catalog-api.</summary>
    private static LiveSabotage Annotated(string name, string expectedMessage, Action<JsonObject> change) => new(
        name, "Records.8", expectedMessage, (_, _) => Annotate(change), (_, _) => Annotate(null));

    private static Task Annotate(Action<JsonObject>? change)
    {
        annotated = change;
        return Task.CompletedTask;
    }
}
