using Docker.DotNet;
using Docker.DotNet.Handler.Abstractions;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Images;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.K3s;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>The result of a program in a container or a pod.</summary>
public sealed record ExecResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>
/// The container engine for kind and k3s. Docker.DotNet does the work; the methods here are for what needs several calls.
/// </summary>
public sealed class ContainerEngine
{
    private const string Archive = "/image.tar"; // not below /run or /tmp, where k3s may have file systems of its own
    private readonly Lazy<DockerClient> client = new(() => DockerEndpoint.Current.GetDockerClientBuilder(Guid.Empty).Build());

    /// <summary>The package's client, for everything that needs one call.</summary>
    public DockerClient Docker => client.Value;

    /// <summary>A builder for a container of this run; the image must be on this machine.</summary>
    public static async Task<ContainerBuilder> Container(string image, CancellationToken cancellationToken) =>
        new ContainerBuilder(image)
            .WithDockerEndpoint(DockerEndpoint.Current)
            .WithLabel(await Labels(cancellationToken))
            .WithImagePullPolicy(PullPolicy.Never)
            .WithLogger(NullLogger.Instance)
            .WithCleanUp(false); // the suite's own reaper knows the container by its label

    /// <summary>A builder for a k3s server of this run, without its arguments.</summary>
    public static async Task<K3sBuilder> K3s(string image, CancellationToken cancellationToken) =>
        new K3sBuilder(image)
            .WithDockerEndpoint(DockerEndpoint.Current)
            .WithLabel(await Labels(cancellationToken))
            .WithLogger(NullLogger.Instance)
            .WithCleanUp(false);

    /// <summary>The engine's version, or why no engine answers.</summary>
    public async Task<(string? Version, string? Problem)> Version(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return ((await Docker.System.GetVersionAsync(either.Token)).Version, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {limit.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Sockets, TLS, an unreadable Docker configuration: each is a reason without an engine.
            return (null, exception.GetBaseException().Message);
        }
    }

    /// <summary>The container with exactly this name, running or not; null if it does not exist.</summary>
    public async Task<ContainerInspectResponse?> Find(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Docker.Containers.InspectContainerAsync(name, cancellationToken);
            return found.Name.TrimStart('/') == name ? found : null; // the engine also takes the beginning of an id
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The names of all containers with this label, running or not.</summary>
    public async Task<IReadOnlyList<string>> Labelled(string label, string value, CancellationToken cancellationToken)
    {
        var filter = new Dictionary<string, bool> { [$"{label}={value}"] = true };
        var listed = await Docker.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = filter } },
            cancellationToken);
        return [.. listed.Select(container => container.Names[0].TrimStart('/'))];
    }

    /// <summary>Runs a program in a container; the result includes its exit code.</summary>
    public async Task<ExecResult> Exec(string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var exec = await Docker.Exec.CreateContainerExecAsync(
            container,
            new ContainerExecCreateParameters { Cmd = [.. command], AttachStdout = true, AttachStderr = true },
            cancellationToken);
        using var streams = await Docker.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters(), cancellationToken);
        var (output, error) = await streams.ReadOutputToEndAsync(cancellationToken);
        var ended = await Docker.Exec.InspectContainerExecAsync(exec.ID, cancellationToken);
        return new ExecResult((int)(ended.ExitCode ?? -1), output, error);
    }

    public Task Start(string container, CancellationToken cancellationToken) =>
        Docker.Containers.StartContainerAsync(container, new ContainerStartParameters(), cancellationToken);

    /// <summary>Stops the container gracefully, like a node shutdown.</summary>
    public Task Stop(string container, CancellationToken cancellationToken) =>
        Docker.Containers.StopContainerAsync(container, new ContainerStopParameters(), cancellationToken);

    /// <summary>Kills the container, like a power cut.</summary>
    public Task Kill(string container, CancellationToken cancellationToken) =>
        Docker.Containers.KillContainerAsync(container, new ContainerKillParameters { Signal = "SIGKILL" }, cancellationToken);

    /// <summary>Removes the container with its anonymous volumes, running or not; a missing one is not an error.</summary>
    public async Task Remove(string container, CancellationToken cancellationToken)
    {
        try
        {
            await Docker.Containers.RemoveContainerAsync(
                container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken);
        }
        catch (DockerContainerNotFoundException)
        {
            // It does not exist, as intended.
        }
    }

    /// <summary>
    /// The digest of the image's content (<c>sha256:...</c>), which a rebuild changes; null if the image is not on this machine.
    /// </summary>
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

    /// <summary>Loads an image from this machine into the nodes of a cluster that the suite created; no registry has it.</summary>
    /// <param name="kind">The kind of cluster; nodes of an existing one pull from the setting's registry.</param>
    public Task Load(string image, string kind, string cluster, CancellationToken cancellationToken) => kind switch
    {
        "kind" => Cli.Wrap("kind").WithArguments(["load", "docker-image", image, "--name", cluster])
            .ExecuteBufferedAsync(cancellationToken),
        "k3s" => Import(cluster, image, cancellationToken),
        _ => Task.CompletedTask,
    };

    /// <summary>The same as kind: saves, copies and imports the image for the kubelet.</summary>
    private async Task Import(string container, string image, CancellationToken cancellationToken)
    {
        var file = Path.Combine((await RunSession.Current).Session.Folder, $"{Guid.NewGuid():n}.tar");
        await Cli.Wrap("docker").WithArguments(["save", "--output", file, image]).ExecuteBufferedAsync(cancellationToken);
        await Cli.Wrap("docker").WithArguments(["cp", file, $"{container}:{Archive}"]).ExecuteBufferedAsync(cancellationToken);
        File.Delete(file);
        foreach (var step in new string[][] { ["ctr", "--namespace", "k8s.io", "images", "import", Archive], ["rm", Archive] })
        {
            var result = await Exec(container, step, cancellationToken);
            if (!result.Succeeded)
            {
                throw new IOException(
                    $"{container}: `{string.Join(' ', step)}` ended with exit code {result.ExitCode}: {result.Error.Trim()}");
            }
        }
    }

    /// <summary>Writes the ledger first: the reaper only removes containers with this label that the ledger lists.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> Labels(CancellationToken cancellationToken)
    {
        var run = await RunSession.Current.WaitAsync(cancellationToken);
        run.Session.WillMakeContainers();
        return run.Labels;
    }
}

/// <summary>
/// The engine of a run, found like the docker command does: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default socket.
/// Testcontainers gets this endpoint, because it would try another local engine if DOCKER_HOST does not answer.
/// </summary>
public sealed class DockerEndpoint : IDockerEndpointAuthenticationConfiguration
{
    private DockerEndpoint()
    {
    }

    public static DockerEndpoint Current { get; } = new();

    public Uri Endpoint { get; } = Unversioned().Build().Options.Endpoint;

    /// <summary>Null negotiates the API version, unless DOCKER_API_VERSION sets one.</summary>
    public System.Version? Version { get; } =
        Environment.GetEnvironmentVariable("DOCKER_API_VERSION") is { Length: > 0 } version ? System.Version.Parse(version) : null;

    public IAuthProvider? AuthProvider => null;

    public DockerClientBuilder GetDockerClientBuilder(Guid sessionId) =>
        Version is null ? Unversioned() : Unversioned().WithApiVersion(Version);

    private static DockerClientBuilder Unversioned() => new();
}
