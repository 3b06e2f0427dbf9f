using static PlatformGitOps.Acceptance.Criteria.ExternalDns.ExternalDnsCriterion;
using static PlatformGitOps.Acceptance.Criteria.ExternalDns.PublishedRecords;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Several External-DNS instances in one cluster.</summary>
[ChecksOf(typeof(ExternalDnsCriterion))]
[Check("Records.11", "Instances of a definition run side by side, each with its own zone", "the record of each zone, and its owner's text",
    Command = "kubectl --context {context} -n kube-system get deployments -l app.kubernetes.io/name=external-dns")]
public static class SideBySideInstances
{
    private const string Beside = "beside";

    private const string NoneBeside = "the definition has no instance with the provider rfc2136";

    [LiveCheck("Records.11",
        "the zones of a Knot for each rfc2136 instance of the definition and of the suite's own, while a Service asks for a name in each",
        Disruptive = true)]
    public static async Task SideBySide(LiveCluster live, CancellationToken cancellationToken)
    {
        live.Needs(!DefinedInstances.ServersOf(live.Role).IsEmpty, NoneBeside);
        var (cluster, own) = await PublishingCluster.Of(live, cancellationToken);
        var instances = DefinedInstances.ServedIn(live.Tree.Definition);
        (ZoneServer Server, string Owner, bool Deletes)[] zones =
        [
            (own, cluster.Role, true),
            .. DefinedInstances.ServersOf(live.Role).Zip(instances, (server, instance) =>
                (server, instance.OwnerId?.Text ?? cluster.Role, instance.Policy == DnsPolicy.Sync)),
        ];
        try
        {
            foreach (var (index, (server, _, _)) in zones.Index())
            {
                await cluster.Api.Apply(
                    ResourceKind.Service,
                    new Resource(WantedService.Of(
                        Name(index), Address(index), Ttl, Beside, [ExternalDnsNames.AnnotationPrefix], server.Domain,
                        PublishingCluster.Namespace)),
                    cancellationToken);
            }

            foreach (var (index, (server, owner, _)) in zones.Index())
            {
                await Timed($"the record of {server.Domain} came", () => Eventually.Within(
                    Bar,
                    async token =>
                    {
                        (await server.Ask($"{Beside}.{server.Domain}", RecordType.A, token)).ShouldBe([(Address(index), Ttl)]);
                        (await server.Ask($"a-{Beside}.{server.Domain}", RecordType.TXT, token)).ShouldHaveSingleItem().Text
                            .ShouldContain($"external-dns/owner={owner},");
                    },
                    $"{Beside}.{server.Domain} is {Address(index)}",
                    cancellationToken));
            }
        }
        finally
        {
            foreach (var (index, _) in zones.Index())
            {
                await cluster.Api.Delete(
                    ResourceKind.Service.Named(Name(index), PublishingCluster.Namespace), null, CancellationToken.None);
            }
        }

        foreach (var (server, _, _) in zones.Where(zone => zone.Deletes))
        {
            await Eventually.Within(
                Bar,
                async token => (await server.Ask($"{Beside}.{server.Domain}", RecordType.A, token)).ShouldBeEmpty(),
                $"{Beside}.{server.Domain} is gone",
                cancellationToken);
        }

        static string Name(int index) => $"{Beside}-{index}";

        static string Address(int index) => $"192.0.2.{61 + index}";
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages => [AnotherDomainBeside];

    private static LiveSabotage AnotherDomainBeside => LiveSabotage.Restoring(
        "an instance of the definition with another domain", "Records.11", $"{Beside}.",
        async (cluster, token) =>
        {
            cluster.Needs(!DefinedInstances.ServersOf(cluster.Role).IsEmpty, NoneBeside);
            return (await cluster.Require(FirstDefined(cluster), token)).Parts($"{Pod}.containers")[0];
        },
        (cluster, container, token) =>
        {
            var other = container.Copy();
            other.Document["args"] = new JsonArray([.. container.Texts("args").Select(argument => JsonValue.Create(
                argument.StartsWith("--domain-filter=", StringComparison.Ordinal) ? "--domain-filter=example.org" : argument))]);
            return PutBeside(cluster, other, token);
        },
        PutBeside);

    private static ResourceAddress FirstDefined(LiveCluster cluster) => ResourceKind.Deployment.Named(
        $"{ExternalDnsNames.Name}-{DefinedInstances.ServedIn(cluster.Tree.Definition)
            .First(instance => $"{ExternalDnsNames.Name}-{instance.Name}" != PublishingCluster.Instance).Name}",
        ExternalDnsNames.Namespace);

    private static Task PutBeside(LiveCluster cluster, Resource container, CancellationToken cancellationToken) => cluster.Api.Patch(
        FirstDefined(cluster),
        JsonPath.Patch($"{Pod}.containers", new JsonArray(container.Document.DeepClone())),
        cancellationToken);
}
