using System.Security.Cryptography;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// The controller's config file in one cluster. It is only read at start-up, so the name of its ConfigMap contains a hash: a change of its
/// content rolls out the Deployment.
/// </summary>
internal static class ControllerConfig
{
    public static string Name(Cluster cluster) =>
        $"{ControllerNames.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(cluster))))[..8]}";

    public static Mapping ConfigMap(Cluster cluster) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", Resources.Metadata(Name(cluster), ControllerNames.Namespace, ControllerNames.Labels()) },
        { "immutable", true },
        { "data", new Mapping { { ControllerNames.ConfigKey, Text(cluster) } } },
    };

    private static string Text(Cluster cluster)
    {
        var settings = cluster.HealthController!;
        return YamlWriter.WriteFragment(new Mapping
        {
            // The defaults for a Service without such annotations.
            { "healthCheck", new Mapping
                {
                    { "interval", "10s" },
                    { "retryInterval", "2s" },
                    { "timeout", "3s" },
                    { "failureThreshold", 3 },
                    { "successThreshold", 1 },
                    { "path", "/health" },
                }
            },
            { "profiles", new Mapping
                {
                    { "fast", new Mapping { { "interval", "1s" }, { "retryInterval", "500ms" }, { "timeout", "800ms" },
                        { "failureThreshold", 2 } } },
                }
            },
            { "labelPrefix", ControllerNames.LabelPrefix },
            { "namespaces", settings.Namespaces.IsEmpty ? null : Resources.Texts(settings.Namespaces.Select(name => name.Text)) },
            { "shards", settings.Shards == 1 ? null : settings.Shards },
            { "probes", settings.DeniedNetworks.IsEmpty ? null : new Mapping { { "deniedNetworks", Ranges(settings.DeniedNetworks) } } },
            { "endpointSlices", settings.EndpointSliceNetworks.IsEmpty ? null : new Mapping
                {
                    { "networks", Ranges(settings.EndpointSliceNetworks) },
                    { "reserved", Ranges(Reserved(cluster)) },
                }
            },
            { "leaderElection", LeaderElection(settings) },
        });
    }

    /// <summary>
    /// If CoreDNS is checked, a leader that dies together with a DNS pod must be replaced fast. This writes the Lease every 0.4 s.
    /// </summary>
    private static Mapping LeaderElection(HealthControllerSettings settings) => settings.CoreDns
        ? new() { { "leaseDuration", "2s" }, { "renewDeadline", "1400ms" }, { "retryPeriod", "400ms" } }
        : new() { { "leaseDuration", "4s" }, { "renewDeadline", "2500ms" }, { "retryPeriod", "500ms" } };

    /// <summary>The cluster's own ranges except pods: no definition may open them (see <see cref="ControllerRules"/>).</summary>
    private static IEnumerable<Cidr> Reserved(Cluster cluster) =>
        [.. cluster.RangesFor(RangeUse.Services, RangeUse.Nodes), .. cluster.HealthController!.ApiServer];

    private static Sequence Ranges(IEnumerable<Cidr> ranges) => Resources.Texts(ranges.Select(range => range.ToString()));
}
