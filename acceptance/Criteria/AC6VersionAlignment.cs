using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Rendering.Chart;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC6", "Chart and image are the versions of the architecture: chart 1.38.0, which carries CoreDNS 1.11.4")]
public static partial class AC6VersionAlignment
{
    [Row("AC6.1", "Chart 1.38.0 is delivered", Sees = "the version that the release pins; a range would drift")]
    public static void Chart(RenderedCluster tree) =>
        (tree.Release.Text("spec.chart.spec.version")
            ?? tree.Delivered.FirstOrDefault(resource => resource.Kind == "OCIRepository")?.Text("spec.ref.tag"))
        .ShouldBe(ChartModel.Version, "the pinned chart is not the architecture's");

    [Row("AC6.2", "Image and chart are in step", Sees = "the image's tag against the chart's appVersion")]
    public static void Image(RenderedCluster tree) =>
        tree.Container.Text("image").ShouldBe($"coredns/coredns:{ChartModel.AppVersion}", "the image is another CoreDNS than the chart was made for");
}
