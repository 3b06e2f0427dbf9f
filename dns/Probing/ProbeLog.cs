using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Probing;

/// <summary>The log's text form: one JSON object a line. The prober writes it and the loss analysis reads it.</summary>
public static class ProbeLog
{
    private static JsonTypeInfo<ProbeLine> Line => ProbeLogContext.Default.ProbeLine;

    public static string Write(ProbeLine line) => JsonSerializer.Serialize(line, Line);

    /// <summary>Null for a line in another format: a container log may be cut in the middle of its last line.</summary>
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

/// <summary>The first line of a prober's log: what it was asked to do, and when its clock started.</summary>
public sealed record ProbeStart
{
    /// <summary>The wall clock at monotonic zero. All later wall times are this plus the monotonic time, so a clock step cannot tear the
    /// log.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took until every transport had been answered once, before the log began; 0 where nobody waited for
    /// that.</summary>
    public int WaitedMilliseconds { get; init; }

    /// <summary>The HTTP port that answers <c>/clock</c> and <c>/stop</c>; null where the prober has none.</summary>
    public int? ControlPort { get; init; }

    /// <summary>The prober's pod, where it knows it.</summary>
    public string? Pod { get; init; }

    public string? Node { get; init; }

    public required string Server { get; init; }

    public required int CadenceMilliseconds { get; init; }

    public required int TimeoutMilliseconds { get; init; }

    public required int Attempts { get; init; }

    public required ImmutableArray<DnsTransportKind> Transports { get; init; }

    public required ImmutableArray<string> Names { get; init; }
}

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

/// <summary>The last line of a prober's log. A log without it, or with other counts than its own, is not whole.</summary>
public sealed record ProbeEnd
{
    public required DateTimeOffset At { get; init; }

    public required long Queries { get; init; }

    public required long Attempts { get; init; }

    /// <summary>Questions not asked because the prober itself was behind its cadence: a busy machine, not a DNS failure.</summary>
    public required long Skipped { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeLine))]
internal sealed partial class ProbeLogContext : JsonSerializerContext;
