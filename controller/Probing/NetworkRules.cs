using System.Net;

namespace PlatformGitOps.Controller.Probing;

/// <summary>
/// Networks to which no probe is sent, whatever a Service declares: loopback, link-local (cloud metadata), multicast, unspecified.
/// </summary>
public sealed record NetworkRules
{
    public static IReadOnlyList<IPNetwork> NeverProbed { get; } =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/127"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("ff00::/8"),
    ];

    public IReadOnlyList<IPNetwork> Denied { get; init; } = NeverProbed;

    public bool Allows(IPAddress address)
    {
        // The socket treats ::ffff:127.0.0.1 as 127.0.0.1.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Denied.Any(network => network.Contains(plain));
    }
}
