namespace PlatformGitOps.Controller.Probing;

/// <summary>An address and everything needed to probe it.</summary>
internal sealed record ProbeTarget
{
    public required ProbeScheme Scheme { get; init; }
    public required IPEndPoint Address { get; init; }
    public required TimeSpan Timeout { get; init; }
    public string Path { get; init; } = "/";
    public string ServerName { get; init; } = "";
    public bool VerifyTls { get; init; } = true;
    public string DnsName { get; init; } = ".";
    public string GrpcService { get; init; } = "";

    /// <summary>
    /// True for an address from an annotation: its results only say healthy or unhealthy, so that they cannot be used to explore networks.
    /// </summary>
    public bool IsDeclared { get; init; }

    public static ProbeTarget From(HealthPolicy policy, IPEndPoint address) => new()
    {
        Scheme = policy.Scheme,
        Address = address,
        Timeout = policy.Timeout,
        Path = policy.Path,
        ServerName = policy.ServerName ?? "",
        VerifyTls = policy.VerifyTls,
        DnsName = policy.DnsName,
        GrpcService = policy.GrpcService,
        IsDeclared = policy.Removal == RemovalMethod.EndpointSlices,
    };
}

/// <summary>The result of one probe. Times are monotonic, since the start of the process.</summary>
internal sealed record ProbeResult
{
    public required bool Healthy { get; init; }

    /// <summary>A short description for Events and annotations.</summary>
    public required string Detail { get; init; }

    /// <summary>True if there was no reaction at all, which can be the network's fault too.</summary>
    public bool IsSilent { get; init; }

    public required TimeSpan Started { get; init; }
    public required TimeSpan Completed { get; init; }

    /// <summary>An exception that no endpoint should be able to cause: a bug of this program.</summary>
    public Exception? Unexpected { get; init; }

    public TimeSpan Duration => Completed - Started;
}
