namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What a disruption may cost. A limit that is null is not looked at.</summary>
public sealed record LossBudget
{
    /// <summary>A planned change: no client may notice.</summary>
    public static LossBudget Zero { get; } = new() { Failures = 0 };

    /// <summary>Questions that clients saw fail, over all transports.</summary>
    public int? Failures { get; init; }

    /// <summary>On each transport, in all.</summary>
    public TimeSpan? LostTime { get; init; }

    /// <summary>On each transport, what the client waited.</summary>
    public TimeSpan? P99 { get; init; }

    /// <summary>Fewer questions than this prove nothing.</summary>
    public int LeastQueries { get; init; } = 500;

    /// <summary>
    /// A busy machine skips questions, which the report tells; as long as none of the silences is longer than this, no outage that matters
    /// can hide in one.
    /// </summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(2);

    public BudgetVerdict Judge(LossReport report)
    {
        var breaches = new List<string>();
        breaches.AddRange(report.Gaps.Select(gap => $"the measurement has a hole: {gap}"));
        if (report.Queries < LeastQueries)
        {
            breaches.Add($"only {report.Queries} questions were asked; fewer than {LeastQueries} prove nothing");
        }

        if (report.LongestSilence > LongestSilence)
        {
            breaches.Add(Text(
                $"nothing was asked for {report.LongestSilence.TotalSeconds:F2} s, and what happened then is not known; the machine was too busy to measure on"));
        }

        if (report.Failures > Failures)
        {
            breaches.Add($"clients saw {report.Failures} failure{(report.Failures == 1 ? "" : "s")}, {Failures} are allowed ({Kinds(report)})");
        }

        breaches.AddRange(report.Transports.Where(t => t.LostTime > LostTime)
            .Select(t => Text($"{TransportName.Of(t.Via)} was out for {t.LostTime.TotalSeconds:F2} s, {LostTime!.Value.TotalSeconds:F2} s are allowed")));
        breaches.AddRange(report.Transports.Where(t => t.P99 > P99)
            .Select(t => Text($"{TransportName.Of(t.Via)} had a p99 of {t.P99.TotalMilliseconds:F1} ms, {P99!.Value.TotalMilliseconds:F1} ms are allowed")));
        return new BudgetVerdict(breaches);
    }

    private static string Kinds(LossReport report) => string.Join(", ", report.Transports.Where(t => t.Failures > 0)
        .Select(t => $"{TransportName.Of(t.Via)}: {string.Join(" + ", t.FailuresByOutcome.Select(f => $"{f.Value} {f.Key.ToString().ToLowerInvariant()}"))}"));

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

/// <param name="Breaches">Each limit that was passed, with both figures; empty when the budget holds.</param>
public sealed record BudgetVerdict(IReadOnlyList<string> Breaches)
{
    public bool Holds => Breaches.Count == 0;

    public override string ToString() => Holds ? "within budget" : string.Join("; ", Breaches);
}
