using System.Text.Json.Serialization;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Probing;

/// <summary>One line for each attempt: a packet sent, and what came of it.</summary>
public sealed record ProbeAttempt
{
    /// <summary>When the attempt was sent, on the prober's wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the attempt was sent, in microseconds since the prober's start.</summary>
    public required long Mono { get; init; }

    public required DnsTransportKind Via { get; init; }

    /// <summary>Counts the questions of this transport from 1; the attempts of one question share it.</summary>
    public required long Query { get; init; }

    /// <summary>The DNS message id.</summary>
    public required ushort Id { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>True on the attempt whose outcome the client sees.</summary>
    public required bool Last { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>Microseconds from sending until the outcome was known.</summary>
    public required long Micros { get; init; }

    /// <summary>The instance that answered, where the server tells it (RFC 5001).</summary>
    public string? By { get; init; }

    public string? Problem { get; init; }

    /// <summary>The port that a query over UDP was sent from; written where it got no answer, so that its packets can be found.</summary>
    public int? Port { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OverTcp { get; init; }
}
