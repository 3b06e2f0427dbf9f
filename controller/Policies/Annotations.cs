namespace PlatformGitOps.Controller.Policies;

/// <summary>Every name this controller reads or writes on objects.</summary>
public static class Annotations
{
    /// <summary>What serve labels begin with, unless the config file names another.</summary>
    public const string LabelPrefix = "dns.aikernel.io";

    public const string Prefix = "dns.aikernel.io/health-check-";

    public const string Enabled = Prefix + "enabled";
    public const string Profile = Prefix + "profile";
    public const string Path = Prefix + "path";
    public const string Port = Prefix + "port";
    public const string Scheme = Prefix + "scheme";
    public const string Interval = Prefix + "interval";
    public const string RetryInterval = Prefix + "retry-interval";
    public const string Timeout = Prefix + "timeout";
    public const string FailureThreshold = Prefix + "failure-threshold";
    public const string SuccessThreshold = Prefix + "success-threshold";
    public const string Removal = Prefix + "removal";
    public const string ServeLabel = Prefix + "serve-label";
    public const string MinHealthy = Prefix + "min-healthy";
    public const string DnsName = Prefix + "dns-name";
    public const string GrpcService = Prefix + "grpc-service";
    public const string ServerName = Prefix + "server-name";
    public const string VerifyTls = Prefix + "verify-tls";
    public const string Addresses = Prefix + "addresses";

    /// <summary>The label a Service selects and its pod template carries, unless the Service names another.</summary>
    public const string DefaultServeLabel = "dns.aikernel.io/serve";

    public const string ServeValue = "true";

    /// <summary>The condition a pod's readiness gate names.</summary>
    public const string GateCondition = "dns.aikernel.io/healthy";

    /// <summary>On a pod or an own EndpointSlice: Service, label, time and reason of a removal.</summary>
    public const string TakenOut = "dns.aikernel.io/taken-out";

    /// <summary>The managed-by value of EndpointSlices this controller owns.</summary>
    public const string ManagedBy = "dns-health-controller.aikernel.io";
}
