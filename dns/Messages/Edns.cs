using System.Collections.Immutable;
using System.Text;

namespace PlatformGitOps.Dns.Messages;

/// <summary>The content of the OPT pseudo-record (RFC 6891), apart from the upper bits of the response code.</summary>
public sealed record Edns
{
    /// <summary>The largest UDP answer the sender can take, in octets. 1232 fits one packet on any path (DNS flag day 2020).</summary>
    public ushort UdpPayloadSize { get; init; } = 1232;

    public byte Version { get; init; }

    public bool DnssecOk { get; init; }

    public ImmutableArray<EdnsOption> Options { get; init; } = [];

    /// <summary>The answering instance's name (RFC 5001), where it gave one that is text; null otherwise.</summary>
    public string? NameServerIdentifier =>
        Find(EdnsOptionCode.NameServerIdentifier) is { Octets: { Length: > 0 } octets } && octets.All(o => o is >= 0x20 and < 0x7f)
            ? Encoding.ASCII.GetString(octets.AsSpan())
            : null;

    public ClientSubnet? ClientSubnet =>
        Find(EdnsOptionCode.ClientSubnet) is { } option ? Messages.ClientSubnet.FromOption(option) : null;

    /// <summary>Asks the server which instance it is: a query carries the option empty (RFC 5001 section 2.1).</summary>
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
