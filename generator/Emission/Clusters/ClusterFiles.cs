using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.CoreDns;
using PlatformGitOps.Generator.Emission.Crds;
using PlatformGitOps.Generator.Emission.Flux;
using PlatformGitOps.Generator.Emission.HealthController;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.Clusters;

/// <summary><c>kubernetes/clusters/&lt;name&gt;</c>: what Flux is pointed at in one cluster.</summary>
internal static class ClusterFiles
{
    public static IEnumerable<GeneratedFile> Of(Platform platform, Cluster cluster)
    {
        var folder = Layout.ClusterFolder(cluster.Name.Text);
        var crds = MonitoringCrds.Needed(cluster) ? Crds(cluster) : null;

        yield return Layout.File($"{folder}/cluster-settings.yaml", ClusterSettings.Of(cluster));
        var coreDns = CoreDns(cluster, crds);
        yield return Layout.File($"{folder}/coredns.yaml", coreDns.ToObject(platform));
        if (crds is not null)
        {
            yield return Layout.File($"{folder}/crds.yaml", crds.ToObject(platform));
        }

        if (cluster.HealthController is not null)
        {
            yield return Layout.File($"{folder}/dns-health-controller.yaml", HealthController(cluster, coreDns).ToObject(platform));
        }

        yield return Layout.File($"{folder}/kustomization.yaml", Resources.Kustomization(
            new[]
            {
                "cluster-settings.yaml",
                "coredns.yaml",
                crds is null ? null : "crds.yaml",
                cluster.HealthController is null ? null : "dns-health-controller.yaml",
                "sync.yaml",
            }.OfType<string>()));
        yield return Layout.File($"{folder}/sync.yaml", Source(platform), Root(cluster, folder).ToObject(platform));
    }

    private static FluxKustomization Crds(Cluster cluster) => new()
    {
        Name = $"cluster-{cluster.Name}-crds",
        Path = Layout.CrdsInfrastructure,
        Substitute = false,
    };

    private static FluxKustomization CoreDns(Cluster cluster, FluxKustomization? crds) => new()
    {
        Name = $"cluster-{cluster.Name}-coredns",
        Path = Layout.CoreDnsInfrastructure,
        Components = [.. CoreDnsComponents.Folders(cluster)],
        DependsOn = [.. crds is null ? [] : new[] { crds.Name }, .. cluster.DependsOn.Select(name => name.Text)],
        HealthChecks =
        [
            (FluxApi.HelmRelease, "HelmRelease", CoreDnsNames.Release, CoreDnsNames.Namespace),
            ("apps/v1", "Deployment", CoreDnsNames.Release, CoreDnsNames.Namespace),
        ],
    };

    /// <summary>After CoreDNS, and through it after the definitions of the monitors; nothing waits for it.</summary>
    private static FluxKustomization HealthController(Cluster cluster, FluxKustomization coreDns) => new()
    {
        Name = $"cluster-{cluster.Name}-{ControllerNames.Name}",
        Path = Layout.HealthControllerBase,
        Components = [.. HealthControllerComponents.Folders(cluster)],
        DependsOn = [coreDns.Name],
    };

    /// <summary>Applies this folder, and with it itself: after the first time Flux keeps the cluster by its repository alone.</summary>
    private static FluxKustomization Root(Cluster cluster, string folder) => new()
    {
        Name = $"cluster-{cluster.Name}",
        Path = folder,
        Wait = false,
        Substitute = false,
    };

    private static Mapping Source(Platform platform)
    {
        var repository = platform.Repository;
        var metadata = Resources.Metadata(Layout.SourceName, Layout.FluxNamespace);
        var spec = new Mapping
        {
            { "interval", repository.Interval.Text },
            { "url", repository.Url },
            { "ref", new Mapping { { "branch", repository.Branch }, { "tag", repository.Tag } } },
            { "secretRef", repository.SecretName is { } secret ? new Mapping { { "name", secret.Text } } : null },
        };
        return repository.Kind == SourceKind.Oci
            ? Resources.Object(FluxApi.OciRepository(platform.Flux.Version), "OCIRepository", metadata, spec)
            : Resources.Object(FluxApi.GitRepository, "GitRepository", metadata, spec);
    }
}
