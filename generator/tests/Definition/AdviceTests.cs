using PlatformGitOps.Generator.Definition.Binding;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Texts that messages suggest can be copied into the definition.</summary>
public sealed partial class AdviceTests
{
    [TestCase("1.1.1.1")]
    [TestCase("2606:4700:4700::1111")]
    [TestCase("::")]
    [TestCase("apiVersion: policy/v1")]
    [TestCase("kind: Deployment # of CoreDNS")]
    [TestCase("{kind: Deployment}")]
    [TestCase("it's")]
    [TestCase("*")]
    [TestCase("- x")]
    [TestCase("@daily")]
    [TestCase("no")]
    [TestCase("007")]
    [TestCase("a, b")]
    [TestCase(" a ")]
    [TestCase("")]
    public void A_text_in_braces_and_brackets_is_read_as_that_text(string text)
    {
        var quoted = TypeAdvice.Quoted(text);
        (Read($"{{ patch: {quoted} }}") as Mapping).ShouldNotBeNull().TextAt("patch").ShouldBe(text);
        var item = (Read($"[{quoted}]") as Sequence).ShouldNotBeNull().Items.ShouldHaveSingleItem().ShouldBeOfType<Scalar>();
        (item.Value, item.IsString).ShouldBe((text, true));
    }

    [Test]
    public void Each_advice_about_a_type_that_shows_YAML_can_be_read()
    {
        var shown = Directory.GetFiles(Path.Combine(Fixtures.Folder, "invalid"), "*.findings").SelectMany(File.ReadLines)
            .SelectMany(line => Shown().Matches(line).Select(match => match.Groups["yaml"].Value)).Distinct().ToList();

        shown.Count.ShouldBeGreaterThan(5);
        shown.ShouldAllBe(yaml => Read(yaml) is Mapping || Read(yaml) is Sequence);
    }

    /// <summary>Follows the message about a list of texts below <c>patches</c> exactly.</summary>
    [Test]
    public void A_text_of_several_lines_goes_below_the_key_of_the_advice()
    {
        const string Patch = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: coredns, namespace: kube-system }\n"
            + "spec: { unhealthyPodEvictionPolicy: IfHealthyBudget }\n";
        var lines = Patch.TrimEnd().Split('\n');

        Fix($"- |\n          {string.Join("\n          ", lines)}")
            .ShouldBe("Write '- patch: |', and the text below it, four spaces to the right of the '-'.");
        Definition($"- patch: |\n            {string.Join("\n            ", lines)}").ShouldBeOfType<PlatformReading.Valid>()
            .Platform.Clusters.ShouldHaveSingleItem().Adjustments.Patches["coredns"].ShouldHaveSingleItem().Text.ShouldBe(Patch);
    }

    private static string Fix(string entry) => Definition(entry).ShouldBeOfType<PlatformReading.Invalid>().Findings
        .ShouldHaveSingleItem().Fix;

    private static PlatformReading Definition(string entry) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes($$"""
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            patches:
              coredns:
                {{entry}}

        """));

    private static Node? Read(string yaml) =>
        YamlReader.Read("advice.yaml", yaml, YamlOptions.Default) is { Findings.IsEmpty: true, Documents: [var only] } ? only : null;

    [GeneratedRegex(@"'(?<yaml>\{ .* \})', or the key|: (?<yaml>\[.*\])\.$")]
    private static partial Regex Shown();
}
