using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Policies;

/// <summary>How the endpoints of one Service are probed and when they are taken out and put back.</summary>
public sealed record HealthPolicy
{
    public ProbeScheme Scheme { get; init; } = ProbeScheme.Http;

    /// <summary>A port of the Service by name or number; null means its first one.</summary>
    public IntOrString? Port { get; init; }

    public string Path { get; init; } = "/health";

    /// <summary>From the start of one probe to the start of the next, while all is well.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same, once a probe has failed or while the endpoint is out: three failures 10 s apart could not keep the 30 s from
    /// failure to answer, and an endpoint that is back should not wait for its turn.
    /// </summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public int FailureThreshold { get; init; } = 3;

    public int SuccessThreshold { get; init; } = 1;

    public Removal Removal { get; init; } = Removal.ServeLabel;

    public string ServeLabel { get; init; } = Annotations.DefaultServeLabel;

    public HealthyShare MinHealthy { get; init; } = HealthyShare.Half;

    public string DnsName { get; init; } = "kubernetes.default.svc.cluster.local.";

    public string GrpcService { get; init; } = "";

    /// <summary>The name the certificate must carry, and the Host header; null means <c>service.namespace.svc</c>.</summary>
    public string? ServerName { get; init; }

    public bool VerifyTls { get; init; } = true;

    /// <summary>The endpoints of a Service without a selector.</summary>
    public IReadOnlyList<System.Net.IPAddress> Addresses { get; init; } = [];
}
