using System.Xml.Linq;
using PlatformGitOps.Acceptance.Evidence.Model;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>The validation matrix, one column for each cluster; each cell leads to its evidence.</summary>
internal static class MatrixTable
{
    public static XElement Write(Run run, Anchors anchors) => E(
        "section",
        A("id", "matrix"),
        E("h2", "Validation matrix"),
        E(
            "div",
            Class("scroll"),
            E(
                "table",
                Class("matrix"),
                E("caption", "Each line of the story's matrix on each cluster: what would be delivered (rendered) and what runs (live). Of several checks the worst is shown."),
                E("thead", E("tr", Header("Criterion"), Header("Check"), Header("Expected"), run.Clusters.Select(Header))),
                ValidationMatrix.Of(run).GroupBy(r => r.Criterion).Select(group => E(
                    "tbody",
                    group.Select((row, index) => E(
                        "tr",
                        A("data-row", row.Id),
                        index == 0 ? E("th", A("scope", "rowgroup"), A("rowspan", $"{group.Count()}"), row.Criterion) : null,
                        E("th", A("scope", "row"), row.Check),
                        E("td", row.Expected),
                        run.Clusters.Select(cluster => Cell(MatrixCell.Of(run, row, cluster), anchors)))))))));

    private static XElement Header(string text) => E("th", A("scope", "col"), text);

    private static XElement Cell(MatrixCell cell, Anchors anchors)
    {
        if (!cell.Applies)
        {
            return E("td", A("data-cluster", cell.Cluster), A("data-outcome", "n/a"), Class("none"), E("span", A("title", "This line is about the other cluster"), "n/a"));
        }

        return E(
            "td",
            A("data-cluster", cell.Cluster),
            A("data-outcome", Wording.Of(cell.Outcome)),
            cell.Results.Count == 0
                ? Badge.Of(null)
                : Enum.GetValues<RowHalf>().Select(cell.Of).Where(checks => checks.Count > 0).Select(checks => E(
                    "a",
                    A("href", "#" + anchors[checks[0]]),
                    Badge.Of(checks[0].Outcome, Wording.Of(checks[0].Half)))));
    }
}
