namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What a disruption may cost. A limit that is null does not apply.</summary>
public sealed record LossBudget
{
    /// <summary>A planned change: no client may notice.</summary>
    public static LossBudget Zero { get; } = new() { Failures = 0 };

    /// <summary>Queries that clients saw fail, over all transports.</summary>
    public int? Failures { get; init; }

    /// <summary>On each transport, in all.</summary>
    public TimeSpan? LostTime { get; init; }

    /// <summary>On each transport, what the client waited.</summary>
    public TimeSpan? P99 { get; init; }

    /// <summary>Fewer queries than this prove nothing.</summary>
    public int LeastQueries { get; init; } = 500;

    /// <summary>
    /// A busy machine skips queries, and the report counts them. A silence that is shorter than this cannot hide an outage that matters.
    /// </summary>
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
            breaches.Add($"no query was sent for {Seconds(report.LongestSilence)}; the machine was too busy to measure");
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

    /// <summary>Answers without a client tell a loss of kube-proxy's from one of CoreDNS.</summary>
    private static string Strays(LossReport report) => report.StrayAnswers switch
    {
        null => "",
        0 => "; no answer was found whose query kube-proxy had forgotten",
        1 => $"; 1 client's answer came back when kube-proxy had deleted the connection tracking entry of its query{Own(report)}",
        var answers => $"; answers of {answers} clients came back when kube-proxy had deleted the connection tracking entry of their query"
            + Own(report),
    };

    /// <summary>Other clients of the cluster lose answers too.</summary>
    private static string Own(LossReport report) => report.Forgotten is { } forgotten
        ? $", which explains {forgotten} of the {report.LostPackets} lost packets"
        : "";

    private static string Kinds(LossReport report) => string.Join(", ", report.Transports.Where(t => t.Failures > 0)
        .Select(t => $"{TransportName.Of(t.Via)}: {string.Join(" + ", t.FailuresByOutcome.Select(f => $"{f.Value} {Wording(f.Key)}"))}"));

    private static string Wording(Dns.Client.AttemptOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:F2} s");

    private static string Milliseconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:F1} ms");
}

/// <param name="Breaches">Each limit that was passed, with both figures; empty when the budget holds.</param>
public sealed record BudgetVerdict(IReadOnlyList<string> Breaches)
{
    public bool Holds => Breaches.Count == 0;

    public override string ToString() => Holds ? "within budget" : string.Join("; ", Breaches);
}
