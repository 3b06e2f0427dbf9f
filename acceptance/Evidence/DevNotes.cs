namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The recorded run's outputs as Markdown, check by check.</summary>
public static class DevNotes
{
    public static string Write(Run run)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');

        Line("# Outputs of a recorded run");
        Line();
        Line("What the acceptance suite saw on real clusters, check by check: the command, what was expected, and the output. The page is");
        Line("written by `ACCEPTANCE_WRITE_DOCUMENTS=true dotnet test acceptance --filter TestCategory=Check`.");
        Line();
        foreach (var cluster in run.Clusters)
        {
            Line($"- {MarkdownReport.Cell(Wording.Verdict(run, cluster))}");
        }

        Line();
        Line($"Run of {Wording.Of(run.StartedAt)}, {Wording.Of(run.Duration)}. " +
            $"{string.Join(", ", run.Facts.Select(fact => $"{MarkdownReport.Cell(fact.Label)}: {MarkdownReport.Cell(fact.Value)}"))}");
        foreach (var criterion in run.Lines.GroupBy(line => line.Criterion))
        {
            Line();
            Line($"## {criterion.Key}");
            foreach (var line in criterion)
            {
                Line();
                Line($"### {line.Check} {MarkdownReport.Cell(line.Title)}");
                foreach (var cluster in run.Clusters)
                {
                    Output(line, cluster);
                }
            }
        }

        return text.ToString();

        void Output(MatrixLine line, string cluster)
        {
            Line();
            // Output from a running cluster is preferred to that from the tree.
            if (MatrixCell.Of(run, line, cluster).WorstOfEachMode.LastOrDefault() is not { } result)
            {
                Line($"**{cluster}**: ◻️ not run");
                return;
            }

            var why = result.Reason is null ? "" : $": {MarkdownReport.Cell(result.Reason)}";
            Line($"**{cluster}**: {MarkdownReport.Sign(result.Outcome)} {Wording.Of(result.Outcome)}, {Wording.Of(result.Mode)}{why}  ");
            Line($"Expected: {MarkdownReport.Cell(result.Expected ?? "-")}");
            Block(result.Transcript);
            foreach (var attachment in result.Attachments.Where(attachment => attachment.Text is not null))
            {
                Block([$"# {attachment.Title}", attachment.Text!]);
            }

            foreach (var transport in result.Disruptions.SelectMany(disruption => disruption.Report.Transports))
            {
                Line($"- {Wording.Of(transport.Via)}: {Wording.Of(transport.Queries)} queries, {Wording.Of(transport.Failures)} failed, " +
                    $"lost time {Wording.Lost(transport.LostTime)}, p99 {Wording.Of(transport.P99)}");
            }
        }

        void Block(IReadOnlyList<string> lines)
        {
            if (lines.Count > 0)
            {
                Line();
                Line("````console");
                lines.ToList().ForEach(Line);
                Line("````");
            }
        }
    }
}
