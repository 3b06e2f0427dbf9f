using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Probing;

/// <summary>The log's format: one JSON object on each line. The prober writes it and the loss analysis reads it.</summary>
public static class ProbeLog
{
    private static JsonTypeInfo<ProbeLine> Line => ProbeLogContext.Default.ProbeLine;

    public static string Write(ProbeLine line) => JsonSerializer.Serialize(line, Line);

    /// <summary>Null for a line in another format: a container log can end in the middle of a line.</summary>
    public static ProbeLine? TryRead(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text, Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One line of a prober's log: exactly one of its members is set.</summary>
public sealed record ProbeLine
{
    public ProbeStart? Start { get; init; }

    public ProbeAttempt? Attempt { get; init; }

    public ProbeEnd? End { get; init; }
}

/// <summary>The first line of a prober's log: its task and its start time.</summary>
public sealed record ProbeStart
{
    /// <summary>
    /// The wall clock at monotonic zero. Later wall times are this plus the monotonic time, so a clock step cannot break the log.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took until every transport had an answer, before the log began; 0 if it did not wait.</summary>
    public int WaitedMilliseconds { get; init; }

    /// <summary>The HTTP port of <c>/clock</c> and <c>/stop</c>; null for none.</summary>
    public int? ControlPort { get; init; }

    /// <summary>The prober's pod, if known.</summary>
    public string? Pod { get; init; }

    public string? Node { get; init; }

    public required string Server { get; init; }

    public required int CadenceMilliseconds { get; init; }

    public required int TimeoutMilliseconds { get; init; }

    public required int Attempts { get; init; }

    public required ImmutableArray<DnsTransportKind> Transports { get; init; }

    public required ImmutableArray<string> Names { get; init; }
}

/// <summary>A line for each attempt: a sent packet and its outcome.</summary>
public sealed record ProbeAttempt
{
    /// <summary>When the attempt was sent, by the prober's wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the attempt was sent, in microseconds since the prober's start.</summary>
    public required long Mono { get; init; }

    public required DnsTransportKind Via { get; init; }

    /// <summary>The number of the query on this transport, from 1; the attempts of one query share it.</summary>
    public required long Query { get; init; }

    /// <summary>The DNS message id.</summary>
    public required ushort Id { get; init; }

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>True for the attempt whose outcome the client sees.</summary>
    public required bool Last { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>Microseconds from sending to the outcome.</summary>
    public required long Micros { get; init; }

    /// <summary>The server instance that answered, if it identifies itself (RFC 5001).</summary>
    public string? By { get; init; }

    public string? Problem { get; init; }

    /// <summary>The source port of a UDP query without an answer, so that its packets can be found.</summary>
    public int? Port { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OverTcp { get; init; }
}

/// <summary>The last line of a prober's log. A log without it, or with other counts, is incomplete.</summary>
public sealed record ProbeEnd
{
    public required DateTimeOffset At { get; init; }

    public required long Queries { get; init; }

    public required long Attempts { get; init; }

    /// <summary>Queries that were not sent because the prober was behind schedule: a busy machine, not a DNS failure.</summary>
    public required long Skipped { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeLine))]
internal sealed partial class ProbeLogContext : JsonSerializerContext;
