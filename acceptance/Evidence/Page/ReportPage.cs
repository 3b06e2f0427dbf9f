using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>The whole page: one file, no script, nothing loaded from elsewhere.</summary>
public static class ReportPage
{
    public static string Write(Run run)
    {
        var anchors = new Anchors(run);
        var disruptions = run.Results.Where(r => r.Disruptions.Count > 0).ToArray();
        return Markup.Write(E(
            "html",
            A("lang", "en"),
            Head(run),
            E(
                "body",
                E("a", Class("skip"), A("href", "#matrix"), "Skip to the matrix"),
                Top(run, disruptions.Length > 0),
                E(
                    "main",
                    Failures(run, anchors),
                    Skipped(run, anchors),
                    MatrixTable.Write(run, anchors),
                    disruptions.Length > 0 ? DisruptionSection.Write(disruptions, anchors) : null,
                    E("section", A("id", "evidence"), E("h2", "Evidence"), run.Results.Select(r => ResultArticle.Write(r, anchors)))),
                E("footer", E("p", $"Run {run.Id}. The same in report.md, junit.xml and evidence.json beside this page.")))));
    }

    private static XElement Head(Run run) => E(
        "head",
        E("meta", A("charset", "utf-8")),
        E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
        // Whatever text of a cluster is on the page, the browser loads and runs nothing.
        E("meta", A("http-equiv", "Content-Security-Policy"), A("content", "default-src 'none'; style-src 'unsafe-inline'")),
        E("meta", A("name", "color-scheme"), A("content", "light dark")),
        E("title", $"DNS acceptance: {Wording.Verdict(run)}"),
        E("style", Stylesheet.Text));

    private static XElement Top(Run run, bool disrupted) => E(
        "header",
        E("h1", "DNS acceptance"),
        run.Clusters.Select(cluster => E("p", Class($"verdict {Verdict([.. run.Results.Where(r => r.Cluster == cluster)])}"), Wording.Verdict(run, cluster))),
        E(
            "dl",
            Class("facts"),
            new[] { new Fact("Run", run.Id), new Fact("Started", Wording.Of(run.StartedAt)), new Fact("Took", Wording.Of(run.Duration)) }
                .Concat(run.Facts)
                .Select(f => E("div", E("dt", f.Label), E("dd", f.Value)))),
        E(
            "nav",
            A("aria-label", "Sections"),
            E("a", A("href", "#matrix"), "Matrix"),
            run.Count(ResultOutcome.Failed) > 0 ? E("a", A("href", "#failed"), "Failed") : null,
            Wording.SkipReasons(run).Count > 0 ? E("a", A("href", "#skipped"), "Not run") : null,
            disrupted ? E("a", A("href", "#disruptions"), "Disruptions") : null,
            E("a", A("href", "#evidence"), "Evidence")));

    private static string Verdict(IReadOnlyList<CheckResult> results) =>
        results.Any(r => r.Outcome == ResultOutcome.Failed) ? "failed" : Wording.IsPartial(results) ? "partial" : "passed";

    private static XElement? Failures(Run run, Anchors anchors)
    {
        var failed = run.Results.Where(r => r.Outcome == ResultOutcome.Failed).ToArray();
        return failed.Length == 0 ? null : E(
            "section",
            A("id", "failed"),
            E("h2", "Failed"),
            E("ul", Class("open"), failed.Select(r => E(
                "li",
                Badge.Of(r.Outcome),
                " ",
                Link(r, anchors),
                r.Reason is { } reason ? E("span", Class("why"), reason) : null))));
    }

    private static XElement? Skipped(Run run, Anchors anchors)
    {
        var reasons = Wording.SkipReasons(run);
        return reasons.Count == 0 ? null : E(
            "section",
            A("id", "skipped"),
            E("h2", "Not run"),
            E("ul", Class("open"), reasons.Select(entry => E(
                "li",
                E(
                    "details",
                    E("summary", $"{entry.Results.Count} × {entry.Reason}"),
                    E("ul", entry.Results.Select(r => E("li", Link(r, anchors)))))))));
    }

    private static XElement Link(CheckResult result, Anchors anchors) =>
        E("a", A("href", "#" + anchors[result]), $"{result.Check}, {result.Cluster}, {Wording.Of(result.Mode)}: {result.Title}");
}
