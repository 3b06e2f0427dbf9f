namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The monitoring.coreos.com CRDs, which all ServiceMonitors and PrometheusRules need; a tree without monitoring has neither.
/// </summary>
public static class Definitions
{
    private const string Probe = "servicemonitors.monitoring.coreos.com";

    public static async Task Install(
        SuiteSettings settings, RenderedCluster tree, KubeContext context, KubernetesApi api,
        CancellationToken cancellationToken)
    {
        var pin = tree.Platform.Charts["monitoringCrds"];
        if (tree.Definition.Monitoring.Flavour == MonitoringFlavour.None || await Established(api, cancellationToken))
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
