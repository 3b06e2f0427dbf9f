using System.Globalization;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Apps.ExternalDns;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// The real External-DNS with the arguments, variables and files of the tree, against a real API server and a stand-in of each provider's
/// API (docs/external-dns.md). Skipped where a program is not on this machine or was built without the provider.
/// </summary>
[TestFixture("aws")]
[TestFixture("cloudflare")]
[TestFixture("webhook")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ProviderZoneTests(string provider)
{
    private const string Zone = ProviderStandIn.Zone;

    private LocalApiServer cluster = null!;
    private ProviderStandIn standIn = null!;
    private string externalDns = null!;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        externalDns = LocalProgram.Need("external-dns");
        cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
    }

    [SetUp]
    public async Task StartTheStandIn()
    {
        standIn = ProviderStandIn.Of(provider);
        await standIn.Start(CancellationToken.None);
    }

    [TearDown]
    public async Task RemoveTheServicesAndTheStandIn()
    {
        await WantedService.RemoveAll(cluster.Api, CancellationToken.None);

        await standIn.DisposeAsync();
    }

    [OneTimeTearDown]
    public void StopTheApiServer() => cluster?.Dispose();

    [Test]
    [CancelAfter(300_000)]
    public async Task Records_are_created_changed_and_deleted_and_not_written_again(CancellationToken token)
    {
        using var instance = await Run(Instance(), token);
        await Wants("one", "192.0.2.1", token, ttl: 120);
        await Wants("alias", null, token);
        await Holds("one", "A", ["192.0.2.1"], 120, token);
        await Holds("alias", "CNAME", ["target.example.net"], 60, token);
        await Eventually.Within(TimeSpan.FromSeconds(30),
            _ =>
            {
                standIn.Records.ShouldContain(record => record.Name == $"a-one.{Zone}" && record.Type == "TXT"
                    && record.Values[0].Contains("external-dns/owner=infra,", StringComparison.Ordinal));
                return Task.CompletedTask;
            },
            "the record names its owner", token);
        var changes = standIn.Changes;
        await instance.Compares(2, token);
        standIn.Changes.ShouldBe(changes, "the zone was written to again without a change");

        await Wants("one", "192.0.2.11", token, ttl: 120);
        await Holds("one", "A", ["192.0.2.11"], 120, token);
        foreach (var name in new[] { "one", "alias" })
        {
            await cluster.Api.Delete(ResourceKind.Service.Named(name, "default"), null, token);
        }

        await Holds("one", "A", [], 0, token);
        await Holds("alias", "CNAME", [], 0, token);
        await Holds("a-one", "TXT", [], 0, token);
        await Holds("cname-alias", "TXT", [], 0, token);
        await Holds("foreign", "A", [ZoneServer.ForeignAddress], null, token);
        standIn.Unknown.ShouldBe(0);
        standIn.Refused.ShouldBeEmpty();
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Records_of_nobody_and_of_another_owner_are_left_alone(CancellationToken token)
    {
        using var instance = await Run(Instance(), token);
        await LeavesOthersAlone(instance, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Wrong_credentials_write_nothing_and_are_printed_nowhere(CancellationToken token)
    {
        if (standIn.Secret.Count == 0)
        {
            Assert.Ignore($"{provider} has no credentials");
        }

        var wrong = standIn.Secret.ToDictionary(pair => pair.Key, pair => new string([.. pair.Value.Reverse()]));
        await Wants("one", "192.0.2.1", token);
        using var instance = await Run(Instance(), token, wrong);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            _ =>
            {
                standIn.Unknown.ShouldBeGreaterThan(0);
                instance.Program.Output.ShouldMatch("SignatureDoesNotMatch|Invalid API token");
                return Task.CompletedTask;
            },
            "the log names the refusal", token);
        standIn.Changes.ShouldBe(0);
        foreach (var value in wrong.Where(pair => !pair.Key.EndsWith("-id", StringComparison.Ordinal)).Select(pair => pair.Value))
        {
            instance.Program.Output.ShouldNotContain(value);
        }
    }

    /// <summary>Why lint refuses it: External-DNS misses a record with the set identifier, and replaces the one that is there.</summary>
    [Test]
    [CancelAfter(300_000)]
    public async Task A_set_identifier_is_not_for_Cloudflare(CancellationToken token)
    {
        using var instance = await Run(Instance(), token);
        var service = WantedService.Of("api-eu", "192.0.2.1", null, "api", [ExternalDnsNames.AnnotationPrefix]);
        service["metadata"]!["annotations"]![ExternalDnsNames.AnnotationPrefix + "set-identifier"] = "eu";
        service["metadata"]!["annotations"]![ExternalDnsNames.AnnotationPrefix + "aws-weight"] = "10";
        await cluster.Api.Apply(ResourceKind.Service, new Resource(service), token);
        await Holds("api", "A", ["192.0.2.1"], 60, token);
        await instance.Compares(3, token, "reconcile");
        (standIn.Changes > 1).ShouldBe(standIn is CloudflareStandIn, $"changes: {standIn.Changes}");
        standIn.Refused.ShouldBeEmpty();
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        yield return new TestCaseData(
            "no ownership", (DeliveredInstance instance) => instance.With("--registry=txt", "--registry=noop"));
        yield return new TestCaseData(
            "the id of another owner", (DeliveredInstance instance) => instance.With("--txt-owner-id=infra", "--txt-owner-id=other"));
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task A_sabotage_is_noticed(string name, Func<DeliveredInstance, DeliveredInstance> sabotage, CancellationToken token)
    {
        using var instance = await Run(sabotage(Instance()), token);
        string? noticed = null;
        try
        {
            await LeavesOthersAlone(instance, token);
        }
        catch (ShouldAssertException exception)
        {
            noticed = exception.Message;
        }

        noticed.ShouldNotBeNull($"'{name}' was not noticed").ShouldContain("another owner's");
    }

    private async Task LeavesOthersAlone(RunningInstance instance, CancellationToken token)
    {
        await Wants("foreign", "192.0.2.3", token);
        await Wants("owned", "192.0.2.4", token);
        await Wants("marker", "192.0.2.5", token);
        await Holds("marker", "A", ["192.0.2.5"], 60, token);
        await instance.Compares(2, token);
        foreach (var (name, address) in new[] { ("foreign", ZoneServer.ForeignAddress), ("owned", ZoneServer.OwnedAddress) })
        {
            standIn.Records.Where(record => record.Name == $"{name}.{Zone}").Select(record => (string.Join(' ', record.Values), record.Ttl))
                .ShouldBe([(address, ZoneServer.ForeignTtl)], $"{name} is another owner's");
        }

        standIn.Records.ShouldNotContain(record => record.Name == $"a-foreign.{Zone}", "foreign is claimed");
        standIn.Records.ShouldContain(record => record.Name == $"a-owned.{Zone}"
            && record.Values[0].Contains("external-dns/owner=other,", StringComparison.Ordinal));
    }

    private DeliveredInstance Instance()
    {
        var instance = DeliveredInstance.Of("infra",
            $"{{ name: own, provider: {provider}, policy: sync, domainFilters: [{Zone}], interval: 10s, {standIn.Keys} }}");
        return standIn is WebhookStandIn webhook
            ? instance.With("--webhook-provider-url=http://localhost:8888", webhook.Argument)
            : instance;
    }

    private async Task<RunningInstance> Run(
        DeliveredInstance instance, CancellationToken token, IReadOnlyDictionary<string, string>? secret = null)
    {
        await instance.Prepare(cluster.Api, token);
        var running = await instance.Start(
            externalDns, cluster.ConfigOf(instance.ServiceAccount), secret ?? standIn.Secret, standIn.Endpoint, token);
        await standIn.IsAskedBy(running, token);
        return running;
    }

    private async Task Wants(string name, string? address, CancellationToken token, int? ttl = null) => await cluster.Api.Apply(
        ResourceKind.Service, new Resource(WantedService.Of(name, address, ttl, name, [ExternalDnsNames.AnnotationPrefix])), token);

    /// <summary>The zone comes to hold exactly these values.</summary>
    private Task Holds(string name, string type, string[] expected, int? ttl, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        _ =>
        {
            var records = standIn.Records.Where(record => record.Name == $"{name}.{Zone}" && record.Type == type).ToArray();
            records.SelectMany(record => record.Values).Select(value => value.TrimEnd('.')).ShouldBe(expected);
            if (ttl is { } wanted && expected.Length > 0)
            {
                records[0].Ttl.ShouldBe(standIn.Kept(wanted));
            }

            return Task.CompletedTask;
        },
        string.Create(CultureInfo.InvariantCulture, $"{name} is {(expected.Length == 0 ? "gone" : string.Join(' ', expected))}"),
        token);
}
