using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The run as JUnit XML, one suite for each cluster, in the form that CI services read.</summary>
public static class JUnitReport
{
    public static string Write(Run run)
    {
        var suites = new XElement(
            "testsuites",
            Counts(run.Results),
            new XAttribute("name", run.Id),
            Seconds(run.Duration),
            run.Clusters.Select(cluster => Suite(run, cluster, [.. run.Results.Where(r => r.Cluster == cluster)])));
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true, CheckCharacters = false };
        using (var writer = XmlWriter.Create(text, settings))
        {
            suites.Save(writer);
        }

        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n";
    }

    private static XElement Suite(Run run, string cluster, CriterionResult[] results) => new(
        "testsuite",
        Counts(results),
        new XAttribute("name", cluster),
        new XAttribute("timestamp", run.StartedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)),
        Seconds(results.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Duration)),
        results.Select(Case));

    private static XElement Case(CriterionResult result) => new(
        "testcase",
        new XAttribute("classname", $"{result.Cluster}.{result.Id}"),
        new XAttribute("name", Clean($"{result.Test} ({Wording.Of(result.Half)})")),
        Seconds(result.Duration),
        result.Outcome switch
        {
            ResultOutcome.Failed => new XElement("failure", new XAttribute("message", Clean(result.Reason ?? "failed")), Clean(Body(result))),
            ResultOutcome.Skipped => new XElement("skipped", new XAttribute("message", Clean(result.Reason ?? ""))),
            _ => null,
        },
        result.Commands.Count > 0 ? new XElement("system-out", Clean(string.Join('\n', result.Commands.Select(c => $"$ {c}")))) : null);

    private static string Body(CriterionResult result) => $"expected: {result.Expected ?? "-"}\nobserved: {result.Observed ?? "-"}";

    private static XAttribute[] Counts(IReadOnlyCollection<CriterionResult> results) =>
    [
        new("tests", results.Count),
        new("failures", results.Count(r => r.Outcome == ResultOutcome.Failed)),
        new("skipped", results.Count(r => r.Outcome == ResultOutcome.Skipped)),
        new("errors", 0),
    ];

    private static XAttribute Seconds(TimeSpan time) => new("time", time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));

    /// <summary>Terminal output can hold characters that XML 1.0 cannot.</summary>
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));
}
