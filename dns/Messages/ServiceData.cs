namespace PlatformGitOps.Dns.Messages;

/// <summary>SRV (RFC 2782).</summary>
public sealed record ServiceData(ushort Priority, ushort Weight, ushort Port, DnsName Target) : RecordData
{
    public override string ToString() => $"{Priority} {Weight} {Port} {Target}";
}
