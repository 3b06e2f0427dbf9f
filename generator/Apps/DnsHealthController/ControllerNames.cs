using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Names of the DNS health controller; everything is called the same.</summary>
public static class ControllerNames
{
    public const string Name = "dns-health-controller";

    /// <summary>The key of a cluster's settings that holds the image.</summary>
    public const string ImageVariable = "HEALTH_CONTROLLER_IMAGE";

    public const string Namespace = "kube-system";

    public const string AppLabel = "app.kubernetes.io/name";

    /// <summary>The port's name, for the Service and for the probes.</summary>
    public const string MetricsPort = "metrics";

    public const int Port = 8080;

    public const string ConfigFolder = "/etc/dns-health-controller";

    public const string ConfigKey = "config.yaml";

    /// <summary>Carried by pods and selected by Services that let their endpoints be taken out by it.</summary>
    public const string ServeLabel = "dns.aikernel.io/serve";

    /// <summary>What the annotations of a Service that asks begin with.</summary>
    public const string HealthCheck = "dns.aikernel.io/health-check-";

    internal static Mapping Labels() => new() { { AppLabel, Name } };

    internal static Mapping Selector() => new() { { "matchLabels", Labels() } };

    internal static Mapping Metadata(Mapping? labels = null) => Resources.Metadata(Name, Namespace, labels ?? Labels());
}
