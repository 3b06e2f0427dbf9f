using PlatformGitOps.Acceptance.Ports;
using Testcontainers.K3s;

namespace PlatformGitOps.Acceptance.Adapters;

public sealed class TestcontainersK3sServer : IK3sServer
{
    private readonly Dictionary<string, K3sContainer> servers = [];

    public async Task<string> Start(K3sSpec spec, CancellationToken cancellationToken)
    {
        // The builder's own command, `server --disable=traefik`, comes first; a flag that stands twice does no harm.
        var server = new K3sBuilder(spec.Image)
            .WithName(spec.Name)
            .WithLabel(spec.Labels)
            .WithCommand([.. spec.Arguments])
            .WithCleanUp(false) // the suite's own reaper knows the container by its label
            .Build();
        servers[spec.Name] = server;
        await server.StartAsync(cancellationToken);
        return await server.GetKubeconfigAsync();
    }

    public async Task Remove(string name, CancellationToken cancellationToken)
    {
        if (servers.Remove(name, out var server))
        {
            await server.DisposeAsync();
        }
    }
}
