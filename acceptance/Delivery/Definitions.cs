using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The monitoring.coreos.com definitions, without which no ServiceMonitor and no PrometheusRule can be applied.</summary>
public static class Definitions
{
    private const string Probe = "servicemonitors.monitoring.coreos.com";

    public static async Task Install(
        SuiteSettings settings, ICommands commands, ChartPin pin, KubeContext context, IKubernetesApi api, CancellationToken cancellationToken)
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
            await commands.Run(
                new CommandLine(
                    "helm",
                    [
                        "upgrade", "--install", "monitoring-crds", .. HelmDelivery.Chart(null, pin, "prometheus-operator-crds"),
                        "--namespace", "flux-system", "--create-namespace", "--kubeconfig", context.ConfigFile, "--kube-context", context.Name,
                    ]),
                cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await Established(api, token)).ShouldBeTrue($"{Probe} is not established"),
            "custom resources are refused before their definition is established",
            cancellationToken);
    }

    private static async Task<bool> Established(IKubernetesApi api, CancellationToken cancellationToken) =>
        await api.Get(ResourceKind.CustomResourceDefinition.Named(Probe), cancellationToken) is { } definition
        && Conditions.Holds(definition, "Established");
}
