using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Rendering.Chart;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC6", "Chart and image are the versions of the architecture: chart 1.38.0, which carries CoreDNS 1.11.4")]
public static partial class AC6VersionAlignment
{
    private const string NoDrift = "Nothing has drifted from what is pinned and delivered";

    [Row("AC6.1", "Chart 1.38.0 is delivered", Sees = "the version that the release pins; a range would drift")]
    public static void Chart(RenderedCluster tree) =>
        ChartVersion(tree).ShouldBe(ChartModel.Version, "the pinned chart is not the architecture's");

    [Row("AC6.2", "Image and chart are in step", Sees = "the image's tag against the chart's appVersion")]
    public static void Image(RenderedCluster tree) =>
        tree.Container.Text("image").ShouldBe($"coredns/coredns:{ChartModel.AppVersion}", "the image is another CoreDNS than the chart was made for");

    [Row("AC6.3", NoDrift,
        Sees = "the versions that docs/version-drift.md names against those that the tree pins (chart, CoreDNS, monitoring definitions), and the committed files against what platform.yaml gives")]
    public static void Drift(RenderedCluster tree)
    {
        var named = Pinned().Matches(tree.VersionDrift).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        named.GetValueOrDefault("chart coredns").ShouldBe(ChartVersion(tree), "the drift report is about another chart than the tree pins");
        $"coredns/coredns:{named.GetValueOrDefault("CoreDNS")}".ShouldBe(tree.Container.Text("image"), "the drift report is about another CoreDNS than the tree delivers");
        named.GetValueOrDefault("chart prometheus-operator-crds").ShouldBe(
            DefinitionsVersion(tree), "the drift report is about other monitoring definitions than the tree pins");
        Tree.Build(Repository.Platform).Where(file => Text(tree.Source.Read(file.Path)) != file.Text).Select(file => file.Path)
            .ShouldBeEmpty("files of the tree that are not what platform.yaml gives");
    }

    private static string? ChartVersion(RenderedCluster tree) =>
        tree.Release.Text("spec.chart.spec.version")
        ?? tree.Delivered.FirstOrDefault(resource => resource.Kind == "OCIRepository")?.Text("spec.ref.tag");

    private static string? DefinitionsVersion(RenderedCluster tree) => tree.Definitions
        .Select(resource => resource.Text("spec.chart.spec.version") ?? resource.Text("spec.ref.tag")).FirstOrDefault(version => version is not null);

    /// <summary>A checkout may have turned line ends.</summary>
    private static string? Text(byte[]? file) => file is null ? null : Encoding.UTF8.GetString(file).Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>A line of the report's table of pinned versions: what, and which version.</summary>
    [GeneratedRegex(@"^\| ([^|*]+) \| \*\*([0-9][^*|]*)\*\* \|", RegexOptions.Multiline)]
    private static partial Regex Pinned();
}
