using System.Text;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The page as Markdown, for a job summary.</summary>
public static class MarkdownReport
{
    public static string Write(Run run)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');

        Line($"# DNS acceptance: {Wording.Verdict(run)}");
        Line();
        Line($"Run `{run.Id}`, {Wording.Of(run.StartedAt)}, {Wording.Of(run.Duration)}. {string.Join(", ", run.Facts.Select(f => $"{f.Label}: {Cell(f.Value)}"))}");
        Line();
        Line("## Validation matrix");
        Line();
        Line($"| Criterion | Check | Expected | {string.Join(" | ", run.Clusters)} |");
        Line($"|---|---|---|{string.Concat(run.Clusters.Select(_ => "---|"))}");
        foreach (var row in ValidationMatrix.Of(run))
        {
            var cells = run.Clusters.Select(cluster => Outcome(MatrixCell.Of(run, row, cluster)));
            Line($"| {row.Criterion} | {Cell(row.Check)} | {Cell(row.Expected)} | {string.Join(" | ", cells)} |");
        }

        Section("Failed", ResultOutcome.Failed);
        Section("Skipped", ResultOutcome.Skipped);

        if (run.Results.Any(r => r.Disruptions.Count > 0))
        {
            Line();
            Line("## Disruptions, question by question");
            Line();
            Line("| Disruption | Cluster | Transport | Questions | Lost packets | Retried | Failures | Lost time | p50 | p99 | Slowest | Budget |");
            Line("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|");
            foreach (var (result, disruption) in run.Results.SelectMany(r => r.Disruptions.Select(d => (r, d))))
            {
                foreach (var t in disruption.Report.Transports)
                {
                    Line($"| {Cell(result.Test)} | {result.Cluster} | {Wording.Of(t.Via)} | {Wording.Of(t.Queries)} | {Wording.Of(t.LostPackets)} "
                        + $"| {Wording.Of(t.Retried)} | {Wording.Of(t.Failures)} | {Wording.Lost(t.LostTime)} | {Wording.Of(t.P50)} | {Wording.Of(t.P99)} "
                        + $"| {Wording.Of(t.Slowest)} | {Cell(disruption.Verdict.ToString())} |");
                }
            }
        }

        return text.ToString();

        void Section(string title, ResultOutcome outcome)
        {
            if (run.Count(outcome) == 0)
            {
                return;
            }

            Line();
            Line($"## {title}");
            Line();
            foreach (var result in run.Results.Where(r => r.Outcome == outcome))
            {
                Line($"- **{result.Id}, {result.Cluster}**: {Cell(result.Test)}. {Cell(result.Reason ?? "")}");
            }
        }
    }

    private static string Outcome(MatrixCell cell) => cell switch
    {
        { Applies: false } => "n/a",
        { Results.Count: 0 } => "◻️ not run",
        _ => string.Join("<br>", Enum.GetValues<RowHalf>().Select(cell.Of).Where(checks => checks.Count > 0)
            .Select(checks => $"{Sign(checks[0].Outcome)} {Wording.Of(checks[0].Half)}")),
    };

    private static string Sign(ResultOutcome outcome) => outcome switch
    {
        ResultOutcome.Passed => "✅",
        ResultOutcome.Failed => "❌",
        _ => "⏭️",
    };

    /// <summary>A line break or a bar would end the table's cell, and an angle bracket would be taken for HTML.</summary>
    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
