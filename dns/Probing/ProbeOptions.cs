using System.Collections.Immutable;
using System.Net;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Probing;

public sealed record ProbeOptions
{
    public required IPEndPoint Server { get; init; }

    /// <summary>Asked in turn.</summary>
    public required ImmutableArray<Question> Questions { get; init; }

    public ImmutableArray<DnsTransportKind> Transports { get; init; } =
        [DnsTransportKind.FreshUdp, DnsTransportKind.ReusedUdp, DnsTransportKind.Tcp];

    /// <summary>One question on each transport in every such span, however long answers take: a slow server must not slow the questions
    /// down.</summary>
    public TimeSpan Cadence { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to wait for a first answer on every transport before the log begins; zero begins at once.</summary>
    public TimeSpan FirstAnswersWithin { get; init; }

    public StubOptions Stub { get; init; } = new();

    /// <summary>Written to the log's first line; null where the probe has none.</summary>
    public int? ControlPort { get; init; }

    public string? Pod { get; init; }

    public string? Node { get; init; }
}
