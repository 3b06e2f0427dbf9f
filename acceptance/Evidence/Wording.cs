using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Formats figures and outcomes, the same on every machine.</summary>
internal static class Wording
{
    public static string Of(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 10 } => Text($"{time.TotalMilliseconds:0.00} ms"),
        { TotalSeconds: < 1 } => Text($"{time.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 120 } => Text($"{time.TotalSeconds:0.0} s"),
        _ => Text($"{(int)time.TotalMinutes} min {time.Seconds} s"),
    };

    /// <summary>Time without DNS; usually none.</summary>
    public static string Lost(TimeSpan time) => time == TimeSpan.Zero ? "none" : Of(time);

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Lines(int count) => count == 1 ? "1 line" : Text($"{count} lines");

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

    /// <summary>The run in one sentence. It says if only static checks ran, which are not an acceptance.</summary>
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

    /// <summary>Each reason for skipped checks with its results; the most frequent one first.</summary>
    public static IReadOnlyList<(string Reason, IReadOnlyList<CheckResult> Results)> SkipReasons(Run run) =>
    [
        .. run.Results.Where(r => r.Outcome is ResultOutcome.Skipped or ResultOutcome.NotApplicable)
            .GroupBy(r => r.Reason ?? "no reason was given")
            .OrderByDescending(g => g.Count()).Select(g => (g.Key, (IReadOnlyList<CheckResult>)[.. g])),
    ];

    /// <summary>
    /// The beginning of an output: of the row's command if the suite ran it. Skips the header of a table and the first line of an object.
    /// </summary>
    public static (string? First, int More) Beginning(CheckResult result)
    {
        var lines = (result.Observed ?? "").Split('\n');
        var own = result.Commands.Count == 0 ? -1 : Array.IndexOf(lines, $"$ {result.Commands[0]}");
        lines = [.. lines.Skip(own + 1).TakeWhile(line => !line.StartsWith("$ ", StringComparison.Ordinal))
            .Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => string.Join(' ', line.Split((char[]?)null, Words)))];
        lines = lines is [var header, _, ..] && header.Any(char.IsUpper) && !header.Any(char.IsLower) ? lines[1..] : lines;
        return lines switch
        {
            [] => (null, 0),
            [var first, ..] when first.StartsWith("apiVersion:", StringComparison.Ordinal) => (null, lines.Length),
            [var first, .. var more] => (first.Length <= MostShown ? first : $"{first[..(MostShown - 3)]}...", more.Length),
        };
    }

    private const StringSplitOptions Words = StringSplitOptions.RemoveEmptyEntries;

    /// <summary>The maximum length of an output in the matrix, in characters.</summary>
    private const int MostShown = 72;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
