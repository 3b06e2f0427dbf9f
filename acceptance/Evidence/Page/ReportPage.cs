using System.Xml.Linq;
using PlatformGitOps.Acceptance.Evidence.Model;
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
                    MatrixTable.Write(run, anchors),
                    OpenPoints(run, anchors),
                    disruptions.Length > 0 ? DisruptionSection.Write(disruptions, anchors) : null,
                    E("section", A("id", "evidence"), E("h2", "Evidence"), run.Results.Select(r => ResultArticle.Write(r, anchors)))),
                E("footer", E("p", $"Run {run.Id}. The same in report.md, junit.xml and evidence.json beside this page.")))));
    }

    private static XElement Head(Run run) => E(
        "head",
        E("meta", A("charset", "utf-8")),
        E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
        E("meta", A("name", "color-scheme"), A("content", "light dark")),
        E("title", $"DNS acceptance: {Wording.Verdict(run)}"),
        E("style", Stylesheet.Text));

    private static XElement Top(Run run, bool disrupted) => E(
        "header",
        E("h1", "DNS acceptance"),
        E("p", Class(run.Count(ResultOutcome.Failed) > 0 ? "verdict failed" : Wording.IsPartial(run) ? "verdict partial" : "verdict passed"), Wording.Verdict(run)),
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
            run.Results.Any(r => r.Outcome != ResultOutcome.Passed) ? E("a", A("href", "#open"), "Open points") : null,
            disrupted ? E("a", A("href", "#disruptions"), "Disruptions") : null,
            E("a", A("href", "#evidence"), "Evidence")));

    private static XElement? OpenPoints(Run run, Anchors anchors)
    {
        var open = run.Results.Where(r => r.Outcome != ResultOutcome.Passed).OrderByDescending(r => r.Outcome).ToArray();
        return open.Length == 0 ? null : E(
            "section",
            A("id", "open"),
            E("h2", "Open points"),
            E("ul", Class("open"), open.Select(r => E(
                "li",
                Badge.Of(r.Outcome),
                " ",
                E("a", A("href", "#" + anchors[r]), $"{r.Id}, {r.Cluster}, {Wording.Of(r.Half)}: {r.Test}"),
                r.Reason is { } reason ? E("span", Class("why"), reason) : null))));
    }
}
