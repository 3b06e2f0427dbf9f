namespace PlatformGitOps.Dns.Messages;

/// <summary>MX (RFC 1035 section 3.3.9).</summary>
public sealed record MailData(ushort Preference, DnsName Exchange) : RecordData
{
    public override string ToString() => $"{Preference} {Exchange}";
}
