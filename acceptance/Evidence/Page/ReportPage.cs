using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>The report as one HTML file without scripts or external resources.</summary>
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
                    About(run),
                    MatrixTable.Write(run, anchors),
                    disruptions.Length > 0 ? DisruptionSection.Write(disruptions, anchors) : null,
                    E("section", A("id", "evidence"), E("h2", "Evidence"), run.Results.Select(r => ResultArticle.Write(r, anchors)))),
                E("footer", E("p", $"Run {run.Id}. The same in report.md, junit.xml and evidence.json beside this page.")))));
    }

    private static XElement Head(Run run) => E(
        "head",
        E("meta", A("charset", "utf-8")),
        E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
        // Whatever a cluster's texts contain, the browser loads and runs nothing.
        E("meta", A("http-equiv", "Content-Security-Policy"), A("content", "default-src 'none'; style-src 'unsafe-inline'")),
        E("meta", A("name", "color-scheme"), A("content", "light dark")),
        E("title", $"DNS acceptance: {Wording.Verdict(run)}"),
        E("style", Stylesheet.Text));

    private static XElement Top(Run run, bool disrupted) => E(
        "header",
        E("h1", "DNS acceptance"),
        run.Clusters.Select(
            cluster => E(
                "p", Class($"verdict {Verdict([.. run.Results.Where(r => r.Cluster == cluster)])}"), Wording.Verdict(run, cluster))),
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

    private static XElement About(Run run) => E(
        "details",
        Class("about"),
        E("summary", $"Run of {Wording.Of(run.StartedAt)}, {Wording.Of(run.Duration)}"),
        E(
            "dl",
            Class("facts"),
            run.Facts.Prepend(new Fact("Run", run.Id)).Select(f => E("div", E("dt", f.Label), E("dd", f.Value)))));

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

    /// <summary>Reasons that a setting or a machine can change are visible; those of the definition are folded.</summary>
    private static XElement? Skipped(Run run, Anchors anchors)
    {
        var reasons = Wording.SkipReasons(run).ToLookup(entry => entry.Results[0].Outcome == ResultOutcome.NotApplicable);
        return Wording.SkipReasons(run).Count == 0 ? null : E(
            "section",
            A("id", "skipped"),
            E("h2", "Not run"),
            E(
                "ul",
                Class("open"),
                reasons[false].Select(entry => Reason(entry.Reason, entry.Results, anchors)),
                reasons[true].Any() ? E("li", E(
                    "details",
                    E("summary", $"{run.Count(ResultOutcome.NotApplicable)} × not applicable, by the definition"),
                    E("ul", Class("open"), reasons[true].Select(entry => Reason(entry.Reason, entry.Results, anchors))))) : null));
    }

    private static XElement Reason(string reason, IReadOnlyList<CheckResult> results, Anchors anchors) => E(
        "li",
        E("details", E("summary", $"{results.Count} × {reason}"), E("ul", results.Select(result => E("li", Link(result, anchors))))));

    private static XElement Link(CheckResult result, Anchors anchors) =>
        E("a", A("href", "#" + anchors[result]), $"{result.Check}, {result.Cluster}, {Wording.Of(result.Mode)}: {result.Title}");
}

/// <summary>The validation matrix with a column for each cluster; each cell links to its evidence.</summary>
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
                E("caption", "Each check on each cluster: of the rendered tree (static) and of the running cluster (live). The command is "
                    + "that of the first cluster. What was seen begins in the cell, and goes on in the evidence."),
                E("thead", E("tr", Header("Criterion"), Header("Check"), Header("Expected"), run.Clusters.Select(Header))),
                run.Lines.GroupBy(line => line.Criterion).Select(group => E(
                    "tbody",
                    group.Select((line, index) => E(
                        "tr",
                        A("data-check", line.Check),
                        index == 0 ? E("th", A("scope", "rowgroup"), A("rowspan", $"{group.Count()}"), line.Criterion) : null,
                        E("th", A("scope", "row"), line.Title, run.Command(line) is { } command ? E("code", command) : null),
                        E("td", line.ExpectedText),
                        run.Clusters.Select(cluster => Cell(MatrixCell.Of(run, line, cluster), anchors)))))))));

    private static XElement Header(string text) => E("th", A("scope", "col"), text);

    private static XElement Cell(MatrixCell cell, Anchors anchors) => E(
        "td",
        A("data-cluster", cell.Cluster),
        A("data-outcome", Wording.Of(cell.Outcome)),
        cell.Results.Count == 0
            ? Badge.Of(null)
            : cell.WorstOfEachMode.Select(
                result => E("a", A("href", "#" + anchors[result]), Badge.Of(result.Outcome, Wording.Of(result.Mode)))),
        cell.Printed is { } printed ? Seen(printed, anchors) : null);

    private static XElement Seen(CheckResult result, Anchors anchors)
    {
        var (first, more) = Wording.Beginning(result);
        return E(
            "div",
            Class("output"),
            first is null ? null : E("code", first),
            more == 0 ? null : E("a", A("href", "#" + anchors[result]), $"{(first is null ? "" : "+ ")}{Wording.Lines(more)}"));
    }
}

