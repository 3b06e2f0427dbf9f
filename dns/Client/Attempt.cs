using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>One question sent, and what came of it.</summary>
public sealed record Attempt
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>From just before sending until the outcome was known.</summary>
    public required TimeSpan Elapsed { get; init; }

    public DnsMessage? Response { get; init; }

    /// <summary>True when a truncated UDP answer made the client ask again over TCP.</summary>
    public bool FellBackToTcp { get; init; }

    /// <summary>The operating system's word for it, where there is one.</summary>
    public string? Problem { get; init; }

    /// <summary>The client's port, where all attempts of the question share one.</summary>
    public int? LocalPort { get; init; }

    /// <summary>The instance that answered, where it says so (RFC 5001).</summary>
    public string? AnsweredBy => Response?.Edns?.NameServerIdentifier;

    /// <summary>Whether a stub resolver hands this to its caller, be it good or bad, instead of trying again.</summary>
    public bool IsFinal => Outcome is AttemptOutcome.Ok or AttemptOutcome.NoData or AttemptOutcome.NameError;
}

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
