using System.Diagnostics.CodeAnalysis;

namespace PlatformGitOps.Dns.Messages;

/// <summary>Resource record types this library reads and writes by name; others travel as <see cref="OpaqueData"/>. IANA DNS parameters.</summary>
public enum RecordType : ushort
{
    None = 0,
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    [SuppressMessage("Naming", "CA1720", Justification = "The name RFC 1035 gives the type.")]
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    SRV = 33,
    OPT = 41,
    ANY = 255,
}
