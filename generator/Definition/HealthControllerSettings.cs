namespace PlatformGitOps.Generator.Definition;

/// <summary>The DNS health controller of a cluster that has switched it on (docs/health-controller.md).</summary>
public sealed record HealthControllerSettings
{
    /// <summary>Repository and tag, with or without a digest.</summary>
    public required string Image { get; init; }

    /// <summary>Whether CoreDNS's own pods are among the endpoints that it takes out.</summary>
    public bool CoreDns { get; init; }
}
