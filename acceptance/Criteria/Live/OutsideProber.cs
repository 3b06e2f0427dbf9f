using DotNet.Testcontainers.Containers;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A prober that is neither node nor pod: a container in the nodes' network, which reaches them but not the pods.</summary>
public sealed class OutsideProber : IAsyncDisposable
{
    private readonly ContainerEngine engine;
    private readonly IContainer container;

    private OutsideProber(ContainerEngine engine, IContainer container) => (this.engine, this.container) = (engine, container);

    /// <summary>Starts one; null if the nodes are not containers on this machine.</summary>
    public static async Task<OutsideProber?> Beside(LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (!cluster.Cluster.Capabilities.NodesAreContainers)
        {
            return null;
        }

        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var run = await RunSession.Current;
        var container = (await ContainerEngine.Container(SuiteSettings.Current.ProberImage, cancellationToken))
            .WithName($"{cluster.Cluster.Name}-outside-prober-{run.Session.Id}")
            .WithCommand("wait")
            .WithNetwork(await OutsideClient.Network(cluster, nodes[0], cancellationToken))
            .Build();
        var prober = new OutsideProber(cluster.Engine, container);
        try
        {
            await container.StartAsync(cancellationToken);
            return prober;
        }
        catch
        {
            // It may not have a name yet.
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Queries the server over UDP or TCP.</summary>
    public async Task<DnsAnswer> Asks(string name, string via, IPEndPoint server, CancellationToken cancellationToken)
    {
        var result = await container.ExecAsync(
            ["/prober", "resolve", name, "--via", via, "--server", server.ToString()], cancellationToken);
        return Ask.Read(result.Stdout) is [var answer]
            ? answer
            : throw new NotYetException($"a container beside the nodes could not query {name} at {server}: {result.Stderr}");
    }

    public async ValueTask DisposeAsync() => await engine.Remove(container.Name.TrimStart('/'), CancellationToken.None);
}
