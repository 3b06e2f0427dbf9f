namespace PlatformGitOps.Dns.Client;

/// <summary>What one attempt came to.</summary>
public enum AttemptOutcome
{
    /// <summary>NOERROR with records.</summary>
    Ok,

    /// <summary>NOERROR without records of the type asked for.</summary>
    NoData,

    /// <summary>NXDOMAIN.</summary>
    NameError,

    /// <summary>SERVFAIL.</summary>
    ServerFailure,

    Refused,

    /// <summary>FORMERR, NOTIMP or any other response code.</summary>
    OtherError,

    /// <summary>Nothing came: the question or its answer was lost.</summary>
    Timeout,

    /// <summary>Only messages came that answer another question.</summary>
    Mismatch,

    /// <summary>The network said so: ICMP, a refused, reset or closed connection.</summary>
    Unreachable,
}
