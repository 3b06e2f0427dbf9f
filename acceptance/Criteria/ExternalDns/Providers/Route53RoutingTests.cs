using System.Collections.Immutable;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// Geographic routing in a cloud (docs/geo-routing.md): two clusters with External-DNS each write a record of one name to Route 53, with
/// the page's annotations. The stand-in accepts and refuses the same as Route 53.
/// </summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class Route53RoutingTests() : StandInFixture<Route53StandIn>(() => new Route53StandIn())
{
    /// <summary>The annotation prefix of the second cluster, so that both can use one API server.</summary>
    private const string Other = "other.example.org/";

    private static IEnumerable<TestCaseData> Policies()
    {
        yield return Case("latency", "aws-region=eu-central-1", "Region=eu-central-1", "aws-region=us-east-1", "Region=us-east-1");
        yield return Case("failover",
            "aws-failover=PRIMARY aws-health-check-id=check-1", "Failover=PRIMARY HealthCheckId=check-1",
            "aws-failover=SECONDARY", "Failover=SECONDARY");
        yield return Case("weighted",
            "aws-weight=10 aws-health-check-id=check-1", "HealthCheckId=check-1 Weight=10", "aws-weight=30", "Weight=30");
        yield return Case("nearest by place",
            "aws-geolocation-continent-code=EU", "GeoLocation.ContinentCode=EU",
            "aws-geolocation-country-code=*", "GeoLocation.CountryCode=*");
    }

    [TestCaseSource(nameof(Policies))]
    [CancelAfter(300_000)]
    public async Task Each_cluster_writes_its_record_of_the_name_with_its_routing(
        string here, string wantedHere, string there, string wantedThere, CancellationToken token)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "geo-routing.md"), token);
        foreach (var (annotation, _) in Annotations($"{here} {there}"))
        {
            page.ShouldContain($"`{annotation}", customMessage: "the page names each annotation");
        }

        using var infra = await Run("infra", ExternalDnsNames.AnnotationPrefix, token);
        using var apps = await Run("apps", Other, token);
        await Wants("api-eu", "192.0.2.1", ExternalDnsNames.AnnotationPrefix, $"set-identifier=eu {here}", token);
        await Wants("api-us", "192.0.2.2", Other, $"set-identifier=us {there}", token);
        (string, string, string)[] both = [("eu", "192.0.2.1", wantedHere), ("us", "192.0.2.2", wantedThere)];
        await Holds("A", both, token);
        await Holds("TXT", [("eu", "infra", wantedHere), ("us", "apps", wantedThere)], token);
        var changes = StandIn.Changes;
        await infra.Compares(2, token);
        await apps.Compares(2, token);
        StandIn.Changes.ShouldBe(changes, "the zone was written to again without a change");

        await Unwanted("api-eu", token);
        await Holds("A", both[1..], token);
        await Holds("TXT", [("us", "apps", wantedThere)], token);
        StandIn.Refused.ShouldBeEmpty();
        StandIn.PrivateRecords.ShouldBe(0, "zoneType is public");
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        const string Latency = "set-identifier=eu aws-region=eu-central-1";
        static DeliveredInstance Same(DeliveredInstance instance) => instance;
        yield return Sabotage("no set identifier", Same, "aws-region=eu-central-1", "a set identifier and a routing go together");
        yield return Sabotage("two ways of routing", Same, $"{Latency} aws-weight=1", "it is routed in two ways");
        yield return Sabotage("a primary without a health check", Same, "set-identifier=eu aws-failover=PRIMARY",
            "a primary that is not an alias has no health check");
        yield return Sabotage("no routing", Same, "set-identifier=eu", "a set identifier and a routing go together");
        yield return Sabotage("annotations with a prefix that nobody reads",
            instance => instance.With($"--annotation-prefix={ExternalDnsNames.AnnotationPrefix}", $"--annotation-prefix={Other}"),
            Latency, null);
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task A_sabotage_is_detected(
        Func<DeliveredInstance, DeliveredInstance> sabotage, string annotations, string? refused, CancellationToken token)
    {
        using var instance = await Run("infra", ExternalDnsNames.AnnotationPrefix, token, sabotage);
        await Wants("api-eu", "192.0.2.1", ExternalDnsNames.AnnotationPrefix, annotations, token);
        if (refused is null)
        {
            await instance.Compares(2, token);
        }
        else
        {
            await Eventually.Within(TimeSpan.FromSeconds(60),
                () => StandIn.Refused.ShouldContain(message => message.Contains(refused)),
                "Route 53 refuses the record", token);
        }

        Should.Throw<ShouldAssertException>(() => Holds("A", [("eu", "192.0.2.1", "Region=eu-central-1")]));
    }

    [Test]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task Without_the_type_of_zone_the_private_zone_is_written_to(CancellationToken token)
    {
        using var instance = await Run("infra", ExternalDnsNames.AnnotationPrefix, token,
            instance => instance.With("--aws-zone-type=public"));
        await Wants("api-eu", "192.0.2.1", ExternalDnsNames.AnnotationPrefix, "", token);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () => StandIn.PrivateRecords.ShouldBeGreaterThan(0),
            "it writes to both zones", token);
    }

    private static TestCaseData Case(string policy, params string[] parts) =>
        new TestCaseData([.. parts.Cast<object>()]).SetArgDisplayNames(policy);

    private static TestCaseData Sabotage(
        string name, Func<DeliveredInstance, DeliveredInstance> change, string annotations, string? refused) =>
        new TestCaseData(change, annotations, refused).SetArgDisplayNames(name);

    private Task<RunningInstance> Run(
        string name, string prefix, CancellationToken token, Func<DeliveredInstance, DeliveredInstance>? sabotage = null)
    {
        var instance = Instance(name, $"annotationPrefix: {prefix}, ");
        return Run(sabotage?.Invoke(instance) ?? instance, token);
    }

    private async Task Wants(
        string name, string address, string prefix, string annotations, CancellationToken token)
    {
        var service = WantedService.Of(name, address, null, "api", [prefix]);
        foreach (var (annotation, value) in Annotations(annotations))
        {
            service["metadata"]!["annotations"]![prefix + annotation] = (JsonNode)value;
        }

        await Cluster.Api.Apply(ResourceKind.Service, new Resource(service), token);
    }

    /// <summary>Waits until the name has exactly these records: set identifier, address or owner, routing.</summary>
    private Task Holds(string type, (string Id, string Value, string Routing)[] expected, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        () => Holds(type, expected),
        $"the name's records are {string.Join(' ', expected)}",
        token);

    private void Holds(string type, (string Id, string Value, string Routing)[] expected) => StandIn.Records
        .Where(record => record.Type == type && record.Name == (type == "TXT" ? $"a-api.{Zone}" : $"api.{Zone}"))
        .Select(record =>
        {
            var routing = record.Routing ?? ImmutableSortedDictionary<string, string>.Empty;
            return (routing.GetValueOrDefault("SetIdentifier", ""), type == "TXT" ? Owner(record.Values[0]) : record.Values[0],
                Text(routing.Where(part => part.Key != "SetIdentifier").Select(part => (part.Key, part.Value))));
        })
        .Order().ToArray()
        .ShouldBe(expected, $"{type} of api.{Zone}");

    private static IEnumerable<(string Name, string Value)> Annotations(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=')).Select(part => (part[0], part[1]));

    private static string Owner(string text) =>
        text.Split(',').Single(part => part.StartsWith("external-dns/owner=", StringComparison.Ordinal)).Split('=')[1];

    private static string Text(IEnumerable<(string Name, string Value)> routing) =>
        string.Join(' ', routing.Select(part => $"{part.Name}={part.Value}"));
}
