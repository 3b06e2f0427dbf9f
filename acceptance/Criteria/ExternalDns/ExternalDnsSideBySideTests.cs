namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Two instances of one cluster: a domain in Knot, and a subdomain in BIND. Skipped without one of the programs.</summary>
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ExternalDnsSideBySideTests : ExternalDnsFixture
{
    private const string Parent = ZoneServer.Zone;
    private const string Child = $"shop.{ZoneServer.Zone}";

    private ZoneServer knot = null!;
    private ZoneServer bind = null!;

    [SetUp]
    public async Task StartTheServers()
    {
        knot = ZoneServer.Of("Knot", domain: Parent);
        bind = ZoneServer.Of("Bind", domain: Child);
        await knot.Start(LocalProgram.Need("knotd"), CancellationToken.None);
        await bind.Start(LocalProgram.Need("named"), CancellationToken.None);
    }

    [TearDown]
    public void StopTheServers()
    {
        knot?.Dispose();
        bind?.Dispose();
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Two_instances_of_one_cluster_write_each_its_own_domain(CancellationToken token) =>
        await WriteTheirOwn(instance => instance, token);

    [Test]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public Task A_missing_domain_exclusion_is_detected_at_the_other_server(CancellationToken token) => SabotageDetection.ShouldBeDetected(
        "a domain that is not excluded", () => WriteTheirOwn(instance => instance.With($"--exclude-domains={Child}"), token),
        "is the other server's");

    private async Task WriteTheirOwn(Func<DeliveredInstance, DeliveredInstance> sabotage, CancellationToken token)
    {
        var instances = DeliveredInstance.AllOf("infra",
            Keys("parent", Parent, $", excludeDomains: [{Child}]", knot), Keys("child", Child, "", bind));
        foreach (var instance in instances)
        {
            await instance.Prepare(Cluster.Api, token);
        }

        using var parent = sabotage(instances[0]).Start(ExternalDns, Cluster, knot.Secret);
        using var child = instances[1].Start(ExternalDns, Cluster, bind.Secret);
        await Wants("one", "192.0.2.1", Parent);
        await Wants("two", "192.0.2.2", Child);
        await Holds(knot, $"one.{Parent}", "192.0.2.1");
        await Holds(bind, $"two.{Child}", "192.0.2.2");
        await Wants("one", "192.0.2.11", Parent);
        await Wants("two", "192.0.2.12", Child);
        await Holds(knot, $"one.{Parent}", "192.0.2.11");
        await Holds(bind, $"two.{Child}", "192.0.2.12");
        await parent.Compares(1, token);
        await child.Compares(1, token);
        (await knot.Ask($"two.{Child}", RecordType.A, token)).ShouldBeEmpty($"two.{Child} is the other server's");
        child.Program.Output.ShouldNotContain($"RR: one.{Parent}", Case.Sensitive, "it is the other server's");
        parent.Program.Output.ShouldNotContain($"RR: two.{Child}", Case.Sensitive, "it is the other server's");

        // One is stopped; the other continues.
        parent.Program.Signal("TERM");
        await Wants("two", "192.0.2.22", Child);
        await Holds(bind, $"two.{Child}", "192.0.2.22");
        await Holds(knot, $"one.{Parent}", "192.0.2.11");

        Task Wants(string name, string address, string zone) => Cluster.Api.Apply(ResourceKind.Service, new Resource(
            WantedService.Of(name, address, null, name, [ExternalDnsNames.AnnotationPrefix], zone)), token);

        Task Holds(ZoneServer server, string name, string address) => Eventually.Within(TimeSpan.FromSeconds(60),
            async probe => (await server.Ask(name, RecordType.A, probe)).ShouldBe([(address, 60)]), $"{name} is {address}", token);
    }

    private static string Keys(string name, string domain, string also, ZoneServer server) =>
        $"{{ name: {name}, provider: rfc2136, policy: sync, domainFilters: [{domain}], interval: 10s{also}, rfc2136: {{ host: " +
            $"127.0.0.1, port: {server.Port}, keyName: {ZoneServer.KeyName} }} }}";
}
