using System.Net;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The definition, changed in what a cluster of the suite cannot have: upstreams on the internet, Cilium, and the addresses of
/// its nodes, which nobody knows before they run. Everything else is delivered as platform.yaml says.
/// </summary>
public static class TestPlatform
{
    public static Platform For(string role, string nodeRange)
    {
        var cluster = Repository.Platform.Clusters.Single(entry => entry.Name.Text == role);
        var tested = cluster with
        {
            Nodes = Cidr.Parse(nodeRange),
            NetworkPolicy = NetworkPolicyFlavour.Kubernetes,
            // The suite brings the definitions itself, from where the settings say.
            Monitoring = cluster.Monitoring with { ManageCrds = false },
            Dns = cluster.Dns with { Upstreams = [new Upstream(UpstreamAddress(role))] },
        };
        return Repository.Platform with { Clusters = [tested] };
    }

    /// <summary>The ClusterIP of the suite's own upstream: far from the addresses that the API server hands out first.</summary>
    public static IPAddress UpstreamAddress(string role) =>
        Repository.Platform.Clusters.Single(entry => entry.Name.Text == role).Services.AddressAt(53)
        ?? throw new InvalidOperationException($"the service range of {role} has no 53rd address");
}
