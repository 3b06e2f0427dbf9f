using System.Globalization;
using System.Net.Sockets;
using Docker.DotNet;
using Docker.DotNet.Models;
using PlatformGitOps.Acceptance.Ports;
using ContainerSpec = PlatformGitOps.Acceptance.Ports.ContainerSpec;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The engine's own interface; DOCKER_HOST and DOCKER_API_VERSION are read as the docker command reads them.</summary>
public sealed class DockerNetEngine : IContainerEngine
{
    private readonly Lazy<DockerClient> client = new(Connect);

    private DockerClient Docker => client.Value;

    public async Task<string> Version(CancellationToken cancellationToken)
    {
        try
        {
            return (await Docker.System.GetVersionAsync(cancellationToken)).Version;
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public async Task<Container> Run(ContainerSpec spec, CancellationToken cancellationToken)
    {
        var created = await Docker.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Name = spec.Name,
                Image = spec.Image,
                Cmd = [.. spec.Command],
                Env = [.. spec.Environment.Select(variable => $"{variable.Key}={variable.Value}")],
                Labels = new Dictionary<string, string>(spec.Labels),
                ExposedPorts = spec.PublishedPorts.ToDictionary(Tcp, _ => default(EmptyStruct)),
                HostConfig = new HostConfig
                {
                    Privileged = spec.Privileged,
                    NetworkMode = spec.Network ?? "default",
                    Binds = [.. spec.Mounts.Select(mount => $"{mount.Key}:{mount.Value}:ro")],
                    Tmpfs = spec.TemporaryFileSystems.ToDictionary(path => path, _ => ""),
                    PortBindings = spec.PublishedPorts.ToDictionary(
                        Tcp, _ => (IList<PortBinding>)[new PortBinding { HostIP = "127.0.0.1", HostPort = "" }]),
                },
            },
            cancellationToken);
        await Docker.Containers.StartContainerAsync(created.ID, cancellationToken: cancellationToken);
        return await Find(spec.Name, cancellationToken)
            ?? throw new InvalidOperationException($"the container {spec.Name} was gone as soon as it had started");
    }

    public async Task<Container?> Find(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = Read(await Docker.Containers.InspectContainerAsync(name, cancellationToken));
            return found.Name == name ? found : null; // the engine takes the beginning of an id for a name
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Container>> List(string label, string value, CancellationToken cancellationToken)
    {
        var listed = await Docker.Containers.ListContainersAsync(
            new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"{label}={value}"] = true } },
            },
            cancellationToken);
        var found = new List<Container>();
        foreach (var name in listed.Select(container => container.Names[0].TrimStart('/')))
        {
            if (await Find(name, cancellationToken) is { } container)
            {
                found.Add(container);
            }
        }

        return found;
    }

    public async Task<CommandResult> Exec(string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var exec = await Docker.Exec.CreateContainerExecAsync(
            container, new ContainerExecCreateParameters { Cmd = [.. command], AttachStdout = true, AttachStderr = true }, cancellationToken);
        using var streams = await Docker.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters(), cancellationToken);
        var (output, error) = await streams.ReadOutputToEndAsync(cancellationToken);
        var ended = await Docker.Exec.InspectContainerExecAsync(exec.ID, cancellationToken);
        return new CommandResult((int)(ended.ExitCode ?? -1), output, error, TimeProvider.System.GetElapsedTime(started));
    }

    public async Task<string> Logs(string container, CancellationToken cancellationToken)
    {
        using var streams = await Docker.Containers.GetContainerLogsAsync(
            container, new ContainerLogsParameters { ShowStdout = true, ShowStderr = true }, cancellationToken);
        var (output, error) = await streams.ReadOutputToEndAsync(cancellationToken);
        return output + error;
    }

    public Task Start(string container, CancellationToken cancellationToken) =>
        Docker.Containers.StartContainerAsync(container, cancellationToken: cancellationToken);

    public Task Stop(string container, CancellationToken cancellationToken) =>
        Docker.Containers.StopContainerAsync(container, new ContainerStopParameters(), cancellationToken);

    public Task Kill(string container, CancellationToken cancellationToken) =>
        Docker.Containers.KillContainerAsync(container, new ContainerKillParameters { Signal = "SIGKILL" }, cancellationToken);

    public async Task Remove(string container, CancellationToken cancellationToken)
    {
        try
        {
            await Docker.Containers.RemoveContainerAsync(
                container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken);
        }
        catch (DockerContainerNotFoundException)
        {
            // Gone already is what was asked for.
        }
    }

    public async Task<string?> ImageId(string image, CancellationToken cancellationToken)
    {
        try
        {
            return (await Docker.Images.InspectImageAsync(image, cancellationToken)).ID;
        }
        catch (DockerImageNotFoundException)
        {
            return null;
        }
    }

    public Task CreateNetwork(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        Docker.Networks.CreateNetworkAsync(
            new NetworksCreateParameters { Name = name, Labels = new Dictionary<string, string>(labels) }, cancellationToken);

    public async Task RemoveNetwork(string name, CancellationToken cancellationToken)
    {
        if (await HasNetwork(name, cancellationToken))
        {
            await Docker.Networks.DeleteNetworkAsync(name, cancellationToken);
        }
    }

    public async Task<bool> HasNetwork(string name, CancellationToken cancellationToken) =>
        (await Docker.Networks.ListNetworksAsync(cancellationToken: cancellationToken)).Any(network => network.Name == name);

    private static DockerClient Connect()
    {
        var builder = new DockerClientBuilder();
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host)
        {
            builder = builder.WithEndpoint(new Uri(host));
        }

        if (Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is { Length: > 0 } version)
        {
            builder = builder.WithApiVersion(System.Version.Parse(version));
        }

        return builder.Build();
    }

    private static Container Read(ContainerInspectResponse container) => new(
        container.ID,
        container.Name.TrimStart('/'),
        container.Config?.Image ?? container.Image,
        container.State?.Running ?? false,
        (container.Config?.Labels ?? new Dictionary<string, string>()).AsReadOnly(),
        (container.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>())
            .Where(network => network.Value.IPAddress?.ToString() is { Length: > 0 })
            .ToDictionary(network => network.Key, network => network.Value.IPAddress!.ToString()),
        (container.NetworkSettings?.Ports ?? new Dictionary<string, IList<PortBinding>>())
            .Where(port => port.Value is { Count: > 0 })
            .ToDictionary(port => port.Key, port => int.Parse(port.Value[0].HostPort, CultureInfo.InvariantCulture)));

    private static string Tcp(int port) => string.Create(CultureInfo.InvariantCulture, $"{port}/tcp");
}
