namespace PlatformGitOps.Dns.Messages;

/// <summary>IANA DNS EDNS0 option codes.</summary>
public enum EdnsOptionCode : ushort
{
    None = 0,

    /// <summary>RFC 5001: which instance answered.</summary>
    NameServerIdentifier = 3,

    /// <summary>RFC 7871: for which network the question is asked.</summary>
    ClientSubnet = 8,
}
