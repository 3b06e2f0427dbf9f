namespace PlatformGitOps.Controller.Policies;

/// <summary>The protocol of a probe.</summary>
public enum ProbeScheme
{
    Http,
    Https,

    /// <summary>A TCP connection succeeds.</summary>
    Tcp,

    /// <summary>grpc.health.v1.Health/Check over cleartext HTTP/2.</summary>
    Grpc,

    /// <summary>A UDP query gets NOERROR or NXDOMAIN.</summary>
    Dns,
}

/// <summary>How a failing endpoint is removed from DNS.</summary>
public enum RemovalMethod
{
    /// <summary>The Service selects a label of the pod template; the controller removes the label from the pod.</summary>
    ServeLabel,

    /// <summary>The pod has a readiness gate (KEP-580); the controller sets its condition.</summary>
    ReadinessGate,

    /// <summary>The Service has no selector; this controller writes its EndpointSlices.</summary>
    EndpointSlices,
}

/// <summary>How many endpoints must remain: a number, or a percentage of all, rounded up. Never less than one.</summary>
public readonly record struct HealthyShare(int? Count, int? Percent)
{
    public static HealthyShare Half { get; } = new(null, 50);

    public int Of(int total) => Math.Max(1, Count ?? (((total * (Percent ?? 50)) + 99) / 100));

    public static bool TryParse(string text, out HealthyShare share)
    {
        var percent = text.EndsWith('%');
        var digits = percent ? text[..^1] : text;
        var parsed = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        share = percent ? new HealthyShare(null, number) : new HealthyShare(number, null);
        return parsed && number >= 0 && (!percent || number <= 100);
    }

    public override string ToString() => Count?.ToString(CultureInfo.InvariantCulture) ?? $"{Percent}%";
}

/// <summary>The limits of a Service's settings: the authors of different Services share this process.</summary>
public static class PolicyLimits
{
    /// <summary>A probe occupies its slot for so long.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    public const int HighestThreshold = 100;

    /// <summary>Ten EndpointSlices.</summary>
    public const int MostAddresses = 1000;
}

/// <summary>How the endpoints of one Service are probed, removed and restored.</summary>
public sealed record HealthPolicy
{
    public ProbeScheme Scheme { get; init; } = ProbeScheme.Http;

    /// <summary>A port of the Service by name or number; null for its first port.</summary>
    public string? Port { get; init; }

    public string Path { get; init; } = "/health";

    /// <summary>From the start of a probe to the start of the next one, while probes succeed.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The interval after a failed probe and while the endpoint is removed: with three failures 10 s apart, a removal would take more than
    /// 30 s, and a recovered endpoint would wait too long.
    /// </summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public int FailureThreshold { get; init; } = 3;

    public int SuccessThreshold { get; init; } = 1;

    public RemovalMethod Removal { get; init; } = RemovalMethod.ServeLabel;

    public string ServeLabel { get; init; } = Annotations.DefaultServeLabel;

    public HealthyShare MinHealthy { get; init; } = HealthyShare.Half;

    public string DnsName { get; init; } = "kubernetes.default.svc.cluster.local.";

    public string GrpcService { get; init; } = "";

    /// <summary>The name in the certificate and the Host header; null for <c>service.namespace.svc</c>.</summary>
    public string? ServerName { get; init; }

    public bool VerifyTls { get; init; } = true;

    /// <summary>The endpoints of a Service without a selector.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
}
