using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The definition with replacements for what a test cluster cannot have: upstreams and names on the internet and their CAs, a policy API
/// that its network plugin may lack, the published controller image, the hosts of its substrate, and its node addresses. Everything else is
/// delivered as in platform.yaml.
/// </summary>
public static class TestPlatform
{
    private const string Chart = "coredns";

    public static Platform For(string role, string nodeRange)
    {
        var cluster = Repository.Platform.ClusterNamed(role);
        var tested = cluster with
        {
            Nodes = Cidr.Parse(nodeRange),
            NetworkPolicy = SuiteSettings.Current.NetworkPolicy,
            // The suite installs the CRDs itself, from the setting.
            Monitoring = cluster.Monitoring with { ManageCrds = false },
            Dns = WithUpstream(cluster, WithStubServer(cluster)),
            Adjustments = Trusting(cluster),
            HealthController = cluster.HealthController is { } controller
                ? controller with { Image = Image(controller.Image)! } : null,
            Applications = Applications(cluster),
            Substrate = cluster.Substrate is { } substrate ? Reachable(substrate, cluster) : null,
        };
        return Repository.Platform with
        {
            Clusters = [tested],
            Substrates =
            [
                .. Repository.Platform.Substrates.Select(substrate =>
                    tested.Substrate is { } reachable && substrate.Name == reachable.Name ? reachable : substrate),
            ],
        };
    }

    private static ImmutableDictionary<string, object> Applications(Cluster cluster)
    {
        var applications = cluster.Applications;
        // The suite's upstream knows no other external name.
        if (cluster.Of<DnsCheckSettings>() is { Names.IsEmpty: false } check)
        {
            applications = applications.SetItem(
                DnsCheckNames.Name, check with { Names = [DomainName.Parse(UpstreamDns.ExternalName)] });
        }

        return cluster.Of<GeoDnsSettings>() is { } geo
            ? applications.SetItem(GeoDnsNames.Name, geo with
            {
                Image = Image(geo.Image),
                // Test clusters have no load balancer, and Flux would wait for its address.
                ServiceType = Exists || geo.ServiceType != "LoadBalancer" ? geo.ServiceType : "NodePort",
            })
            : applications;
    }

    /// <summary>True if the suite delivers to clusters that it did not create, which pull the definition's images.</summary>
    private static bool Exists => SuiteSettings.Current.Contexts.Count > 0;

    private static string? Image(string? defined) => Exists ? defined : SuiteSettings.Current.ControllerImage;

    /// <summary>The ClusterIP of the suite's upstream, far from the addresses that the API server assigns first.</summary>
    public static IPAddress UpstreamAddress(string role) => UpstreamAddress(Repository.Platform.ClusterNamed(role));

    private static IPAddress UpstreamAddress(Cluster cluster) => Free(cluster, 53, 54).FirstOrDefault()
        ?? throw new InvalidOperationException($"the service range of {cluster.Name} has no address for the suite's upstream DNS");

    /// <summary>
    /// The suite's upstream instead of the definition's: with TLS under the same name if those use it, and at two addresses if the
    /// definition has a policy to select one.
    /// </summary>
    internal static DnsSettings WithUpstream(Cluster cluster, DnsSettings dns)
    {
        var tls = IsOverTls(cluster);
        var second = dns.Forwarding.Policy == ForwardPolicy.Random ? [] : Free(cluster, 60, 61).Take(1);
        ImmutableArray<Upstream> servers =
            [.. second.Prepend(UpstreamAddress(cluster)).Select(address => new Upstream(address, tls ? 853 : 53, tls))];
        return dns with
        {
            Upstreams = servers,
            Forwarding = dns.Forwarding with { Servers = servers, ServerName = tls ? dns.Forwarding.ServerName : null },
        };
    }

    /// <summary>With TLS, the pods get the CA of the suite's upstream.</summary>
    private static Adjustments Trusting(Cluster cluster) => !IsOverTls(cluster) ? cluster.Adjustments : cluster.Adjustments with
    {
        Values = cluster.Adjustments.Values.SetItem(
            Chart, UpstreamCertificate.Trusting(cluster.Adjustments.Values.GetValueOrDefault(Chart) ?? [])),
    };

    private static bool IsOverTls(Cluster cluster) =>
        cluster.Dns.Forwarding.ServerName is not null && cluster.Dns.Upstreams.Any(upstream => upstream.Tls);

    private static DnsSettings WithStubServer(Cluster cluster) => cluster.Dns.StubDomains.IsEmpty ? cluster.Dns
        : StubServer.At(cluster.Dns, Free(cluster, 58, 59).FirstOrDefault() ?? throw new InvalidOperationException(
            $"the service range of {cluster.Name} has no address for the suite's server of its stub domains"));

    private static SubstrateSettings Reachable(SubstrateSettings substrate, Cluster cluster) =>
        Free(cluster, 55, 56, 57).ToArray() is [var primary, var secondary, ..]
            ? TestSubstrate.At(substrate, primary, secondary)
            : throw new InvalidOperationException(
                $"the service range of {cluster.Name} has no two addresses for the suite's servers of the substrate '{substrate.Name}'");

    private static IEnumerable<IPAddress> Free(Cluster cluster, params IEnumerable<int> offsets) => offsets
        .Select(cluster.Services.AddressAt).OfType<IPAddress>().Where(address => !address.Equals(cluster.Dns.ClusterIP));

    /// <summary>The smallest range with all nodes' addresses, of the family that nodes list first.</summary>
    public static string NodeRange(IReadOnlyList<Resource> nodes)
    {
        var all = nodes.SelectMany(Nodes.Addresses).ToList();
        var addresses = all.Where(address => address.AddressFamily == all[0].AddressFamily).ToList();
        // Without network and broadcast addresses.
        for (var prefix = (8 * addresses[0].GetAddressBytes().Length) - 2; ; prefix--)
        {
            var range = new IPNetwork(Masked(addresses[0], prefix), prefix);
            if (addresses.TrueForAll(range.Contains))
            {
                return range.ToString();
            }
        }
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] &= (byte)(0xff << (8 - Math.Clamp(prefix - (8 * i), 0, 8)));
        }

        return new IPAddress(bytes);
    }
}

public sealed class TestPlatformTests
{
    [TestCase("172.18.0.0/29", "172.18.0.2", "172.18.0.3", "172.18.0.4")]
    [TestCase("10.0.0.0/13", "10.1.0.1", "10.4.0.1")]
    [TestCase("192.0.2.0/30", "192.0.2.1")]
    [TestCase("fc00:f853:ccd:e793::/125", "fc00:f853:ccd:e793::2", "fc00:f853:ccd:e793::4")]
    public void The_nodes_range_holds_their_addresses(string range, params string[] addresses) =>
        TestPlatform.NodeRange([.. addresses.Select(address => Node(address))]).ShouldBe(range);

    [Test]
    public void The_first_of_two_families_is_used() =>
        TestPlatform.NodeRange([Node("172.18.0.2", "fc00:f853:ccd:e793::2"), Node("172.18.0.3", "fc00:f853:ccd:e793::3")])
            .ShouldBe("172.18.0.0/30");

    private static Resource Node(params string[] addresses) => new(new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["addresses"] = new JsonArray(
                [.. addresses.Select(address => new JsonObject { ["type"] = "InternalIP", ["address"] = address })]),
        },
    });
}
