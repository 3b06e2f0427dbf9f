namespace PlatformGitOps.KubeClient.Objects;

/// <summary>What an endpoint is good for; a missing value of ready and serving means true, of terminating false.</summary>
public sealed record EndpointConditions
{
    public bool? Ready { get; init; }
    public bool? Serving { get; init; }
    public bool? Terminating { get; init; }
}
