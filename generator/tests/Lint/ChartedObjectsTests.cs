using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Tests.Render;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>What lint takes for the objects of the chart, beside what Helm makes of the same values.</summary>
public sealed class ChartedObjectsTests
{
    [TestCase("{}")]
    [TestCase("{ hpa: { enabled: true, maxReplicas: 3 }, podDisruptionBudget: { minAvailable: 1 } }")]
    [TestCase("{ autoscaler: { enabled: true }, service: { name: kube-dns }, serviceAccount: { create: true, name: dns } }")]
    [TestCase("{ autoscaler: { enabled: true }, hpa: { enabled: true, maxReplicas: 3 } }")]
    [TestCase("{ rbac: { create: false }, serviceAccount: { create: true }, deployment: { skipConfig: true, name: dns } }")]
    [TestCase("{ deployment: { enabled: false }, autoscaler: { enabled: true }, prometheus: { service: { enabled: true } } }")]
    [TestCase("{ prometheus: { service: { enabled: true }, monitor: { enabled: true, namespace: watch } }, fullnameOverride: other }")]
    [TestCase("{ clusterRole: { nameOverride: reader }, nameOverride: names, prometheus: { monitor: { enabled: true } } }")]
    public async Task They_are_those_that_Helm_renders(string values)
    {
        var options = TestChart.Options();
        var tree = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(Given.Infra)))).Cluster("infra", strict: true);
        var delivered = CoreDnsRelease.In(tree).Single();
        var release = delivered with { Helm = delivered.Helm with { Values = Given.Object(values) } };

        var rendered = await new HelmTemplate(options, TimeProvider.System)
            .RenderAsync(release.Layer, release.Helm, CancellationToken.None);

        Named(ChartedObjects.Of(release).Select(item => item.Body)).ShouldBe(Named(rendered.Objects));
    }

    private static string[] Named(IEnumerable<Mapping> objects) =>
    [
        .. objects.Select(item => new Manifest(item, "")).Select(item => $"{item.ApiVersion} {item.Id.Title}")
            .Order(StringComparer.Ordinal),
    ];
}
