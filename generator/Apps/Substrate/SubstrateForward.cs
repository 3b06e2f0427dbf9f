using System.Net;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Where the CoreDNS of a cluster forwards its substrate's names.</summary>
internal static class SubstrateForward
{
    /// <summary>The zones that a substrate serves: its own, which holds the children, and the reverse ones.</summary>
    public static IEnumerable<string> Zones(SubstrateSettings substrate) =>
        substrate.Reverse.Select(ReverseName.OfRange).Prepend(substrate.Zone.Text);

    /// <summary>The servers in the order in which they are asked: the primary's addresses first, of the cluster's family alone.</summary>
    public static IEnumerable<IPAddress> Servers(SubstrateSettings substrate, Cluster cluster) =>
        substrate.Hosts.SelectMany(host => host.Addresses).Where(address => address.AddressFamily == cluster.Services.Family);
}
