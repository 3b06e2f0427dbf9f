namespace PlatformGitOps.Dns.Messages;

/// <summary>SOA (RFC 1035 section 3.3.13). <see cref="Minimum"/> bounds how long a negative answer may be cached (RFC 2308 section 5).</summary>
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
        $"{PrimaryServer} {Mailbox} {Serial} {(long)Refresh.TotalSeconds} {(long)Retry.TotalSeconds} {(long)Expire.TotalSeconds} {(long)Minimum.TotalSeconds}";
}
