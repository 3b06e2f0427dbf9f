using System.Globalization;
using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>How figures and outcomes are written, the same on every machine.</summary>
internal static class Wording
{
    public static string Of(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 10 } => Text($"{time.TotalMilliseconds:0.00} ms"),
        { TotalSeconds: < 1 } => Text($"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 120 } => Text($"{time.TotalSeconds:0.0} s"),
        _ => Text($"{(int)time.TotalMinutes} min {time.Seconds} s"),
    };

    /// <summary>Time without DNS; most of the time there is none.</summary>
    public static string Lost(TimeSpan time) => time == TimeSpan.Zero ? "none" : Of(time);

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(DnsTransportKind kind) => TransportName.Of(kind);

    public static string Of(CheckMode mode) => mode == CheckMode.Live ? "live" : "static";

    public static string Of(ResultOutcome? outcome) => outcome switch
    {
        ResultOutcome.Passed => "passed",
        ResultOutcome.Failed => "failed",
        ResultOutcome.Skipped => "skipped",
        ResultOutcome.NotApplicable => "not applicable",
        _ => "not run",
    };

    public static string Of(Enum kind) =>
        string.Concat(kind.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}"))
            .ToLowerInvariant();

    /// <summary>The run in one sentence. Static checks alone are not an acceptance, and the sentence says so.</summary>
    public static string Verdict(Run run) => Verdict(run.Results, "");

    /// <summary>The verdict of one cluster.</summary>
    public static string Verdict(Run run, string cluster) =>
        $"DNS of {cluster}: {Verdict([.. run.Results.Where(r => r.Cluster == cluster)], "healthy, ")}";

    private static string Verdict(IReadOnlyList<CheckResult> results, string well)
    {
        var (failed, passed) = (Count(ResultOutcome.Failed), Count(ResultOutcome.Passed));
        var ran = passed + failed;
        var rest = Rest("not run", Count(ResultOutcome.Skipped)) + Rest("not applicable", Count(ResultOutcome.NotApplicable));
        return ran == 0 ? $"no check ran{rest}"
            : (failed > 0 ? $"{failed} of {ran} checks failed" : $"{(IsPartial(results) ? "" : well)}{ran} of {ran} checks passed")
                + (IsPartial(results) ? ", none of them on a cluster" : "") + rest;

        int Count(ResultOutcome outcome) => results.Count(r => r.Outcome == outcome);

        static string Rest(string what, int count) => count == 0 ? "" : $"; {what}: {count}";
    }

    public static bool IsPartial(IEnumerable<CheckResult> results) =>
        !results.Any(r => r is { Mode: CheckMode.Live, Outcome: ResultOutcome.Passed or ResultOutcome.Failed });

    /// <summary>Each reason of what did not run once, with its results; what concerns most results comes first.</summary>
    public static IReadOnlyList<(string Reason, IReadOnlyList<CheckResult> Results)> SkipReasons(Run run) =>
    [
        .. run.Results.Where(r => r.Outcome is ResultOutcome.Skipped or ResultOutcome.NotApplicable)
            .GroupBy(r => r.Reason ?? "no reason was given")
            .OrderByDescending(g => g.Count()).Select(g => (g.Key, (IReadOnlyList<CheckResult>)[.. g])),
    ];

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
