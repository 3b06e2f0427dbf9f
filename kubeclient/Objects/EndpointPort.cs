namespace PlatformGitOps.KubeClient.Objects;

public sealed record EndpointPort
{
    public string? Name { get; init; }
    public int? Port { get; init; }
    public string? Protocol { get; init; }
}
