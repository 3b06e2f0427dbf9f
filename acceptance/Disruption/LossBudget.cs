namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>The allowed cost of a disruption. A limit that is null does not apply.</summary>
public sealed record LossBudget
{
    /// <summary>A planned change: no client may notice it.</summary>
    public static LossBudget Zero { get; } = new() { Failures = 0 };

    /// <summary>Failed queries, as seen by clients, over all transports.</summary>
    public int? Failures { get; init; }

    /// <summary>The total lost time on each transport.</summary>
    public TimeSpan? LostTime { get; init; }

    /// <summary>The latency that clients saw, on each transport.</summary>
    public TimeSpan? P99 { get; init; }

    /// <summary>The minimum number of queries for a meaningful result.</summary>
    public int LeastQueries { get; init; } = 500;

    /// <summary>A busy machine skips queries, and the report counts them. A shorter gap cannot hide a relevant outage.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(2);

    public BudgetVerdict Judge(LossReport report)
    {
        var breaches = new List<string>();
        breaches.AddRange(report.Gaps.Select(gap => $"the measurement has a hole: {gap}"));
        if (report.Queries < LeastQueries)
        {
            breaches.Add($"only {report.Queries} queries were sent; fewer than {LeastQueries} prove nothing");
        }

        if (report.LongestSilence > LongestSilence)
        {
            breaches.Add($"a prober sent no query for {Seconds(report.LongestSilence)}; the machine was too busy to measure");
        }

        if (report.Failures > Failures)
        {
            breaches.Add(
                $"clients saw {report.Failures} failure{(report.Failures == 1 ? "" : "s")}, {Failures} are allowed ({Kinds(report)})"
                + Strays(report));
        }

        breaches.AddRange(report.Transports.Where(t => t.LostTime > LostTime)
            .Select(t => $"{TransportName.Of(t.Via)} was out for {Seconds(t.LostTime)}, {Seconds(LostTime!.Value)} are allowed"));
        breaches.AddRange(report.Transports.Where(t => t.P99 > P99)
            .Select(t => $"{TransportName.Of(t.Via)} had a p99 of {Milliseconds(t.P99)}, {Milliseconds(P99!.Value)} are allowed"));
        return new BudgetVerdict(breaches);
    }

    /// <summary>Stray answers show that kube-proxy lost them, not CoreDNS.</summary>
    private static string Strays(LossReport report) => report.StrayAnswers switch
    {
        null => "",
        0 => "; no answer was found whose query kube-proxy had forgotten",
        1 => $"; 1 client's answer came back when kube-proxy had deleted the connection tracking entry of its query{Own(report)}",
        var answers => $"; answers of {answers} clients came back when kube-proxy had deleted the connection tracking entry of their query"
            + Own(report),
    };

    /// <summary>Other clients in the cluster lose answers too.</summary>
    private static string Own(LossReport report) => report.Forgotten is { } forgotten
        ? $", which explains {forgotten} of the {report.LostPackets} lost packets"
        : "";

    private static string Kinds(LossReport report) => string.Join(", ", report.Transports.Where(t => t.Failures > 0)
        .Select(t => $"{TransportName.Of(t.Via)}: {string.Join(" + ", t.FailuresByOutcome.Select(f => $"{f.Value} {Wording(f.Key)}"))}"));

    private static string Wording(Dns.Client.AttemptOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:F2} s");

    private static string Milliseconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:F1} ms");
}

/// <param name="Breaches">Each exceeded limit, with both figures; empty if the budget holds.</param>
public sealed record BudgetVerdict(IReadOnlyList<string> Breaches)
{
    public bool Holds => Breaches.Count == 0;

    public override string ToString() => Holds ? "within budget" : string.Join("; ", Breaches);
}
