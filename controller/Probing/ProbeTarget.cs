namespace PlatformGitOps.Controller.Probing;

/// <summary>One address and everything needed to probe it.</summary>
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
    /// The address is one that a Service declared, not a pod's: its results say healthy or not and nothing else, so that nobody can explore
    /// with them what he cannot reach himself.
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

/// <summary>The result of one probe. Times are monotonic, since the process began.</summary>
internal sealed record ProbeResult
{
    public required bool Healthy { get; init; }

    /// <summary>In a few words; used in events and annotations.</summary>
    public required string Detail { get; init; }

    /// <summary>Nothing at all came back, which may be the network's fault as well as the endpoint's.</summary>
    public bool IsSilent { get; init; }

    public required TimeSpan Started { get; init; }
    public required TimeSpan Completed { get; init; }

    /// <summary>An exception that no endpoint should be able to provoke: a bug of this program.</summary>
    public Exception? Unexpected { get; init; }

    public TimeSpan Duration => Completed - Started;
}
