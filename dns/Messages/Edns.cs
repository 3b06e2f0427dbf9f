using System.Buffers.Binary;
using System.Text;

namespace PlatformGitOps.Dns.Messages;

/// <summary>The content of the OPT pseudo-record (RFC 6891), without the upper bits of the response code.</summary>
public sealed record Edns
{
    /// <summary>
    /// The largest UDP answer that the sender accepts, in octets. 1232 fits into one packet on any path (DNS flag day 2020).
    /// </summary>
    public ushort UdpPayloadSize { get; init; } = 1232;

    public byte Version { get; init; }

    public bool DnssecOk { get; init; }

    public ImmutableArray<EdnsOption> Options { get; init; } = [];

    /// <summary>The server instance's name (RFC 5001) if it is text; else null.</summary>
    public string? NameServerIdentifier =>
        Find(EdnsOptionCode.NameServerIdentifier) is { Octets: { Length: > 0 } octets } && octets.All(o => o is >= 0x20 and < 0x7f)
            ? Encoding.ASCII.GetString(octets.AsSpan())
            : null;

    public ClientSubnet? ClientSubnet => Find(EdnsOptionCode.ClientSubnet) is { } option ? Messages.ClientSubnet.FromOption(option) : null;

    /// <summary>Requests the name of the server instance: a query has the option empty (RFC 5001 section 2.1).</summary>
    public Edns AskForNameServerIdentifier() => With(new EdnsOption(EdnsOptionCode.NameServerIdentifier, []));

    public Edns With(EdnsOption option) => this with { Options = [.. Options.Where(o => o.Code != option.Code), option] };

    public bool Equals(Edns? other) =>
        other is not null && (UdpPayloadSize, Version, DnssecOk) == (other.UdpPayloadSize, other.Version, other.DnssecOk)
        && Options.SequenceEqual(other.Options);

    public override int GetHashCode() => HashCode.Combine(UdpPayloadSize, Version, DnssecOk, Options.Length);

    private EdnsOption? Find(EdnsOptionCode code) => Options.FirstOrDefault(o => o.Code == code);
}

/// <summary>One option of the OPT record (RFC 6891 section 6.1.2).</summary>
public sealed record EdnsOption(EdnsOptionCode Code, ImmutableArray<byte> Octets)
{
    public bool Equals(EdnsOption? other) => other is not null && Code == other.Code && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode() => HashCode.Combine(Code, Octets.Length);
}

/// <summary>
/// The client's network (RFC 7871). <see cref="ScopePrefix"/> is 0 in a query; in an answer it is the prefix length for which the answer is
/// valid.
/// </summary>
public sealed record ClientSubnet
{
    private const int FixedPart = 4;

    public ClientSubnet(IPAddress address, byte sourcePrefix, byte scopePrefix = 0)
    {
        var widest = WidestPrefix(address.AddressFamily);
        if (sourcePrefix > widest || scopePrefix > widest)
        {
            throw new FormatException($"A prefix of {address.AddressFamily} has at most {widest} bits.");
        }

        (Address, SourcePrefix, ScopePrefix) = (Mask(address, sourcePrefix), sourcePrefix, scopePrefix);
    }

    /// <summary>The network's first address: bits beyond <see cref="SourcePrefix"/> are zero.</summary>
    public IPAddress Address { get; }

    public byte SourcePrefix { get; }

    public byte ScopePrefix { get; }

    public static ClientSubnet Parse(string cidr)
    {
        var network = IPNetwork.Parse(cidr);
        return new ClientSubnet(network.BaseAddress, (byte)network.PrefixLength);
    }

    /// <summary>Parses the option; null if it violates RFC 7871 section 6 (wrong length, or bits set beyond the prefix).</summary>
    public static ClientSubnet? FromOption(EdnsOption option)
    {
        var octets = option.Octets.AsSpan();
        if (option.Code != EdnsOptionCode.ClientSubnet || octets.Length < FixedPart)
        {
            return null;
        }

        var family = BinaryPrimitives.ReadUInt16BigEndian(octets);
        var (source, scope) = (octets[2], octets[3]);
        var significant = octets[FixedPart..];
        var length = family switch { 1 => 4, 2 => 16, _ => 0 };
        if (length == 0 || source > length * 8 || scope > length * 8 || significant.Length != (source + 7) / 8)
        {
            return null;
        }

        Span<byte> whole = stackalloc byte[16];
        significant.CopyTo(whole);
        var address = new IPAddress(whole[..length]);
        return Mask(address, source).Equals(address) ? new ClientSubnet(address, source, scope) : null;
    }

    public EdnsOption ToOption()
    {
        var significant = Address.GetAddressBytes().AsSpan(0, (SourcePrefix + 7) / 8);
        var family = (byte)(Address.AddressFamily == AddressFamily.InterNetwork ? 1 : 2);
        return new EdnsOption(EdnsOptionCode.ClientSubnet,
            ImmutableArray.Create<byte>([0, family, SourcePrefix, ScopePrefix, .. significant]));
    }

    public override string ToString() => $"{Address}/{SourcePrefix}/{ScopePrefix}";

    private static int WidestPrefix(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    private static IPAddress Mask(IPAddress address, int prefix)
    {
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] &= (byte)(0xff << (8 - Math.Clamp(prefix - (i * 8), 0, 8)));
        }

        return new IPAddress(octets);
    }
}
