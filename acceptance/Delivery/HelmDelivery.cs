namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// Delivery without Flux: helm installs the release of the built and substituted tree, and the API server gets the other objects.
/// </summary>
public sealed class HelmDelivery(SuiteSettings settings) : IDelivery
{
    public Task<Platform> Adapt(Platform platform, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken) =>
        Task.FromResult(platform);

    public async Task Deliver(
        Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        await Definitions.Install(settings, tree, cluster.Context, api, cancellationToken);
        var release = tree.Release;
        await Helm(
            cluster.Context,
            [
                "upgrade", "--install", Name(release), .. Chart(settings.Chart, tree.Platform.Charts["coredns"], "coredns"),
                "--namespace", release.Namespace!, "--values", "-",
            ],
            release.At("spec.values")!.ToJsonString(),
            cancellationToken);
        // Flux's sources and releases; helm has already done their work.
        foreach (var resource in tree.Everything.Where(resource => !resource.IsOfFlux))
        {
            await api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
        }
    }

    public async Task Withdraw(RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        await Helm(
            cluster.Context,
            ["uninstall", Name(tree.Release), "--namespace", tree.Release.Namespace!, "--ignore-not-found", "--wait"],
            input: "",
            cancellationToken);
        foreach (var resource in tree.Delivered.Where(resource => !resource.IsOfFlux))
        {
            await api.Delete(ResourceKind.Of(resource).Named(resource.Name, resource.Namespace), null, cancellationToken);
        }
    }

    /// <summary>helm's arguments for a chart: from the setting, or the definition's pin.</summary>
    public static IReadOnlyList<string> Chart(string? setting, ChartPin pin, string name) => setting switch
    {
        null when pin.Source == ChartSource.Oci => [pin.Url, "--version", pin.Version.ToString()],
        null => [name, "--repo", pin.Url, "--version", pin.Version.ToString()],
        _ when setting.StartsWith("http", StringComparison.Ordinal) => [name, "--repo", setting, "--version", pin.Version.ToString()],
        _ when setting.StartsWith("oci:", StringComparison.Ordinal) => [setting, "--version", pin.Version.ToString()],
        _ when Directory.Exists(setting) && !File.Exists(Path.Combine(setting, "Chart.yaml")) =>
            [Path.Combine(setting, $"{name}-{pin.Version}.tgz")],
        _ => [setting],
    };

    public static Task Helm(KubeContext context, IEnumerable<string> arguments, string input, CancellationToken cancellationToken) =>
        Cli.Wrap("helm")
            .WithArguments([.. arguments, "--kubeconfig", context.ConfigFile, "--kube-context", context.Name])
            .WithStandardInputPipe(PipeSource.FromString(input))
            .ExecuteBufferedAsync(cancellationToken);

    private static string Name(Resource release) => release.Text("spec.releaseName") ?? release.Name;
}
