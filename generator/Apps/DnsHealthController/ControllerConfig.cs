using System.Security.Cryptography;
using System.Text;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// The controller's config file. It is read at start only, so its ConfigMap is named after what it holds: other content is
/// another name in the Deployment, and that is a rollout.
/// </summary>
internal static class ControllerConfig
{
    private static readonly string Text = YamlWriter.WriteFragment(new Mapping
    {
        // What holds for a Service that says nothing else by annotation.
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
        { "leaderElection", new Mapping { { "leaseDuration", "4s" }, { "renewDeadline", "2500ms" }, { "retryPeriod", "500ms" } } },
    });

    public static readonly string Name =
        $"{ControllerNames.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..8]}";

    public static Mapping ConfigMap() => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", Resources.Metadata(Name, ControllerNames.Namespace, ControllerNames.Labels()) },
        { "immutable", true },
        { "data", new Mapping { { ControllerNames.ConfigKey, Text } } },
    };
}
