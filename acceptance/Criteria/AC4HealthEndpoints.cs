using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC4", "Each CoreDNS pod answers /health on :8080 and /ready on :8181")]
public static partial class AC4HealthEndpoints
{
    [Row("AC4.1", "Health endpoint responds", Sees = "the health plugin and the liveness probe that asks it")]
    public static void Health(RenderedCluster tree)
    {
        CorefilePlugins.Read(tree.Corefile).Count(plugin => plugin.Name == "health").ShouldBe(1, "the health plugin has to be there exactly once");
        Probe(tree, "livenessProbe").ShouldBe("/health:8080", "the kubelet would restart a healthy pod, or keep a dead one");
    }

    [Row("AC4.2", "Ready endpoint responds", Sees = "the ready plugin and the readiness probe that asks it")]
    public static void Ready(RenderedCluster tree)
    {
        CorefilePlugins.Find(tree.Corefile, "ready").ShouldNotBeNull("the Corefile has no ready plugin");
        Probe(tree, "readinessProbe").ShouldBe("/ready:8181", "the pod would never, or always, be sent queries");
    }

    private static string Probe(RenderedCluster tree, string name) =>
        $"{tree.Container.Text($"{name}.httpGet.path")}:{tree.Container.Text($"{name}.httpGet.port")}";
}