/// <summary>The evidence of one check.</summary>
internal static class ResultArticle
{
    public static XElement Write(CheckResult result, Anchors anchors) => E(
        "article",
        A("id", anchors[result]),
        Class(Wording.Of(result.Outcome)),
        E(
            "details",
            // Failures are open; the others are folded.
            result.Outcome == ResultOutcome.Failed ? A("open", "") : null,
            E("summary", E("h3", Badge.Of(result.Outcome), " ",
                E("span", Class("where"), $"{result.Check} · {result.Cluster} · {Wording.Of(result.Mode)}"),
                " ", result.Title)),
            Body(result, anchors)));

    private static IEnumerable<XElement?> Body(CheckResult result, Anchors anchors) =>
    [
        result.Reason is { } reason ? E("p", Class("reason"), reason) : null,
        E(
            "dl",
            Class("seen"),
            Pair("Expected", result.Expected),
            Pair("Reads", result.Reads),
            Pair("Took", Wording.Of(result.Duration))),
        Seen(result),
        .. result.Attachments.Where(a => a.Text is not null).Select(a => E(
            "details",
            E("summary", a.Title),
            E("pre", E("code", a.Text)))),
        result.Attachments.Any(a => a.Path is not null)
            ? E("ul", Class("files"), result.Attachments.Where(a => a.Path is not null)
                .Select(a => E("li", E("a", A("href", a.Path!), a.Title))))
            : null,
        .. result.Disruptions.Select(
            (_, index) => E("p", E("a", A("href", $"#{anchors[result]}-figure-{index + 1}"), "Timeline and figures"))),
    ];

    /// <summary>As in a terminal: the command and its output.</summary>
    private static XElement? Seen(CheckResult result) => result.Transcript is { Count: > 0 } lines
        ? E("pre", A("aria-label", "Command and output"), E("code", string.Join('\n', lines))) : null;

    private static XElement? Pair(string label, string? text) => text is null ? null : E("div", E("dt", label), E("dd", text));
}

/// <summary>The id of each result's section, for links from the matrix.</summary>
internal sealed class Anchors
{
    private readonly Dictionary<CheckResult, string> ids = new(ReferenceEqualityComparer.Instance);

    public Anchors(Run run)
    {
        var taken = new HashSet<string>();
        foreach (var result in run.Results)
        {
            var name = Slug($"{result.Cluster} {result.Check} {result.Mode} {result.Title}");
            var id = name;
            for (var n = 2; !taken.Add(id); n++)
            {
                id = $"{name}-{n}";
            }

            ids[result] = id;
        }
    }

    public string this[CheckResult result] => ids[result];

    private static string Slug(string text) =>
        string.Join('-', string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>An outcome as a sign and a word, not only as a colour.</summary>
internal static class Badge
{
    /// <param name="outcome">Null if nothing was checked.</param>
    /// <param name="word">The visible word instead of the outcome's, which is then for screen readers.</param>
    public static XElement Of(ResultOutcome? outcome, string? word = null)
    {
        var (kind, sign) = outcome switch
        {
            ResultOutcome.Passed => ("passed", "✓"),
            ResultOutcome.Failed => ("failed", "✗"),
            ResultOutcome.Skipped => ("skipped", "↷"),
            ResultOutcome.NotApplicable => ("notrun", "–"),
            _ => ("notrun", "○"),
        };
        return E("span", Class($"badge {kind}"), E("span", Class("sign"), A("aria-hidden", "true"), sign), word ?? Wording.Of(outcome),
            word is null ? null : E("span", Class("unseen"), $" {Wording.Of(outcome)}"));
    }
}

/// <summary>The embedded report.css.</summary>
internal static class Stylesheet
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("PlatformGitOps.Acceptance.Evidence.Page.report.css")
            ?? throw new InvalidOperationException("report.css is not part of the build.");
        using var reader = new StreamReader(stream);
        return "\n" + reader.ReadToEnd();
    }
}
