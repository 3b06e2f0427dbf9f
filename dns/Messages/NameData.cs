namespace PlatformGitOps.Dns.Messages;

/// <summary>CNAME, NS and PTR (RFC 1035 section 3.3).</summary>
public sealed record NameData(DnsName Target) : RecordData
{
    public override string ToString() => Target.ToString();
}
