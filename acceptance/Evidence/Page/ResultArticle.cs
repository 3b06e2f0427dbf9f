using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>What one check saw.</summary>
internal static class ResultArticle
{
    public static XElement Write(CheckResult result, Anchors anchors) => E(
        "article",
        A("id", anchors[result]),
        Class(Wording.Of(result.Outcome)),
        E("h3", Badge.Of(result.Outcome), " ", E("span", Class("where"), $"{result.Check} · {result.Cluster} · {Wording.Of(result.Mode)}"), " ", result.Title),
        result.Reason is { } reason ? E("p", Class("reason"), reason) : null,
        E(
            "dl",
            Class("seen"),
            Pair("Reads", result.Reads),
            Pair("Expected", result.Expected),
            Pair("Observed", result.Observed),
            Pair("Took", Wording.Of(result.Duration))),
        result.Commands.Count > 0 ? E("pre", A("aria-label", "The same by hand"), E("code", string.Join('\n', result.Commands))) : null,
        result.Attachments.Where(a => a.Text is not null).Select(a => E(
            "details",
            E("summary", a.Title),
            E("pre", E("code", a.Text)))),
        result.Attachments.Any(a => a.Path is not null)
            ? E("ul", Class("files"), result.Attachments.Where(a => a.Path is not null).Select(a => E("li", E("a", A("href", a.Path!), a.Title))))
            : null,
        result.Disruptions.Select((_, index) => E("p", E("a", A("href", $"#{anchors[result]}-figure-{index + 1}"), "Timeline and figures"))));

    private static XElement? Pair(string label, string? text) => text is null ? null : E("div", E("dt", label), E("dd", text));
}
