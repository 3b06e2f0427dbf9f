using System.Text.Json;
using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;

namespace PlatformGitOps.Generator.Tests.Yaml;

/// <summary>The type that sigs.k8s.io/yaml, the reader of Kubernetes and Flux, gives a scalar without quotes.</summary>
public sealed class PlainScalarsTests
{
    [TestCase("", PlainType.Null, "null")]
    [TestCase("~", PlainType.Null, "null")]
    [TestCase("Null", PlainType.Null, "null")]
    [TestCase("nULL", PlainType.Text, "nULL")]
    [TestCase("y", PlainType.Boolean, "true")]
    [TestCase("On", PlainType.Boolean, "true")]
    [TestCase("OFF", PlainType.Boolean, "false")]
    [TestCase("No", PlainType.Boolean, "false")]
    [TestCase("yEs", PlainType.Text, "yEs")]
    [TestCase("0", PlainType.Number, "0")]
    [TestCase("004", PlainType.Number, "4")]
    [TestCase("08", PlainType.Number, "8")]
    [TestCase("0o17", PlainType.Number, "15")]
    [TestCase("0O17", PlainType.Number, "15")]
    [TestCase("017", PlainType.Number, "15")]
    [TestCase("0x1F", PlainType.Number, "31")]
    [TestCase("0X1F", PlainType.Number, "31")]
    [TestCase("-0x1f", PlainType.Number, "-31")]
    [TestCase("0B1", PlainType.Number, "1")]
    [TestCase("0b101", PlainType.Number, "5")]
    [TestCase("1_000", PlainType.Number, "1000")]
    [TestCase("20241128_1", PlainType.Number, "202411281")]
    [TestCase("1e3", PlainType.Number, "1000")]
    [TestCase("1e5_0", PlainType.Number, "1e+50")]
    [TestCase("1.50", PlainType.Number, "1.5")]
    [TestCase(".5", PlainType.Number, "0.5")]
    [TestCase("5.", PlainType.Number, "5")]
    [TestCase(".inf", PlainType.Number, ".inf")]
    [TestCase("-.Inf", PlainType.Number, "-.Inf")]
    [TestCase(".NaN", PlainType.Number, ".NaN")]
    [TestCase(".5_0", PlainType.Number, "0.5")]
    [TestCase("._5", PlainType.Text, "._5")]
    [TestCase("0x1FFFFFFFFFFFFFFFF", PlainType.Text, "0x1FFFFFFFFFFFFFFFF")]
    [TestCase("_1", PlainType.Text, "_1")]
    [TestCase("0x", PlainType.Text, "0x")]
    [TestCase("-", PlainType.Text, "-")]
    [TestCase("+", PlainType.Text, "+")]
    [TestCase("02:30", PlainType.Text, "02:30")]
    [TestCase("64512:100", PlainType.Text, "64512:100")]
    [TestCase("2024-11-28", PlainType.Text, "2024-11-28")]
    [TestCase("12e4567", PlainType.Text, "12e4567")]
    [TestCase("1.2.3", PlainType.Text, "1.2.3")]
    [TestCase("10Mi", PlainType.Text, "10Mi")]
    [TestCase("NaN", PlainType.Text, "NaN")]
    public void A_scalar_has_the_type_and_the_value_that_Kubernetes_reads(string text, PlainType type, string canonical)
    {
        PlainScalars.Resolve(text).ShouldBe(type);
        PlainScalars.Canonical(text).ShouldBe(canonical);
    }

    [TestCase("2024-11-28")]
    [TestCase("02:30")]
    [TestCase("0X1F")]
    [TestCase("1e5_0")]
    [TestCase("<<")]
    public void A_writer_quotes_what_any_reader_takes_for_something_else(string text)
    {
        var written = YamlWriter.WriteFragment(new Mapping { { "a", text } });

        written.ShouldBe($"a: \"{text}\"\n");
        Given.Object(written).TextAt("a").ShouldBe(text);
    }

    [Test]
    public void Nodes_become_the_json_that_Kubernetes_gets_and_come_back()
    {
        var read = YamlReader.Read("x", "{a: 004, b: 'yes', c: yes, d: [~, 1.5, text], e: {}}"u8, YamlOptions.Tree).Documents[0];

        read.ToJson()!.ToJsonString().ShouldBe("""{"a":4,"b":"yes","c":true,"d":[null,1.5,"text"],"e":{}}""");
        YamlWriter.WriteFragment(read.ToJson().ToNode()).ShouldBe("a: 4\nb: \"yes\"\nc: true\nd:\n  - null\n  - 1.5\n  - text\ne: {}\n");
    }
}

/// <summary>Compares the table of scalars with kubectl's results: recorded in a file, and tested if kubectl is available.</summary>
public sealed class ScalarVerdictTests
{
    private const string Refused = "refused";
    private const string Head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n";

