using System.Text.Json;

namespace PlatformGitOps.Generator.Findings;

/// <summary>The format of a command's result.</summary>
public enum OutputFormat
{
    Text,
    Json,

    /// <summary>SARIF 2.1.0, which code scanning and editors read.</summary>
    Sarif,

    /// <summary>Annotations of GitHub Actions.</summary>
    GitHub,
}

/// <summary>Writes findings for other programs, always all of them.</summary>
public static class FindingReport
{
    // People read it too: escapes only what JSON requires.
    private static readonly JsonWriterOptions Json = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes findings in a format other than text.</summary>
    /// <param name="format">JSON, SARIF or annotations.</param>
    /// <param name="findings">Their files are relative to the current folder.</param>
    /// <param name="about">One sentence on each known rule.</param>
    /// <param name="more">Further members of the JSON object.</param>
    /// <param name="output">The writer.</param>
    public static void Write(
        OutputFormat format, IReadOnlyCollection<Finding> findings, IReadOnlyDictionary<string, string> about, Action<Utf8JsonWriter>? more,
        TextWriter output)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(Text(json =>
                {
                    json.WriteList("findings", findings, finding => WriteJson(json, finding));
                    more?.Invoke(json);
                }));
                break;
            case OutputFormat.Sarif:
                output.WriteLine(Text(json => WriteSarif(json, findings, about)));
                break;
            case OutputFormat.GitHub:
                foreach (var finding in findings)
                {
                    output.WriteLine(Annotation(finding));
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "Text has its own writer.");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("rule", finding.Rule);
        json.WriteString("severity", finding.Word);
        json.WriteString("file", finding.File);
        if (finding.Position.Line > 0)
        {
            json.WriteNumber("line", finding.Position.Line);
            json.WriteNumber("column", finding.Position.Column);
        }

        json.WriteString("message", finding.Message);
        json.WriteString("fix", finding.Fix);
        if (finding.AlsoIn.Count > 0)
        {
            json.WriteTexts("alsoIn", finding.AlsoIn);
        }
    }

    private static void WriteSarif(Utf8JsonWriter json, IReadOnlyCollection<Finding> findings, IReadOnlyDictionary<string, string> about)
    {
        var rules = findings.Select(finding => finding.Rule).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteList("runs", [findings], results =>
        {
            json.WriteObject("tool", () => json.WriteObject("driver", () =>
            {
                json.WriteString("name", "platform-gitops");
                json.WriteList("rules", rules, rule =>
                {
                    json.WriteString("id", rule);
                    json.WriteObject("shortDescription", () => json.WriteString("text", about.GetValueOrDefault(rule, rule)));
                });
            }));
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteList("results", results, finding =>
            {
                json.WriteString("ruleId", finding.Rule);
                json.WriteString("level", finding.Word);
                json.WriteObject("message", () => json.WriteString("text", finding.Text));
                json.WriteList("locations", [finding], place => json.WriteObject("physicalLocation", () => WritePlace(json, place)));
            });
        });
    }

    private static void WritePlace(Utf8JsonWriter json, Finding finding)
    {
        json.WriteObject("artifactLocation", () =>
            json.WriteString("uri", string.Join('/', finding.File.Split('/').Select(Uri.EscapeDataString))));
        if (finding.Position.Line > 0)
        {
            json.WriteObject("region", () =>
            {
                json.WriteNumber("startLine", finding.Position.Line);
                json.WriteNumber("startColumn", Math.Max(1, finding.Position.Column));
            });
        }
    }

    private static string Annotation(Finding finding)
    {
        var place = finding.Position.Line > 0 ? $",line={finding.Position.Line},col={finding.Position.Column}" : "";
        var command = finding.Severity == Severity.Note ? "notice" : finding.Word;
        return $"::{command} file={Property(finding.File)}{place},title={Property(finding.Rule)}::{Data(finding.Text)}";
    }

    // The runner decodes only these (actions/toolkit, command.ts).
    private static string Data(string text) => text
        .Replace("%", "%25").Replace("\r", "%0D")
        .Replace("\n", "%0A");

    private static string Property(string text) => Data(text)
        .Replace(":", "%3A").Replace(",", "%2C");

    private static string Text(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
