namespace PlatformGitOps.Controller.Policies;

/// <summary>The protocol of a probe.</summary>
public enum ProbeScheme
{
    Http,
    Https,

    /// <summary>A connection can be made.</summary>
    Tcp,

    /// <summary>grpc.health.v1.Health/Check over cleartext HTTP/2.</summary>
    Grpc,

    /// <summary>A query over UDP is answered with NOERROR or NXDOMAIN.</summary>
    Dns,
}

/// <summary>How a failing endpoint is removed from DNS.</summary>
public enum RemovalMethod
{
    /// <summary>The Service selects a label of the pod template; the label is removed from the pod.</summary>
    ServeLabel,

    /// <summary>The pod declares a readiness gate (KEP-580); its condition is set.</summary>
    ReadinessGate,

    /// <summary>The Service has no selector; this controller writes its EndpointSlices.</summary>
    EndpointSlices,
}

/// <summary>How many endpoints must remain: a number, or a share of all, rounded up. Never less than one.</summary>
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

/// <summary>
/// The bounds of what a Service may ask for: whoever writes its annotations shares this process with everybody else's Services.
/// </summary>
public static class PolicyLimits
{
    /// <summary>A probe holds its place for so long.</summary>
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

    /// <summary>A port of the Service by name or number; null means its first port.</summary>
    public string? Port { get; init; }

    public string Path { get; init; } = "/health";

    /// <summary>From the start of one probe to the start of the next, while probes succeed.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same, once a probe has failed or while the endpoint is out: with three failures 10 s apart, removal would take more than 30 s,
    /// and an endpoint that recovered should not wait for its turn.
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

    /// <summary>The name in the certificate, and the Host header; null means <c>service.namespace.svc</c>.</summary>
    public string? ServerName { get; init; }

    public bool VerifyTls { get; init; } = true;

    /// <summary>The endpoints of a Service without a selector.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
}