    /// <param name="Plain">The scalar, as written.</param>
    /// <param name="Kubernetes">Its JSON from the reader of Kubernetes.</param>
    /// <param name="Kustomize">Its JSON after kustomize.</param>
    private sealed record Judgement(string Plain, string Kubernetes, string Kustomize);

    private static IReadOnlyList<Judgement> All { get; } =
    [
        .. File.ReadLines(RepositoryRoot.File("generator", "tests", "fixtures", "scalars.tsv")).Where(line => line[0] != '#')
            .Select(line => line.Split('\t')).Select(cells => new Judgement(cells[0], cells[1], cells[^1])),
    ];

    private static IEnumerable<Judgement> Taken => All.Where(verdict => verdict.Kubernetes != Refused);

    [Test]
    public void A_scalar_has_the_type_that_kubectl_gave() => Differences(
        from verdict in Taken
        select (verdict.Plain, verdict.Kubernetes, Ours(verdict.Plain, YamlOptions.Tree))).ShouldBeEmpty();

    [Test]
    public void A_scalar_of_a_kustomize_file_has_the_type_that_kubectl_kustomize_gave() => Differences(
        from verdict in Taken
        select (verdict.Plain, verdict.Kustomize, Ours(verdict.Plain, YamlOptions.Kustomize))).ShouldBeEmpty();

    [Test]
    public void Text_that_kubectl_refuses_is_not_a_string() =>
        All.Where(verdict => verdict.Kubernetes == Refused && PlainScalars.IsText(verdict.Plain)).ShouldBeEmpty();

    [Test]
    public async Task Kubectl_itself_says_what_is_recorded()
    {
        var lines = Taken.Select((verdict, index) => $"  k{index}: {verdict.Plain}\n");
        var values = await Kubectl(Head + string.Concat(lines), "label", "--local", "-f", "-", "x=y", "-o", "json");
        Differences(Taken.Select((verdict, index) => (verdict.Plain, verdict.Kubernetes, values[$"k{index}"]))).ShouldBeEmpty();

        using var folder = new TemporaryFolder();
        folder.Write("kustomization.yaml", "resources: [thing.yaml]\n");
        folder.Write("thing.yaml", Head + string.Concat(lines));
        var built = await Cli.Wrap("kubectl").WithArguments(["kustomize", folder.Path]).ExecuteBufferedAsync();
        var arrived = await Kubectl(built.StandardOutput, "label", "--local", "-f", "-", "x=y", "-o", "json");
        Differences(Taken.Select((verdict, index) => (verdict.Plain, verdict.Kustomize, arrived[$"k{index}"]))).ShouldBeEmpty();
    }

    [Test]
    public async Task A_text_that_is_written_is_a_text_for_kubectl()
    {
        var spec = new Mapping(All.Select((verdict, index) => new Entry($"k{index}", new Scalar(verdict.Plain) { IsText = true })));
        var written = Head.Replace("spec:\n", "")
            + YamlWriter.WriteFragment(new Mapping { { "spec", spec } });
        var values = await Kubectl(written, "label", "--local", "-f", "-", "x=y", "-o", "json");
        All.Where((verdict, index) => values[$"k{index}"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String
            || value.GetValue<string>() != verdict.Plain).ShouldBeEmpty();
    }

    private static JsonNode? Ours(string plain, YamlOptions options) =>
        ((Mapping)YamlReader.Read("x", $"a: {plain}", options).Documents[0])["a"]!.ToJson();

    private static IEnumerable<string> Differences(IEnumerable<(string Plain, string Recorded, JsonNode? Value)> scalars) =>
        from scalar in scalars
        let recorded = JsonNode.Parse(scalar.Recorded)
        where !IsSame(recorded, scalar.Value)
        select $"{scalar.Plain}: {scalar.Recorded}, not {scalar.Value?.ToJsonString() ?? "null"}";

    /// <summary>Numbers are compared as JSON numbers, in any form.</summary>
    private static bool IsSame(JsonNode? one, JsonNode? two) => (one?.GetValueKind(), two?.GetValueKind()) is (JsonValueKind.Number,
        JsonValueKind.Number)
        ? Number(one!).Equals(Number(two!))
        : JsonNode.DeepEquals(one, two);

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) + 0.0;

    /// <summary>The members of the spec; the test is skipped if kubectl is not on the PATH.</summary>
    private static async Task<JsonNode> Kubectl(string input, params IEnumerable<string> arguments)
    {
        try
        {
            var result = await Cli.Wrap("kubectl").WithArguments(arguments).WithStandardInputPipe(PipeSource.FromString(input))
                .ExecuteBufferedAsync();
            return JsonNode.Parse(result.StandardOutput)!["spec"]!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with Kubernetes' own reader.");
            throw;
        }
    }
}
