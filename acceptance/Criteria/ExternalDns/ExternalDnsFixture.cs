namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// The real External-DNS with the tree's arguments and a real API server (docs/external-dns.md). Skipped without one of the programs.
/// </summary>
internal abstract class ExternalDnsFixture
{
    protected const string AnnotationPrefix = ExternalDnsNames.AnnotationPrefix;

    /// <summary>The path of External-DNS.</summary>
    protected string ExternalDns { get; private set; } = null!;

    protected LocalApiServer Cluster { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        ExternalDns = LocalProgram.Need("external-dns");
        Cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
    }

    /// <summary>After the teardown of derived classes, which stop their programs.</summary>
    [TearDown]
    public Task RemoveTheServices() => WantedService.RemoveAll(Cluster.Api, CancellationToken.None);

    /// <summary>Applies a Service that requests a name; without an address for an alias.</summary>
    protected async Task Wants(string name, string? address, CancellationToken token, int? ttl = null, string prefix = AnnotationPrefix,
        string? hostname = null, string? also = null)
    {
        var service = WantedService.Of(name, address, ttl, hostname ?? name, new[] { prefix, also }.OfType<string>());
        await Cluster.Api.Apply(ResourceKind.Service, new Resource(service), token);
    }

    protected Task Unwanted(string name, CancellationToken token) =>
        Cluster.Api.Delete(ResourceKind.Service.Named(name, "default"), null, token);

    [OneTimeTearDown]
    public void StopTheApiServer() => Cluster?.Dispose();
}
