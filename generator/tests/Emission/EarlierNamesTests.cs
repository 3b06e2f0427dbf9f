using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>docs/earlier-names.md says by which labels the pods are found now.</summary>
public sealed partial class EarlierNamesTests
{
    private static readonly string[] Page = File.ReadAllLines(RepositoryRoot.File("docs", "earlier-names.md"));

    private static readonly HashSet<string> Delivered = [.. Labels()];

    /// <summary>The second column of its tables; the first has the earlier names.</summary>
    private static IEnumerable<string> LabelsOfThePage() => Page
        .Where(line => line.StartsWith('|')).Select(line => line.Split('|')[2])
        .SelectMany(cell => Label().Matches(cell)).Select(match => match.Groups["label"].Value);

    [TestCaseSource(nameof(LabelsOfThePage))]
    public void A_label_of_the_page_is_one_of_the_tree(string label) => Delivered.ShouldContain(label);

    [TestCase("external-dns")]
    [TestCase("dns-health-controller")]
    [TestCase("kube-dns")]
    public void The_page_has_a_label_of_each_application(string value) =>
        LabelsOfThePage().ShouldContain(label => label.EndsWith("=" + value, StringComparison.Ordinal));

    /// <summary>Of pods and of selectors: the chart makes CoreDNS' pods, and its budget is the tree's.</summary>
    private static IEnumerable<string> Labels()
    {
        var platform = ((PlatformReading.Sound)PlatformText.Read("platform.yaml",
            File.ReadAllBytes(Path.Combine(Definition.Fixtures.Folder, "valid", "every-key.yaml")))).Platform;
        var tree = new FluxTree(SourceTree.Of(Tree.Build(platform)));
        return
            from cluster in platform.Clusters
            from resource in tree.Cluster(cluster.Name.Text, strict: true).Applied
            from label in resource.Body.EntriesAt("spec", "template", "metadata", "labels")
                .Concat(resource.Body.EntriesAt("spec", "selector", "matchLabels"))
            where label.Value is Scalar
            select $"{label.Key}={((Scalar)label.Value).Value}";
    }

    [GeneratedRegex("`(?<label>[a-z0-9./-]+=[a-z0-9-]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
