using System.Diagnostics.CodeAnalysis;

namespace PlatformGitOps.Dns.Messages;

/// <summary>Record types that this library reads and writes by name; others are <see cref="OpaqueData"/>. IANA DNS parameters.</summary>
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

/// <summary>RFC 1035 section 3.2.4. CHAOS has facts about the server, such as <c>id.server</c> (RFC 4892).</summary>
public enum RecordClass : ushort
{
    None = 0,
    Internet = 1,
    Chaos = 3,
    Any = 255,
}

/// <summary>RFC 1035 section 4.1.1, RFC 1996, RFC 2136.</summary>
public enum OperationCode : byte
{
    Query = 0,
    InverseQuery = 1,
    Status = 2,
    Notify = 4,
    Update = 5,
}

/// <summary>RFC 1035 section 4.1.1; the upper eight bits are in the OPT record (RFC 6891 section 6.1.3).</summary>
public enum ResponseCode : ushort
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}

/// <summary>IANA DNS EDNS0 option codes.</summary>
public enum EdnsOptionCode : ushort
{
    None = 0,

    /// <summary>RFC 5001: the name of the server instance.</summary>
    NameServerIdentifier = 3,

    /// <summary>RFC 7871: the client's network.</summary>
    ClientSubnet = 8,
}
