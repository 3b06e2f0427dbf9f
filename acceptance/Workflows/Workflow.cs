using System.Text.Encodings.Web;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>A file of .github/workflows, or init's workflow.</summary>
public sealed partial record Workflow(string Name, string Text, Resource Document)
{
    public sealed record Job(string Id, Resource Document)
    {
        public IReadOnlyList<Resource> Steps => Document.Parts("steps");

        public IReadOnlyList<string> Needs => Document.Text("needs") is { } one ? [one] : Document.Texts("needs");

        /// <summary>All combinations of the matrix; one empty one without a matrix.</summary>
        public IReadOnlyList<IReadOnlyDictionary<string, string>> Legs => (Document.At("strategy.matrix") as JsonObject ?? [])
            .Aggregate<KeyValuePair<string, JsonNode?>, IEnumerable<IReadOnlyDictionary<string, string>>>(
                [new Dictionary<string, string>()],
                (legs, axis) => from leg in legs
                                from value in axis.Value!.AsArray()
                                select new Dictionary<string, string>(leg) { [axis.Key] = (string)value! })
            .ToList();

        /// <summary>The expressions in ${{ }}, and the conditions of steps.</summary>
        public IEnumerable<string> Expressions =>
            Inside().Matches(Document.Document.ToJsonString(Plain)).Select(match => match.Groups[1].Value)
            .Concat(Steps.Select(step => step.Text("if")).OfType<string>());
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string OfInit => Path.Combine(Repository.Root, "generator", "Starter", "platform.yml");

    public static IReadOnlyList<Workflow> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows"), "*.yml").Order(StringComparer.Ordinal)
            .Append(OfInit)
            .Select(file => (file, text: File.ReadAllText(file)))
            .Select(read => new Workflow(Path.GetFileName(read.file), read.text, YamlDocuments.Resources(read.text).Single())),
    ];

    public IReadOnlyList<Job> Jobs =>
        [.. ((JsonObject)Document.At("jobs")!).Select(job => new Job(job.Key, new Resource((JsonObject)job.Value!)))];

    /// <summary>The scripts of all steps, with a word instead of each expression.</summary>
    public IEnumerable<string> Scripts => Jobs.SelectMany(job => job.Steps).Select(step => step.Text("run")).OfType<string>()
        .Select(script => Inside().Replace(script, "word"));

    public override string ToString() => Name;

    [GeneratedRegex(@"\$\{\{\s*(.*?)\s*\}\}")]
    private static partial Regex Inside();
}
