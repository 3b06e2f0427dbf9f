using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Xml;
using System.Xml.Linq;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>A run as JSON: everything except the single queries. All other reports can be made from it.</summary>
public static class EvidenceJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        // For programs and people, never part of a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Lines = new(Options) { WriteIndented = false };

    public static string Write(Run run) => JsonSerializer.Serialize(run, Options) + "\n";

    /// <summary>The same with one line for each result, for the committed file.</summary>
    public static string WriteLines(Run run)
    {
        var members = JsonSerializer.SerializeToNode(run, Lines)!.AsObject().Select(member => member.Value is JsonArray { Count: > 0 } items
            ? $"{Text(member.Key)}: [\n{string.Join(",\n", items.Select(Text))}\n]"
            : $"{Text(member.Key)}: {Text(member.Value)}");
        return $"{{\n{string.Join(",\n", members)}\n}}\n";

        static string Text(JsonNode? node) => node?.ToJsonString(Lines) ?? "null";
    }

    /// <exception cref="JsonException">The text is not the evidence of a run; the message has the fault and its position.</exception>
    public static Run Read(string text) =>
        JsonSerializer.Deserialize<Run>(text, Options) ?? throw new JsonException("the file holds null, and not a run");
}

/// <summary>The run as JUnit XML for CI services, one suite for each cluster.</summary>
public static class JUnitReport
{
    public static string Write(Run run)
    {
        var suites = new XElement(
            "testsuites",
            Counts(run.Results),
            new XAttribute("name", Clean(run.Id)),
            Seconds(run.Duration),
            run.Clusters.Select(cluster => Suite(run, cluster, [.. run.Results.Where(r => r.Cluster == cluster)])));
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true };
        using (var writer = XmlWriter.Create(text, settings))
        {
            suites.Save(writer);
        }

        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n";
    }

    private static XElement Suite(Run run, string cluster, CheckResult[] results) => new(
        "testsuite",
        Counts(results),
        new XAttribute("name", Clean(cluster)),
        new XAttribute("timestamp", run.StartedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)),
        Seconds(results.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Duration)),
        results.Select(Case));

    private static XElement Case(CheckResult result) => new(
        "testcase",
        new XAttribute("classname", Clean($"{result.Cluster}.{result.Criterion}")),
        new XAttribute("name", Clean($"{result.Check} {result.Title} ({Wording.Of(result.Mode)})")),
        Seconds(result.Duration),
        result.Outcome switch
        {
            ResultOutcome.Failed =>
                new XElement("failure", new XAttribute("message", Clean(result.Reason ?? "failed")), Clean(Body(result))),
            ResultOutcome.Skipped or ResultOutcome.NotApplicable =>
                new XElement("skipped", new XAttribute("message", Clean(result.Reason ?? ""))),
            _ => null,
        },
        result.Commands.Count > 0 ? new XElement("system-out", Clean(string.Join('\n', result.Commands.Select(c => $"$ {c}")))) : null);

    private static string Body(CheckResult result) => $"expected: {result.Expected ?? "-"}\nobserved: {result.Observed ?? "-"}";

    private static XAttribute[] Counts(IReadOnlyCollection<CheckResult> results) =>
    [
        new("tests", results.Count),
        new("failures", results.Count(r => r.Outcome == ResultOutcome.Failed)),
        new("skipped", results.Count(r => r.Outcome is ResultOutcome.Skipped or ResultOutcome.NotApplicable)),
        new("errors", 0),
    ];

    private static XAttribute Seconds(TimeSpan time) => new("time", time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));

    /// <summary>Removes characters that XML 1.0 does not allow, and lone surrogates, from terminal output.</summary>
    private static string Clean(string text) => string.Concat(text.EnumerateRunes()
        .Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));
}
