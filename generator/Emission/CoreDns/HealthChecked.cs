using PlatformGitOps.Generator.Emission.HealthController;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>
/// CoreDNS's own pods under the DNS health controller, in two steps: the pods carry the serve label wherever the controller runs, and
/// the Service selects it where the definition says so. A Helm upgrade changes the Service before it replaces the pods, so that both at
/// once would leave the Service without an endpoint; the plan refuses that.
/// </summary>
internal static class HealthChecked
{
    public static Mapping Label() => new() { { "customLabels", new Mapping { { ControllerNames.ServeLabel, "true" } } } };

    /// <summary>The chart replaces its whole selector by this one, so that its own three labels stand here too.</summary>
    public static Mapping Service() => new()
    {
        { "service", new Mapping
            {
                { "annotations", new Mapping
                    {
                        { ControllerNames.HealthCheck + "enabled", "true" },
                        { ControllerNames.HealthCheck + "profile", "fast" },
                        { ControllerNames.HealthCheck + "scheme", "dns" },
                        { ControllerNames.HealthCheck + "dns-name", $"kubernetes.default.svc.${{{Variables.ClusterDomain}}}." },
                    }
                },
                { "selector", new Mapping
                    {
                        { ControllerNames.ServeLabel, "true" },
                        { "app.kubernetes.io/instance", CoreDnsNames.Release },
                        { "app.kubernetes.io/name", CoreDnsNames.Release },
                        { CoreDnsNames.AppLabel, CoreDnsNames.App },
                    }
                },
            }
        },
    };
}
