using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The images of the applications that a definition switches on. Nodes get those that this machine has, and pull the others.
/// </summary>
internal static class ApplicationImages
{
    public static IReadOnlyList<string> Of(Cluster cluster) =>
    [
        .. new[]
        {
            cluster.HealthController?.Image,
            cluster.Of<NodeLocalDnsSettings>()?.Image,
            cluster.Of<GeoDnsSettings>()?.Image,
            cluster.Of<GeoDnsSettings>()?.CoreDnsImage,
            cluster.Of<DnsCheckSettings>()?.Image,
            cluster.Of<ExternalDnsSettings>()?.Image,
        }.OfType<string>().Distinct(),
    ];
}
