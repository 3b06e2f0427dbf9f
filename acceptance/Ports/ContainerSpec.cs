namespace PlatformGitOps.Acceptance.Ports;

public sealed record ContainerSpec
{
    public required string Name { get; init; }
    public required string Image { get; init; }
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Host path to container path, read-only.</summary>
    public IReadOnlyDictionary<string, string> Mounts { get; init; } = new Dictionary<string, string>();

    /// <summary>Container TCP ports that are published on a free port of 127.0.0.1.</summary>
    public IReadOnlyList<int> PublishedPorts { get; init; } = [];

    /// <summary>The network to join; null is the engine's default network.</summary>
    public string? Network { get; init; }

    public bool Privileged { get; init; }
    public IReadOnlyList<string> TemporaryFileSystems { get; init; } = [];
}
