using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Names below in-addr.arpa and ip6.arpa (RFC 1035, RFC 3596), without the closing dot.</summary>
internal static class ReverseName
{
    public static string Of(IPAddress address) => Of(address, address.GetAddressBytes().Length * 8);

    /// <summary>The zone of a range whose prefix ends at a label; of a longer prefix than the next label.</summary>
    public static string OfRange(Cidr range) => Of(range.First, range.PrefixLength);

    private static string Of(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        var (labels, end) = address.AddressFamily == AddressFamily.InterNetwork
            ? (bytes.Take(bits / 8).Select(part => part.ToString(CultureInfo.InvariantCulture)), "in-addr.arpa")
            : (Convert.ToHexStringLower(bytes).Take(bits / 4).Select(digit => digit.ToString()), "ip6.arpa");
        return string.Join('.', labels.Reverse().Append(end));
    }
}
