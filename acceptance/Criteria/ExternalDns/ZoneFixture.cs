namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Adds a real authoritative server to External-DNS.</summary>
internal abstract class ZoneFixture(string kind) : ExternalDnsFixture
{
    /// <summary>A new one for each test.</summary>
    protected ZoneServer Server { get; set; } = null!;

    /// <summary>The path of the program of <see cref="Server"/>.</summary>
    protected string Named { get; private set; } = null!;

    [OneTimeSetUp]
    public void FindTheServer() => Named = LocalProgram.Need(ZoneServer.ProgramOf(kind));

    [SetUp]
    public async Task StartTheServer() => Server = await Started(transfers: true);

    [TearDown]
    public void StopTheServer() => Server?.Dispose();

    /// <param name="name">The cluster's name.</param>
    /// <param name="also">Keys of the instance, with a leading comma.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="keyName">The name of its TSIG key.</param>
    /// <param name="server">Keys in rfc2136, with a leading comma.</param>
    /// <param name="own">The instance's name.</param>
    protected DeliveredInstance Instance(
        string name, string also = "", string policy = "sync", string keyName = ZoneServer.KeyName, string server = "",
        string own = "own") =>
        DeliveredInstance.Of(name,
            $"{{ name: {own}, provider: rfc2136, policy: {policy}, domainFilters: [{ZoneServer.Zone}], interval: 10s{also}, rfc2136: {{ " +
                $"host: 127.0.0.1, port: {Server.Port}, keyName: {keyName}{server} }} }}");

    protected async Task<RunningInstance> Run(DeliveredInstance instance, CancellationToken token, string? secret = null)
    {
        await instance.Prepare(Cluster.Api, token);
        return instance.Start(ExternalDns, Cluster, secret ?? Server.Secret);
    }

    protected async Task<ZoneServer> Started(bool transfers)
    {
        var started = ZoneServer.Of(kind, transfers);
        await started.Start(Named, CancellationToken.None);
        return started;
    }

    /// <summary>Waits until the zone has exactly these records.</summary>
    protected Task Holds(string name, RecordType type, string[] expected, int ttl, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async probe => (await Server.Ask($"{name}.{ZoneServer.Zone}", type, probe)).ShouldBe(expected.Select(text => (text, ttl))),
        $"{name} is {(expected.Length == 0 ? "gone" : string.Join(' ', expected))}",
        token);

    protected Task Owner(string name, string owner, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async probe => (await Server.Ask($"{name}.{ZoneServer.Zone}", RecordType.TXT, probe))
            .ShouldContain(record => record.Text.Contains($"external-dns/owner={owner},")),
        $"{name} names the owner {owner}",
        token);
}
