using PlatformGitOps.Acceptance.Adoption;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>docs/criteria.md: all checks, what they read, and the sabotages that they detect.</summary>
public static class CriteriaDocument
{
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append("<!-- Generated: ACCEPTANCE_WRITE_DOCUMENTS=true dotnet test acceptance --filter Name~criteria_md -->\n");
        text.Append("# What the acceptance suite checks\n\n");
        text.Append("This page lists every check of the acceptance suite, for readers of a report and for authors of checks.\n\n");
        text.Append("A static check reads the rendered tree and runs everywhere. A live check reads a running cluster. ");
        text.Append("A sabotage is a change that the check must notice: for each of them a test shows that this check fails, and no " +
            "other criterion. A check *on this machine* runs real servers, where Debian's packages of them are installed. ");
        text.Append("A *disruptive* check takes DNS down or changes it. On existing clusters it runs only with the setting " +
            "`may-disrupt`.\n");
        foreach (var criterion in Catalog.Checks.GroupBy(check => (check.Criterion.Id, check.Criterion.Text)))
        {
            text.Append($"\n## {criterion.Key.Id}: {criterion.Key.Text}\n\n");
            text.Append("| Check | Expected | Static check reads | Live check reads | Sabotages that it notices |\n| --- | --- | --- " +
                "| --- | --- |\n");
            foreach (var check in criterion)
            {
                text.Append($"| **{check.Id}** {Cell(check.Title)} | {Cell(check.Line.Expected)} | {Cell(check.Static?.Reads)} ");
                text.Append($"| {Cell(Live(check))} | " +
                    $"{Cell(SabotagesOf(check))} |\n");
            }
        }

        return text.ToString();
    }

    private static string? Live(Check check) => check.Disruptive ? $"{check.Live!.Reads} *(disruptive)*"
        : check.Host is { } host ? $"{host.Reads} *(on this machine)*"
        : check.Live?.Reads;

    private static string SabotagesOf(Check check) => string.Join("; ",
        Sabotages.Static.Where(sabotage => sabotage.Check == check.Id).Select(sabotage => sabotage.Name)
            .Concat(Sabotages.Live.Where(sabotage => sabotage.Check == check.Id).Select(sabotage => $"{sabotage.Name} (live)"))
            .Concat(Sabotages.Host.Where(sabotage => sabotage.Check == check.Id).Select(sabotage => sabotage.Name).Distinct())
            .Concat(MigrationSabotage.All.Where(_ => check.Id == MigrationSabotage.Check).Select(sabotage => $"{sabotage.Name} (live)")));

    private static string Cell(string? text) =>
        string.IsNullOrEmpty(text) ? "–" : text.Replace("|", "\\|")
            .Replace("<", "&lt;");
}

public sealed class CriteriaDocumentTests
{
    [Test]
    public async Task The_committed_criteria_md_is_what_the_checks_say()
    {
        var path = Path.Combine(Repository.Root, "docs", "criteria.md");
        if (SuiteSettings.Current.WriteDocuments)
        {
            await File.WriteAllTextAsync(path, CriteriaDocument.Write());
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(
            CriteriaDocument.Write(), "run again with ACCEPTANCE_WRITE_DOCUMENTS=true and commit the file");
    }
}
