using System.Text;
using PlatformGitOps.Acceptance.Sabotage;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>docs/criteria.md: what is checked, what each half looks at, and which sabotages have turned it red.</summary>
public static class CriteriaDocument
{
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated from the acceptance suite: ACCEPTANCE_WRITE_DOCUMENTS=true dotnet test acceptance --filter Name~criteria_md -->\n");
        text.Append("# What the acceptance suite checks\n\n");
        text.Append("A row has up to two halves. The static half looks at the rendered tree and runs everywhere; the live half looks at a running cluster. ");
        text.Append("A sabotage is a change that the row must notice: for each of them a test shows that this criterion goes red and no other. ");
        text.Append("What *disturbs* takes DNS down or changes it, and runs on clusters of somebody else only where the setting `may-disrupt` allows it.\n");
        foreach (var criterion in Catalog.Rows.GroupBy(row => (row.Criterion, row.CriterionText)))
        {
            text.Append($"\n## {criterion.Key.Criterion}: {criterion.Key.CriterionText}\n\n");
            text.Append("| Row | Rendered tree | Running cluster | Sabotages that it catches |\n| --- | --- | --- | --- |\n");
            foreach (var row in criterion)
            {
                text.Append($"| **{row.Id}** {Cell(row.Title)} | {Cell(row.StaticSees)} | {Cell(row.Disturbs ? $"{row.LiveSees} *(disturbs)*" : row.LiveSees)} | {Cell(Sabotages(row))} |\n");
            }
        }

        return text.ToString();
    }

    private static string Sabotages(Row row) => string.Join("; ",
        StaticSabotages.All.Where(sabotage => sabotage.Owner == row.Id).Select(sabotage => sabotage.Name)
            .Concat(LiveSabotages.All.Concat(HealthSabotages.InTheCluster).Where(sabotage => sabotage.Owner == row.Id).Select(sabotage => $"{sabotage.Name} (live)")));

    private static string Cell(string? text) => string.IsNullOrEmpty(text) ? "–" : text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
