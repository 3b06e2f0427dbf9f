using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>What one attempt came to.</summary>
public enum AttemptOutcome
{
    /// <summary>NOERROR with records.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>NOERROR without records of the type asked for.</summary>
    [JsonStringEnumMemberName("nodata")]
    NoData,

    /// <summary>NXDOMAIN.</summary>
    [JsonStringEnumMemberName("nxdomain")]
    NameError,

    /// <summary>SERVFAIL.</summary>
    [JsonStringEnumMemberName("servfail")]
    ServerFailure,

    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>FORMERR, NOTIMP or any other response code.</summary>
    [JsonStringEnumMemberName("error")]
    OtherError,

    /// <summary>Nothing came: the question or its answer was lost.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>Only messages came that answer another question.</summary>
    [JsonStringEnumMemberName("mismatch")]
    Mismatch,

    /// <summary>The network said so: ICMP, a refused, reset or closed connection.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,
}
