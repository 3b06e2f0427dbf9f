using System.Net;
using System.Net.Sockets;

namespace PlatformGitOps.Prober.Commands;

/// <summary>PTR questions may be asked by address.</summary>
internal static class ReverseQuery
{
    private const string V4 = ".in-addr.arpa";

    /// <summary>The name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5); anything else comes back as it is.</summary>
    public static string Name(string text) => IPAddress.TryParse(text, out var address)
        ? address.AddressFamily == AddressFamily.InterNetwork
            ? string.Join('.', address.GetAddressBytes().AsEnumerable().Reverse()) + V4 + "."
            : string.Concat(address.GetAddressBytes().AsEnumerable().Reverse().Select(b => $"{b & 0xf:x}.{b >> 4:x}.")) + "ip6.arpa."
        : text;

    /// <summary>The address of an IPv4 reverse name; anything else comes back as it is.</summary>
    public static string Address(string name) =>
        name.TrimEnd('.') is var trimmed && trimmed.EndsWith(V4, StringComparison.OrdinalIgnoreCase)
            ? string.Join('.', trimmed[..^V4.Length].Split('.').AsEnumerable().Reverse())
            : name;
}
