using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>All disruptions with their chart, figures and events.</summary>
internal static class DisruptionSection
{
    private const int MostWindows = 12;

    public static XElement Write(CheckResult[] results, Anchors anchors) => E(
        "section",
        A("id", "disruptions"),
        E("h2", "Disruptions, query by query"),
        E(
            "p",
            Class("key"),
            Key("median", "median a client waited"),
            Key("range", "up to the slowest"),
            Key("retried", "answered after a retry"),
            Key("lost", "failed for the client"),
            Key("disturbed", "disturbed"),
            Key("outage", "outage")),
        results.SelectMany(r => r.Disruptions.Select((d, index) => Figure(r, d, anchors[r], index + 1))));

    private static XElement Key(string name, string meaning) => E("span", E("i", Class($"swatch {name}")), meaning);

    private static XElement Figure(CheckResult result, DisruptionEvidence disruption, string anchor, int number) => E(
        "figure",
        A("id", $"{anchor}-figure-{number}"),
        E(
            "figcaption",
            E("h3", Badge.Of(result.Outcome), " ", E("span", Class("where"), result.Cluster), " ",
                E("a", A("href", $"#{anchor}"), result.Title)),
            E("p", Class("reason"), Summary(disruption))),
        E(
            "details",
            result.Outcome == ResultOutcome.Failed ? A("open", "") : null,
            E("summary", "Timeline and figures"),
            E("div", Class("scroll"), TimelineChart.Draw(disruption, $"{anchor}-chart-{number}")),
            Events(disruption),
            E("p", Class("detail"), "What clients waited and lost; latencies include retries."),
            Figures(disruption.Report),
            Windows(disruption),
            AnsweredBy(disruption.Report)));

    private static string Summary(DisruptionEvidence d) =>
        $"{Wording.Of(d.Report.Queries)} queries in {Wording.Of(d.Picture.To - d.Picture.From)}: {Wording.Of(d.Report.LostPackets)} " +
            $"lost packets, "
        + $"{Wording.Of(d.Report.Retried)} answered after a retry, {Wording.Of(d.Report.Failures)} failed for the client. "
        + (d.Report.StrayAnswers is { } strays ? $"Answers that came back to nobody: {Wording.Of(strays)}"
            + (d.Report.Forgotten is { } forgotten ? $", {Wording.Of(forgotten)} of them to these queries. " : ". ") : "")
        + $"Budget: {d.Verdict}.";

    private static XElement? Events(DisruptionEvidence disruption) => disruption.Events.Count == 0 ? null : E(
        "ol",
        Class("events"),
        disruption.Events.Select(e => E(
            "li",
            E("span", Class("when"), Offset(e.At, disruption)),
            " ",
            E("span", e.Kind == ClusterEventKind.Action ? e.Subject : $"{Wording.Of(e.Kind)}: {e.Subject}"),
            e.Detail is null ? null : E("span", Class("detail"), $" {e.Detail}"))));

    private static XElement Figures(LossReport report) => E(
        "div",
        Class("scroll"),
        E(
            "table",
            E("thead", E(
                "tr", new[] { "Transport", "Queries", "Lost packets", "Retried", "Failures", "Lost time", "Longest", "p50", "p90", "p99",
                    "p99.9", "Slowest" }
                .Select((h, i) => E("th", A("scope", "col"), i > 0 ? Class("number") : null, h)))),
            E("tbody", report.Transports.Select(t => E(
                "tr",
                E("th", A("scope", "row"), Wording.Of(t.Via)),
                new[]
                {
                    Wording.Of(t.Queries), Wording.Of(t.LostPackets), Wording.Of(t.Retried), Wording.Of(t.Failures),
                    Wording.Lost(t.LostTime), Wording.Lost(t.LongestOutage),
                    Wording.Of(t.P50), Wording.Of(t.P90), Wording.Of(t.P99), Wording.Of(t.P999), Wording.Of(t.Slowest),
                }.Select(figure => E("td", Class("number"), figure)))))));

    private static XElement? Windows(DisruptionEvidence disruption)
    {
        var windows = disruption.Report.Disturbances;
        return windows.Count == 0 ? null : E(
            "details",
            E(
                "summary",
                windows.Count switch
                {
                    1 => "1 disturbed window",
                    > MostWindows => $"{windows.Count} disturbed windows, the {MostWindows} worst",
                    _ => $"{windows.Count} disturbed windows",
                }),
            E("ul", windows.OrderByDescending(w => w.Failures).ThenByDescending(w => w.LostPackets).Take(MostWindows).OrderBy(w => w.From)
                .Select(w => E(
                "li",
                $"{Offset(w.From, disruption)}, {Wording.Of(w.Via)}, for {Wording.Of(w.Length)}: "
                + $"{w.LostPackets} lost packets, {w.Retried} retried, {w.Failures} failed of {w.Queries} queries"
                + (w.Cause is { } cause ? $"; after {Wording.Of(cause.Kind)} {cause.Subject}" : "")))));
    }

    private static XElement? AnsweredBy(LossReport report) => report.AnsweredBy.Count == 0 ? null : E(
        "p",
        Class("answered"),
        "Answered by ",
        string.Join(", ", report.AnsweredBy.Select(p => $"{p.Key} ({Wording.Of(p.Value)})")),
        report.Skipped > 0 ? $". {Wording.Of(report.Skipped)} queries were not sent because the prober was late." : ".");

    private static string Offset(DateTimeOffset time, DisruptionEvidence disruption) =>
        FormattableString.Invariant($"{(time - disruption.Picture.From).TotalSeconds:0.00} s");
}
