namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The report as Markdown, for a job summary.</summary>
public static class MarkdownReport
{
    public static string Write(Run run)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');

        Line($"# DNS acceptance: {Wording.Verdict(run)}");
        Line();
        foreach (var cluster in run.Clusters)
        {
            Line($"- {Cell(Wording.Verdict(run, cluster))}");
        }

        Failures();
        Skipped();
        Line();
        Line($"Run `{run.Id}`, {Wording.Of(run.StartedAt)}, {Wording.Of(run.Duration)}. " +
            $"{string.Join(", ", run.Facts.Select(f => $"{Cell(f.Label)}: {Cell(f.Value)}"))}");
        Line();
        Line("## Validation matrix");
        Line();
        Line($"| Criterion | Check | Command | Expected | {string.Join(" | ", run.Clusters)} |");
        Line($"|---|---|---|---|{string.Concat(run.Clusters.Select(_ => "---|"))}");
        foreach (var line in run.Lines)
        {
            var cells = run.Clusters.Select(cluster => Outcome(MatrixCell.Of(run, line, cluster)));
            Line($"| {line.Criterion} | {Cell(line.Title)} | {(run.Command(line) is { } command ? Code(command) : "")} | "
                + $"{Cell(line.ExpectedText)} | {string.Join(" | ", cells)} |");
        }

        if (run.Results.Any(r => r.Disruptions.Count > 0))
        {
            Line();
            Line("## Disruptions, query by query");
            Line();
            Line("| Disruption | Cluster | Transport | Queries | Lost packets | Retried | Failures | Lost time | p50 | p99 | Slowest " +
                "| Budget |");
            Line("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|");
            foreach (var (result, disruption) in run.Results.SelectMany(r => r.Disruptions.Select(d => (r, d))))
            {
                foreach (var t in disruption.Report.Transports)
                {
                    Line($"| {Cell(result.Title)} | {result.Cluster} | {Wording.Of(t.Via)} | {Wording.Of(t.Queries)} | " +
                        $"{Wording.Of(t.LostPackets)} "
                        + $"| {Wording.Of(t.Retried)} | {Wording.Of(t.Failures)} | {Wording.Lost(t.LostTime)} | {Wording.Of(t.P50)} | " +
                            $"{Wording.Of(t.P99)} "
                        + $"| {Wording.Of(t.Slowest)} | {Cell(disruption.Verdict.ToString())} |");
                }
            }
        }

        return text.ToString();

        void Failures()
        {
            Heading("Failed", run.Count(ResultOutcome.Failed) > 0);
            foreach (var result in run.Results.Where(r => r.Outcome == ResultOutcome.Failed))
            {
                Line($"- **{result.Check}, {result.Cluster}**: {Cell(result.Title)}. {Cell(result.Reason ?? "")}");
            }
        }

        void Skipped()
        {
            Heading("Not run", Wording.SkipReasons(run).Count > 0);
            foreach (var (reason, results) in Wording.SkipReasons(run))
            {
                Line($"- {results.Count} × {Cell(reason)}: {string.Join(", ", results.Select(r => $"{r.Check} {r.Cluster}"))}");
            }
        }

        void Heading(string title, bool needed)
        {
            if (needed)
            {
                Line();
                Line($"## {title}");
                Line();
            }
        }
    }

    private static string Outcome(MatrixCell cell) => cell switch
    {
        { Results.Count: 0 } => "◻️ not run",
        _ => string.Join("<br>", [.. cell.WorstOfEachMode.Select(result => $"{Sign(result.Outcome)} {Wording.Of(result.Mode)}"),
            .. Seen(cell.Printed)]),
    };

    private static IEnumerable<string> Seen(CheckResult? printed)
    {
        if (printed is not null && Wording.Beginning(printed) is var (first, more) && (first is not null || more > 0))
        {
            yield return string.Join(
                " + ", new[] { first is null ? null : Code(first), more == 0 ? null : Wording.Lines(more) }.OfType<string>());
        }
    }

    /// <summary>
    /// Code in a table cell: a bar ends the cell even in code. The fence is longer than all runs of backticks in the text; a blank
    /// separates it from backticks at the edges, and Markdown removes the blank.
    /// </summary>
    internal static string Code(string text)
    {
        var longest = 0;
        for (int at = 0, run = 0; at < text.Length; at++)
        {
            run = text[at] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var (fence, blank) = (new string('`', longest + 1), longest == 0 ? "" : " ");
        return $"{fence}{blank}{text.ReplaceLineEndings(" ").Replace("|", "\\|")}{blank}{fence}";
    }

    internal static string Sign(ResultOutcome outcome) => outcome switch
    {
        ResultOutcome.Passed => "✅",
        ResultOutcome.Failed => "❌",
        ResultOutcome.NotApplicable => "➖",
        _ => "⏭️",
    };

    /// <summary>Escapes line breaks and bars, which would end the cell, and brackets, which would become HTML, links or images.</summary>
    internal static string Cell(string text) => text.ReplaceLineEndings(" ")
        .Replace("\\", "\\\\").Replace("|", "\\|")
        .Replace("[", "\\[").Replace("<", "&lt;");
}
