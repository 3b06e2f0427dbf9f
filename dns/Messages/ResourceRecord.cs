namespace PlatformGitOps.Dns.Messages;

/// <summary>RFC 1035 section 4.1.3. <see cref="Ttl"/> is in whole seconds on the wire; one with its top bit set reads as 0 (RFC 2181 section 8).</summary>
public sealed record ResourceRecord
{
    public required DnsName Name { get; init; }

    public required RecordType Type { get; init; }

    public RecordClass Class { get; init; } = RecordClass.Internet;

    public TimeSpan Ttl { get; init; }

    public required RecordData Data { get; init; }

    public override string ToString() => $"{Name} {(long)Ttl.TotalSeconds} {Class} {Type} {Data}";
}
