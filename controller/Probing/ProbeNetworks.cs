using System.Net.Sockets;

namespace PlatformGitOps.Controller.Probing;

/// <summary>The addresses that may be probed, and those that a Service without a selector may have.</summary>
public sealed record ProbeNetworks
{
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>This host.</summary>
    public static IReadOnlyList<IPNetwork> Loopback { get; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::/96")];

    /// <summary>Networks that are never probed, whatever a Service or the config file says.</summary>
    public static IReadOnlyList<IPNetwork> NeverProbed { get; } =
    [
        .. Loopback,
        .. new[]
        {
            "0.0.0.0/8", "224.0.0.0/3", "fec0::/10", "ff00::/8",
            // Link-local; nearly all clouds have their metadata server at 169.254.169.254.
            "169.254.0.0/16", "fe80::/10",
            // Other metadata servers: Azure, Alibaba, Oracle, then AWS, Google and Scaleway over IPv6.
            "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:42::42/128",
            // Translators and tunnels to addresses that are not visible here (RFC 8215, RFC 4380).
            "64:ff9b:1::/48", "2001::/32",
        }.Select(IPNetwork.Parse),
    ];

    public IReadOnlyList<IPNetwork> Denied { get; init; } = NeverProbed;

    /// <summary>Networks of Services without a selector. If empty, the controller writes no EndpointSlices.</summary>
    public IReadOnlyList<IPNetwork> Declarable { get; init; } = [];

    /// <summary>Exceptions from them: the cluster's own pods, Services, nodes and API server.</summary>
    public IReadOnlyList<IPNetwork> Reserved { get; init; } = [];

    /// <summary>A copy that reserves the API server's address, if the configuration has one.</summary>
    public ProbeNetworks Without(Uri apiServer) => IPAddress.TryParse(apiServer.IdnHost, out var address)
        ? this with { Reserved = [.. Reserved, new IPNetwork(address, address.GetAddressBytes().Length * 8)] }
        : this;

    public bool Allows(IPAddress address) => !IsIn(Denied, address);

    /// <summary>Why a Service may not have this address; null if it may.</summary>
    public string? Refusal(IPAddress address) =>
        IsIn(Denied, address) ? "is in a network that is never probed"
        : IsIn(Reserved, address) ? "belongs to the cluster itself"
        : !IsIn(Declarable, address) ? $"is not in {string.Join(", ", Declarable)}"
        : null;

    private static bool IsIn(IReadOnlyList<IPNetwork> networks, IPAddress address) =>
        Meanings(address).Any(meaning => networks.Any(network => network.Contains(meaning)));

    /// <summary>The address, and the IPv4 address that a socket (::ffff:0:0/96), a NAT64 or a 6to4 router derives from it.</summary>
    private static IEnumerable<IPAddress> Meanings(IPAddress address)
    {
        yield return address;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            yield break;
        }

        var octets = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6 || Nat64.Contains(address))
        {
            yield return new IPAddress(octets.AsSpan(12, 4));
        }
        else if (SixToFour.Contains(address))
        {
            yield return new IPAddress(octets.AsSpan(2, 4));
        }
    }
}
