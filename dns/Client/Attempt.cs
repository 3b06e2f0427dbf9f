using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>A sent query and its outcome.</summary>
public sealed record Attempt
{
    /// <summary>Counted from 1.</summary>
    public required int Number { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>The time from just before sending to the outcome.</summary>
    public required TimeSpan Elapsed { get; init; }

    public DnsMessage? Response { get; init; }

    /// <summary>True if a truncated UDP answer made the client retry over TCP.</summary>
    public bool FellBackToTcp { get; init; }

    /// <summary>The operating system's error, if there is one.</summary>
    public string? Problem { get; init; }

    /// <summary>The client's port, if all attempts of the query share one.</summary>
    public int? LocalPort { get; init; }

    /// <summary>The server instance that answered, if it identifies itself (RFC 5001).</summary>
    public string? AnsweredBy => Response?.Edns?.NameServerIdentifier;

    /// <summary>True if a stub resolver returns this answer to its caller instead of trying again.</summary>
    public bool IsFinal => Outcome is AttemptOutcome.Ok or AttemptOutcome.NoData or AttemptOutcome.NameError;
}

/// <summary>The outcome of one attempt.</summary>
public enum AttemptOutcome
{
    /// <summary>NOERROR with records.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>NOERROR without records of the requested type.</summary>
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

    /// <summary>No answer: the query or the answer was lost.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>Only answers to other queries arrived.</summary>
    [JsonStringEnumMemberName("mismatch")]
    Mismatch,

    /// <summary>The network reported it: ICMP, a refused, reset or closed connection.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,
}
