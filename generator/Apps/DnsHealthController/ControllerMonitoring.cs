using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Where the controller's metrics are found.</summary>
internal static class ControllerMonitoring
{
    public static Mapping Service() => Resources.Object("v1", "Service", ControllerNames.Metadata(), new Mapping
    {
        { "selector", ControllerNames.Labels() },
        { "ports", Sequence.Of(new Mapping
            {
                { "name", ControllerNames.MetricsPort },
                { "port", ControllerNames.Port },
                { "targetPort", ControllerNames.MetricsPort },
                { "protocol", "TCP" },
            })
        },
    });

    public static Mapping ServiceMonitor() => Resources.Object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        ControllerNames.Metadata(new Mapping { { ControllerNames.AppLabel, ControllerNames.Name },
            { "release", Scalar.Variable(Variables.MonitoringRelease) } }),
        new Mapping
        {
            { "selector", ControllerNames.Selector() },
            { "endpoints", Sequence.Of(new Mapping
                {
                    { "port", ControllerNames.MetricsPort },
                    { "path", "/metrics" },
                    { "interval", "30s" },
                    // The labels namespace and service are of the Service that is looked after, not of the controller.
                    { "honorLabels", true },
                })
            },
        });
}
