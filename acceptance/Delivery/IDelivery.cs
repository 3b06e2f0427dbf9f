using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>How a tree gets into a cluster.</summary>
public interface IDelivery
{
    /// <summary>
    /// The definition as this delivery has to change it. The delivered tree comes from it, and so does the tree to compare with.
    /// </summary>
    Task<Platform> Adapt(Platform platform, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Delivers and returns once everything is applied; that it becomes ready is for the criteria to see.</summary>
    Task Deliver(Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);

    /// <summary>Removes the release and everything beside it, as if it had never been delivered; nothing of it is left on return.</summary>
    Task Withdraw(RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken);
}

/// <summary>The monitoring.coreos.com definitions, which every ServiceMonitor and PrometheusRule needs.</summary>
public static class Definitions
{
    private const string Probe = "servicemonitors.monitoring.coreos.com";

    public static async Task Install(
        SuiteSettings settings, ChartPin pin, KubeContext context, KubernetesApi api, CancellationToken cancellationToken)
    {
        if (await Established(api, cancellationToken))
        {
            return;
        }

        if (settings.Definitions is { } folder)
        {
            foreach (var file in Directory.GetFiles(folder, "*.yaml"))
            {
                foreach (var definition in YamlDocuments.Resources(await File.ReadAllTextAsync(file, cancellationToken)))
                {
                    await api.Apply(ResourceKind.CustomResourceDefinition, definition, cancellationToken);
                }
            }
        }
        else
        {
            await HelmDelivery.Helm(
                context,
                [
                    "upgrade", "--install", "monitoring-crds", .. HelmDelivery.Chart(null, pin, "prometheus-operator-crds"),
                    "--namespace", "flux-system", "--create-namespace",
                ],
                input: "",
                cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await Established(api, token)).ShouldBeTrue($"{Probe} is not established"),
            "custom resources are refused before their definition is established",
            cancellationToken);
    }

    private static async Task<bool> Established(KubernetesApi api, CancellationToken cancellationToken) =>
        await api.Get(ResourceKind.CustomResourceDefinition.Named(Probe), cancellationToken) is { } definition
        && Conditions.Holds(definition, "Established");
}
