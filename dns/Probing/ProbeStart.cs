using System.Collections.Immutable;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Probing;

/// <summary>The first line of a prober's log: what it was told to do, and when its clock started.</summary>
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
