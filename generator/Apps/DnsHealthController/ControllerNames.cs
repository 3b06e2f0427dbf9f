namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Names of the DNS health controller's objects.</summary>
public static class ControllerNames
{
    public const string Name = "dns-health-controller";

    public const string Namespace = "kube-system";

    public const string AppLabel = "app.kubernetes.io/name";

    /// <summary>The port's name in the Service and the probes.</summary>
    public const string MetricsPort = "metrics";

    public const int Port = 8080;

    public const string ConfigFolder = "/etc/dns-health-controller";

    public const string ConfigKey = "config.yaml";

    /// <summary>The prefix of all labels and annotations that the controller reads or writes.</summary>
    public const string LabelPrefix = "dns.aikernel.io";

    /// <summary>The label on pods that Services select to let the controller remove endpoints.</summary>
    public const string ServeLabel = LabelPrefix + "/serve";

    /// <summary>The prefix of the annotations of a Service with health checks.</summary>
    public const string HealthCheck = LabelPrefix + "/health-check-";

    /// <summary>The condition of a pod's readiness gate.</summary>
    public const string Gate = LabelPrefix + "/healthy";

    /// <summary>The managed-by label of its own EndpointSlices.</summary>
    public const string ManagedBy = "dns-health-controller.aikernel.io";

    /// <summary>The Lease of a shard, if there are several.</summary>
    public static string LeaseOf(int shard) => $"{Name}-{shard}";

    internal static Mapping Labels() => new() { { AppLabel, Name } };

    internal static Mapping Selector() => new() { { "matchLabels", Labels() } };

    internal static Mapping Metadata(Mapping? labels = null) => Resources.Metadata(Name, Namespace, labels ?? Labels());
}

/// <summary>The controller's keys in a cluster's settings; Flux substitutes <c>${KEY}</c>.</summary>
public static class ControllerVariables
{
    public const string Image = "HEALTH_CONTROLLER_IMAGE";
    public const string Config = "HEALTH_CONTROLLER_CONFIG";
    public const string Replicas = "HEALTH_CONTROLLER_REPLICAS";
    public const string CpuRequest = "HEALTH_CONTROLLER_CPU_REQUEST";
    public const string CpuLimit = "HEALTH_CONTROLLER_CPU_LIMIT";
    public const string MemoryRequest = "HEALTH_CONTROLLER_MEMORY_REQUEST";
    public const string MemoryLimit = "HEALTH_CONTROLLER_MEMORY_LIMIT";
    public const string AlertAbove = "HEALTH_CONTROLLER_ALERT_ABOVE";
}
