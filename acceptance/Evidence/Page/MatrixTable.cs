using System.Xml.Linq;
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
                E("caption", "Each check on each cluster: of the rendered tree (static) and of the running cluster (live)."),
                E("thead", E("tr", Header("Criterion"), Header("Check"), Header("Expected"), run.Clusters.Select(Header))),
                run.Lines.GroupBy(line => line.Criterion).Select(group => E(
                    "tbody",
                    group.Select((line, index) => E(
                        "tr",
                        A("data-check", line.Check),
                        index == 0 ? E("th", A("scope", "rowgroup"), A("rowspan", $"{group.Count()}"), line.Criterion) : null,
                        E("th", A("scope", "row"), line.Title),
                        E("td", line.ExpectedText),
                        run.Clusters.Select(cluster => Cell(MatrixCell.Of(run, line, cluster), anchors)))))))));

    private static XElement Header(string text) => E("th", A("scope", "col"), text);

    private static XElement Cell(MatrixCell cell, Anchors anchors) => E(
        "td",
        A("data-cluster", cell.Cluster),
        A("data-outcome", Wording.Of(cell.Outcome)),
        cell.Results.Count == 0
            ? Badge.Of(null)
            : cell.WorstOfEachMode.Select(result => E("a", A("href", "#" + anchors[result]), Badge.Of(result.Outcome, Wording.Of(result.Mode)))));
}
