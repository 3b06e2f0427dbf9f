using System.Globalization;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>k3s in a container run by hand; its image wants /run and /var/run as tmpfs (rancher/k3s, docker-compose.yml).</summary>
public sealed class ContainerK3sServer(IContainerEngine engine) : IK3sServer
{
    private const int ApiPort = 6443;

    public async Task<string> Start(K3sSpec spec, CancellationToken cancellationToken)
    {
        var container = await engine.Run(
            new ContainerSpec
            {
                Name = spec.Name,
                Image = spec.Image,
                Command = ["server", "--tls-san=127.0.0.1", .. spec.Arguments],
                Labels = spec.Labels,
                Privileged = true,
                TemporaryFileSystems = ["/run", "/var/run"],
                PublishedPorts = [ApiPort],
            },
            cancellationToken);
        var port = container.Ports[string.Create(CultureInfo.InvariantCulture, $"{ApiPort}/tcp")];
        var config = await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var file = await engine.Exec(spec.Name, ["cat", "/etc/rancher/k3s/k3s.yaml"], token);
                return file.Succeeded ? file.Output : throw new NotYetException(file.Error);
            },
            "k3s writes its kubeconfig once its API server has certificates",
            cancellationToken);
        return Reachable(config, port);
    }

    /// <summary>k3s writes its kubeconfig for itself; from outside, its API server is where the engine has published the port.</summary>
    public static string Reachable(string configuration, int port)
    {
        var inside = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{ApiPort}");
        return configuration.Contains(inside, StringComparison.Ordinal)
            ? configuration.Replace(inside, string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}"), StringComparison.Ordinal)
            : throw new InvalidOperationException($"the kubeconfig of k3s does not name {inside}: {configuration}");
    }

    public Task Remove(string name, CancellationToken cancellationToken) => engine.Remove(name, cancellationToken);
}
