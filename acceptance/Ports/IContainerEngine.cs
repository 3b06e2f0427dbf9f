namespace PlatformGitOps.Acceptance.Ports;

/// <summary>The container engine below kind and k3s, and the home of helpers that stand beside the clusters.</summary>
public interface IContainerEngine
{
    /// <summary>The engine's version; throws what went wrong where none answers.</summary>
    Task<string> Version(CancellationToken cancellationToken);

    /// <summary>Starts a container and returns it once it runs.</summary>
    Task<Container> Run(ContainerSpec spec, CancellationToken cancellationToken);

    /// <summary>The container of exactly this name, running or not; null where there is none.</summary>
    Task<Container?> Find(string name, CancellationToken cancellationToken);

    /// <summary>All containers that carry the label, running or not.</summary>
    Task<IReadOnlyList<Container>> List(string label, string value, CancellationToken cancellationToken);

    /// <summary>Runs a program inside a container; its exit code is part of the answer.</summary>
    Task<CommandResult> Exec(string container, IReadOnlyList<string> command, CancellationToken cancellationToken);

    /// <summary>What the container wrote to standard output and standard error.</summary>
    Task<string> Logs(string container, CancellationToken cancellationToken);

    Task Start(string container, CancellationToken cancellationToken);

    /// <summary>Asks the container to end, as a node shutdown does.</summary>
    Task Stop(string container, CancellationToken cancellationToken);

    /// <summary>Ends the container at once, as a power cut does.</summary>
    Task Kill(string container, CancellationToken cancellationToken);

    /// <summary>Removes the container with its anonymous volumes, running or not; none of that name is no error.</summary>
    Task Remove(string container, CancellationToken cancellationToken);

    /// <summary>The content of the image as an identifier (<c>sha256:...</c>): another one under the same name has another; null where it is not on this machine.</summary>
    Task<string?> ImageId(string image, CancellationToken cancellationToken);

    Task CreateNetwork(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);

    /// <summary>Removes the network; none of that name is no error.</summary>
    Task RemoveNetwork(string name, CancellationToken cancellationToken);

    Task<bool> HasNetwork(string name, CancellationToken cancellationToken);
}
