namespace PlatformGitOps.Dns.Messages;

/// <summary>The RDATA of a resource record; <c>ToString</c> gives the presentation form of its type's RFC.</summary>
public abstract record RecordData;

/// <summary>A (RFC 1035 section 3.4.1) and AAAA (RFC 3596).</summary>
public sealed record AddressData(IPAddress Address) : RecordData
{
    /// <summary>The record type for an address of this family.</summary>
    public static RecordType TypeOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.AAAA;

    public override string ToString() => Address.ToString();
}

/// <summary>CNAME, NS and PTR (RFC 1035 section 3.3).</summary>
public sealed record NameData(DnsName Target) : RecordData
{
    public override string ToString() => Target.ToString();
}

/// <summary>MX (RFC 1035 section 3.3.9).</summary>
public sealed record MailData(ushort Preference, DnsName Exchange) : RecordData
{
    public override string ToString() => $"{Preference} {Exchange}";
}

/// <summary>SRV (RFC 2782).</summary>
public sealed record ServiceData(ushort Priority, ushort Weight, ushort Port, DnsName Target) : RecordData
{
    public override string ToString() => $"{Priority} {Weight} {Port} {Target}";
}

/// <summary>SOA (RFC 1035 section 3.3.13). <see cref="Minimum"/> limits how long a negative answer is cached (RFC 2308 section
/// 5).</summary>
public sealed record StartOfAuthority : RecordData
{
    public required DnsName PrimaryServer { get; init; }

    public required DnsName Mailbox { get; init; }

    public required uint Serial { get; init; }

    public required TimeSpan Refresh { get; init; }

    public required TimeSpan Retry { get; init; }

    public required TimeSpan Expire { get; init; }

    public required TimeSpan Minimum { get; init; }

    public override string ToString() =>
        $"{PrimaryServer} {Mailbox} {Serial} {Seconds(Refresh)} {Seconds(Retry)} {Seconds(Expire)} {Seconds(Minimum)}";

    private static long Seconds(TimeSpan span) => (long)span.TotalSeconds;
}

/// <summary>TXT (RFC 1035 section 3.3.14): strings of up to 255 octets, one Latin-1 character for each octet.</summary>
public sealed record TextData(ImmutableArray<string> Strings) : RecordData
{
    public bool Equals(TextData? other) => other is not null && Strings.SequenceEqual(other.Strings, StringComparer.Ordinal);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString() => string.Join(' ', Strings.Select(
        s => $"\"{s.Replace("\\", "\\\\").Replace("\"", "\\\"")}\""));
}

/// <summary>The octets of a type that this library does not parse (RFC 3597).</summary>
public sealed record OpaqueData(ImmutableArray<byte> Octets) : RecordData
{
    public bool Equals(OpaqueData? other) => other is not null && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString() => $"\\# {Octets.Length} {Convert.ToHexString(Octets.AsSpan())}";
}
