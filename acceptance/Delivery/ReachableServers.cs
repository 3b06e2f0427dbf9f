namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// Servers of this process for the cluster's pods, one for each address of this machine: an IPv6-only cluster cannot reach an IPv4 address.
/// </summary>
/// <param name="start">Starts a server at an address, with a folder for its files.</param>
internal sealed class ReachableServers<T>(Func<IPAddress, string, CancellationToken, Task<T>> start) : IAsyncDisposable
    where T : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);

    private readonly Dictionary<IPAddress, T> running = [];

    /// <summary>The server in the cluster's network, started on first use.</summary>
    public async Task<T> For(KubernetesApi api, CancellationToken cancellationToken)
    {
        var address = await AddressFor(api, cancellationToken);
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (!running.TryGetValue(address, out var server))
            {
                server = await start(address, (await RunSession.Current).Session.Folder, cancellationToken);
                running.Add(address, server);
            }

            return server;
        }
        finally
        {
            starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in running.Values)
        {
            await server.DisposeAsync();
        }

        starting.Dispose();
    }

    /// <summary>This machine's address in the network of the cluster's nodes.</summary>
    private static async Task<IPAddress> AddressFor(KubernetesApi api, CancellationToken cancellationToken)
    {
        var node = Nodes.Address((await api.List(ResourceKind.Node, null, null, cancellationToken))[0]);
        using var route = new Socket(node.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await route.ConnectAsync(node, 53, cancellationToken); // sends nothing; the kernel chooses the source address
        return ((IPEndPoint)route.LocalEndPoint!).Address;
    }
}
