namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// The real External-DNS with the arguments of the tree and a real API server (docs/external-dns.md). Skipped where one of the programs is
/// not on this machine.
/// </summary>
internal abstract class ExternalDnsFixture
{
    /// <summary>The program.</summary>
    protected string ExternalDns { get; private set; } = null!;

    protected LocalApiServer Cluster { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        ExternalDns = LocalProgram.Need("external-dns");
        Cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
    }

    /// <summary>After what a fixture above has stopped: the teardown of a derived class comes first.</summary>
    [TearDown]
    public Task RemoveTheServices() => WantedService.RemoveAll(Cluster.Api, CancellationToken.None);

    [OneTimeTearDown]
    public void StopTheApiServer() => Cluster?.Dispose();
}
