using System.Net.Sockets;
using System.Numerics;

namespace PlatformGitOps.Generator.Values;

/// <summary>An address range without host bits (RFC 4632, RFC 4291), IPv4 or IPv6.</summary>
public sealed record Cidr
{
    private readonly IPNetwork network;

    private Cidr(IPNetwork network) => this.network = network;

    public IPAddress First => network.BaseAddress;

    public int PrefixLength => network.PrefixLength;

    public AddressFamily Family => network.BaseAddress.AddressFamily;

    /// <summary>Parses <c>address/length</c>.</summary>
    /// <param name="text">For example <c>10.245.0.0/16</c>.</param>
    /// <param name="value">The range.</param>
    /// <param name="problem">What is wrong and, if known, the range that was meant; empty on success.</param>
    public static bool TryParse(string text, out Cidr value, out string problem)
    {
        value = null!;
        if (!TrySplit(text, out var address, out var length, out problem))
        {
            return false;
        }

        // IPNetwork silently clears host bits (since .NET 10), which would hide a typing error.
        var network = new IPNetwork(Masked(address, length), length);
        if (!network.BaseAddress.Equals(address))
        {
            problem = $"has bits set behind its /{length}; the range is {network}";
            return false;
        }

        value = new Cidr(network);
        return true;
    }

    /// <summary>The range that contains an address with host bits, or null if the text is not an address with a length.</summary>
    public static Cidr? Meant(string text) =>
        TrySplit(text, out var address, out var length, out _) ? new Cidr(new IPNetwork(Masked(address, length), length)) : null;

    public static Cidr Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    public bool Contains(IPAddress address) => network.Contains(address);

    public bool Overlaps(Cidr other) => Family == other.Family && (network.Contains(other.First) || other.network.Contains(First));

    /// <summary>The address at an offset from the first one, or null if the range ends before it.</summary>
    public IPAddress? AddressAt(int offset)
    {
        var number = ToNumber(First) + offset;
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        var width = First.GetAddressBytes().Length;
        if (bytes.Length > width)
        {
            return null;
        }

        var address = new IPAddress([.. new byte[width - bytes.Length], .. bytes]);
        return Contains(address) ? address : null;
    }

    /// <summary>The last address; in IPv4 it is the broadcast address.</summary>
    public IPAddress Last()
    {
        var bytes = First.GetAddressBytes();
        for (var bit = PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }

    public override string ToString() => network.ToString();

    private static bool TrySplit(string text, out IPAddress address, out int length, out string problem)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        (address, length, problem) = (IPAddress.None, 0, "is not an address range such as 10.244.0.0/16");
        if (slash < 0 || !IpText.TryParse(text[..slash], out address, out _)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length)
            || (text[slash + 1] == '0' && length > 0)
            || length > address.GetAddressBytes().Length * 8)
        {
            return false;
        }

        problem = "";
        return true;
    }

    private static BigInteger ToNumber(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
