using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CliWrap;
using CliWrap.Buffered;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Yaml;

/// <summary>The one table of scalars beside kubectl's own verdicts: recorded in a file, and asked for where kubectl is.</summary>
public sealed class ScalarVerdictTests
{
    private const string Refused = "refused";
    private const string Head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n";

    /// <param name="Plain">The scalar as it is written.</param>
    /// <param name="Kubernetes">The JSON that Kubernetes' reader makes of it.</param>
    /// <param name="Kustomize">The JSON that arrives through kustomize.</param>
    private sealed record Judgement(string Plain, string Kubernetes, string Kustomize);

    private static IReadOnlyList<Judgement> All { get; } =
    [
        .. File.ReadLines(RepositoryRoot.File("generator", "tests", "fixtures", "scalars.tsv")).Where(line => line[0] != '#')
            .Select(line => line.Split('\t')).Select(cells => new Judgement(cells[0], cells[1], cells[^1])),
    ];

    private static IEnumerable<Judgement> Taken => All.Where(verdict => verdict.Kubernetes != Refused);

    [Test]
    public void A_scalar_means_what_kubectl_said() => Differences(
        from verdict in Taken
        select (verdict.Plain, verdict.Kubernetes, Ours(verdict.Plain, YamlOptions.Tree))).ShouldBeEmpty();

    [Test]
    public void A_scalar_of_a_file_that_kustomize_reads_means_what_kubectl_kustomize_said() => Differences(
        from verdict in Taken
        select (verdict.Plain, verdict.Kustomize, Ours(verdict.Plain, YamlOptions.Kustomize))).ShouldBeEmpty();

    [Test]
    public void What_kubectl_refuses_is_not_a_text() =>
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
        var written = Head.Replace("spec:\n", "", StringComparison.Ordinal)
            + YamlWriter.WriteFragment(new Mapping { { "spec", spec } });
        var values = await Kubectl(written, "label", "--local", "-f", "-", "x=y", "-o", "json");
        All.Where((verdict, index) => values[$"k{index}"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String
            || value.GetValue<string>() != verdict.Plain).ShouldBeEmpty();
    }

    private static JsonNode? Ours(string plain, YamlOptions options) =>
        ((Mapping)YamlReader.Read("x", Encoding.UTF8.GetBytes($"a: {plain}"), options).Documents[0])["a"]!.ToJson();

    private static IEnumerable<string> Differences(IEnumerable<(string Plain, string Recorded, JsonNode? Value)> scalars) =>
        from scalar in scalars
        let recorded = JsonNode.Parse(scalar.Recorded)
        where !IsSame(recorded, scalar.Value)
        select $"{scalar.Plain}: {scalar.Recorded}, not {scalar.Value?.ToJsonString() ?? "null"}";

    /// <summary>Numbers are compared as the numbers of JSON that they are, whatever their form.</summary>
    private static bool IsSame(JsonNode? one, JsonNode? two) => (one?.GetValueKind(), two?.GetValueKind()) is (JsonValueKind.Number,
        JsonValueKind.Number)
        ? Number(one!).Equals(Number(two!))
        : JsonNode.DeepEquals(one, two);

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) + 0.0;

    /// <summary>The members of the spec; the test is skipped where kubectl is not on the PATH.</summary>
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
