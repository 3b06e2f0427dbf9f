using System.Net;

namespace PlatformGitOps.Dns.Messages;

/// <summary>A (RFC 1035 section 3.4.1) and AAAA (RFC 3596).</summary>
public sealed record AddressData(IPAddress Address) : RecordData
{
    public override string ToString() => Address.ToString();
}
