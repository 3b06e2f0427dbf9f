using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Timelines made by hand, for the tests of what reads them.</summary>
internal static class SampleTimeline
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    public static Timeline Of(params ClientQuery[] queries) =>
        new() { Queries = queries, Events = [], Cadence = TimeSpan.FromMilliseconds(20) };

    public static ClientQuery Query(
        int milliseconds,
        int lost = 0,
        int? attempts = null,
        AttemptOutcome outcome = AttemptOutcome.Ok,
        DnsTransportKind via = DnsTransportKind.FreshUdp,
        double latency = 1,
        string? by = null) => new()
        {
            At = Start.AddMilliseconds(milliseconds),
            Via = via,
            Name = "kubernetes.default.svc.cluster.local.",
            Outcome = outcome,
            Elapsed = TimeSpan.FromMilliseconds(latency + (lost * 1000)),
            Attempts = attempts ?? (outcome == AttemptOutcome.Ok ? lost + 1 : Math.Max(lost, 1)),
            LostPackets = lost,
            AnsweredBy = by,
        };
}
