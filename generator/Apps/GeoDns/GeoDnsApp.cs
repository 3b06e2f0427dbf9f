using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>
/// Geographic routing: DNS servers for clients outside of the clusters. The Corefile depends on the definition, so each cluster has its own
/// folder. See docs/geo-routing.md.
/// </summary>
internal sealed class GeoDnsApp : App
{
    public const string Folder = $"{Layout.Infrastructure}/geo-dns";

    public override string Name => GeoDnsNames.Name;

    /// <summary>After CoreDNS, which waits for the monitoring CRDs; nothing waits for it.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override object? Bind(Section cluster) => cluster.Mapping(GeoDnsNames.Key,
        $"Answers clients outside with the addresses of the region that suits them ({Docs.Page("geo-routing.md")}).", GeoDnsSettings.Bind);

    public override string Starter => """
            # Answers clients outside with the region that suits them: latency, failover, weighted, priority (geo-routing.md).
            # geoRouting:
              # enabled: false

        """;

    public override void CheckPlatform(Platform platform, SectionReader at) =>
        GeoDnsRules.CheckFleet([.. platform.Clusters.Zip(at.Entries("clusters"))], platform.Substrates);

    public override ImmutableArray<LintRule> LintRules => [GeoAnnotationRule.Rule];

    public override IEnumerable<string> Roles(Cluster cluster) => cluster.Of<GeoDnsSettings>() is null ? []
        : [GeoDnsNames.Name, GeoDnsAccess.InNamespace];

    public override FluxKustomization? Layer(Cluster cluster) => cluster.Of<GeoDnsSettings>() is null ? null : new FluxKustomization
    {
        Name = NameIn(cluster),
        Path = $"{Folder}/{cluster.Name}",
        Patches = [.. CommonPatches.OfPods(cluster, "Deployment")],
    };

    public override IEnumerable<GeneratedFile> Files(Platform platform) => platform.Clusters.SelectMany(cluster =>
        cluster.Of<GeoDnsSettings>() is { } settings ? Files(platform, cluster, settings) : []);

    private static IEnumerable<GeneratedFile> Files(Platform platform, Cluster cluster, GeoDnsSettings settings)
    {
        var folder = $"{Folder}/{cluster.Name}";
        var monitored = cluster.Monitoring.Flavour != MonitoringFlavour.None;
        (string Name, Node[] Documents)[] files =
        [
            ("configmap", [GeoDnsConfig.ConfigMap(cluster)]),
            ("deployment", [GeoDnsDeployment.Deployment(cluster, settings)]),
            ("networkpolicy", [.. GeoDnsPolicies.Of(cluster, settings)]),
            ("poddisruptionbudget", [GeoDnsDeployment.DisruptionBudget()]),
            ("prometheusrule", monitored ? [GeoDnsMonitoring.Rule(platform.Repository)] : []),
            ("rbac", [.. GeoDnsAccess.Objects(settings, GeoDnsConfig.ZonesName(cluster))]),
            ("service", [GeoDnsDeployment.Service(cluster, settings), GeoDnsMonitoring.Service()]),
            ("servicemonitor", monitored ? [GeoDnsMonitoring.ServiceMonitor(cluster)] : []),
            ("zones", [.. GeoDnsConfig.Written(cluster)]),
        ];
        var written = files.Where(file => file.Documents.Length > 0).ToArray();
        return written.Select(file => Layout.File($"{folder}/{file.Name}.yaml", file.Documents))
            .Append(Layout.File($"{folder}/kustomization.yaml",
                Resources.Kustomization(written.Select(file => $"{file.Name}.yaml"))));
    }
}
