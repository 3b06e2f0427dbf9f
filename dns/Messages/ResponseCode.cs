namespace PlatformGitOps.Dns.Messages;

/// <summary>RFC 1035 section 4.1.1; the upper eight bits travel in the OPT record (RFC 6891 section 6.1.3).</summary>
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
