using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Definition;
using Resource = PlatformGitOps.Acceptance.Resources.Resource;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>Without Flux: the built and substituted tree, its release by helm and the rest applied as it is.</summary>
public sealed class HelmDelivery(ICommands commands, SuiteSettings settings) : IDelivery
{
    public Task<Platform> Adapt(Platform platform, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken) => Task.FromResult(platform);

    public async Task Deliver(
        Platform platform, RenderedCluster tree, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken)
    {
        await Definitions.Install(settings, commands, platform.MonitoringCrds, cluster.Context, api, cancellationToken);
        await Release(platform.CoreDns, tree.Release, cluster.Context, cancellationToken);
        // Sources and releases are Flux' own; helm has just done their work.
        foreach (var resource in tree.Delivered.Concat(tree.HealthController).Where(resource => !resource.IsOfFlux))
        {
            await api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
        }
    }

    public async Task Withdraw(RenderedCluster tree, RunningCluster cluster, IKubernetesApi api, CancellationToken cancellationToken)
    {
        await commands.Run(
            new CommandLine(
                "helm", "uninstall", tree.Release.Text("spec.releaseName") ?? tree.Release.Name, "--namespace", tree.Release.Namespace!,
                "--ignore-not-found", "--wait", "--kubeconfig", cluster.Context.ConfigFile, "--kube-context", cluster.Context.Name),
            cancellationToken);
        foreach (var resource in tree.Delivered.Where(resource => !resource.IsOfFlux))
        {
            await api.Delete(ResourceKind.Of(resource).Named(resource.Name, resource.Namespace), null, cancellationToken);
        }
    }

    /// <summary>Where helm finds a chart: the setting, or what the definition pins.</summary>
    public static IReadOnlyList<string> Chart(string? setting, ChartPin pin, string name) => setting switch
    {
        null when pin.Source == ChartSource.Oci => [pin.Url, "--version", pin.Version.ToString()],
        null => [name, "--repo", pin.Url, "--version", pin.Version.ToString()],
        _ when setting.StartsWith("http", StringComparison.Ordinal) => [name, "--repo", setting, "--version", pin.Version.ToString()],
        _ when setting.StartsWith("oci:", StringComparison.Ordinal) => [setting, "--version", pin.Version.ToString()],
        _ => [setting],
    };

    private async Task Release(ChartPin pin, Resource release, KubeContext context, CancellationToken cancellationToken) =>
        await commands.Run(
            new CommandLine(
                "helm",
                [
                    "upgrade", "--install", release.Text("spec.releaseName") ?? release.Name, .. Chart(settings.Chart, pin, "coredns"),
                    "--namespace", release.Namespace!, "--kubeconfig", context.ConfigFile, "--kube-context", context.Name, "--values", "-",
                ])
            {
                Input = release.At("spec.values")!.ToJsonString(),
            },
            cancellationToken);
}
