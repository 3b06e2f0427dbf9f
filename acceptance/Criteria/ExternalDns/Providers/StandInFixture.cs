namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>Adds a stand-in for a provider's API.</summary>
internal abstract class StandInFixture<TStandIn>(Func<TStandIn> make) : ExternalDnsFixture
    where TStandIn : ProviderStandIn
{
    protected const string Zone = ProviderStandIn.Zone;

    /// <summary>A new one for each test.</summary>
    protected TStandIn StandIn { get; private set; } = null!;

    [SetUp]
    public async Task StartTheStandIn()
    {
        StandIn = make();
        await StandIn.Start(CancellationToken.None);
    }

    [TearDown]
    public async Task StopTheStandIn() => await StandIn.DisposeAsync();

    /// <param name="name">The cluster's name.</param>
    /// <param name="also">Keys of the instance, each with a trailing comma.</param>
    /// <param name="policy">Its policy.</param>
    protected DeliveredInstance Instance(string name = "infra", string also = "", string policy = "sync") => DeliveredInstance.Of(name,
        $"{{ name: own, provider: {StandIn.Provider}, policy: {policy}, domainFilters: [{Zone}], interval: 10s, {also}{StandIn.Keys} }}");

    /// <summary>Runs an instance; skips the test if the program was built without the provider.</summary>
    /// <param name="instance">The instance, possibly with a sabotage.</param>
    /// <param name="secret">The Secret; by default the stand-in's.</param>
    protected async Task<RunningInstance> Run(
        DeliveredInstance instance, CancellationToken token, IReadOnlyDictionary<string, string>? secret = null)
    {
        await instance.Prepare(Cluster.Api, token);
        var running = await instance.Start(
            ExternalDns, Cluster.ConfigOf(instance.ServiceAccount), secret ?? StandIn.Secret, StandIn.Endpoint, token);
        await StandIn.IsAskedBy(running, token);
        return running;
    }
}
