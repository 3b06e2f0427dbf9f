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
        return address.AddressFamily == AddressFamily.InterNetwork
            ? string.Join('.', bytes.Take(bits / 8).Reverse().Select(part => part.ToString(CultureInfo.InvariantCulture)).Append("in-addr.arpa"))
            : string.Join('.', Convert.ToHexStringLower(bytes).Take(bits / 4).Reverse().Select(digit => digit.ToString()).Append("ip6.arpa"));
    }
}
