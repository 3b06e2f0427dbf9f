namespace PlatformGitOps.Generator.Apps.Dashboard;

/// <summary>
/// <c>kubernetes/bases/dns-dashboard</c>: the Grafana dashboard, in a ConfigMap for Grafana's sidecar. It has its own Flux Kustomization,
/// so that a missing monitoring namespace does not fail the others.
/// </summary>
internal sealed class DashboardApp : App
{
    public const string LayerName = "dns-dashboard";

    private const string Folder = $"{Layout.Bases}/{LayerName}";

    public override string Name => LayerName;

    public override IEnumerable<GeneratedFile> Files(Platform platform) => platform.Clusters.All(cluster => !cluster.Monitoring.Dashboard)
        ? []
        :
        [
            Layout.File($"{Folder}/configmap.yaml", ConfigMap()),
            Layout.File($"{Folder}/kustomization.yaml", Resources.Kustomization(["configmap.yaml"])),
        ];

    public override FluxKustomization? Layer(Cluster cluster) =>
        cluster.Monitoring.Dashboard ? new FluxKustomization { Name = NameIn(cluster), Path = Folder } : null;

    public override void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Monitoring is { Dashboard: true, Flavour: MonitoringFlavour.None })
        {
            at.Report(DefinitionRules.DashboardWithoutMonitoring, "monitoring.dashboard",
                "The dashboard would show nothing: with flavour none nothing scrapes.",
                "Delete it, or name the operator that scrapes.",
                "monitoring.flavour");
        }
    }

    private static Mapping ConfigMap() => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", new Mapping
            {
                { "name", LayerName },
                { "namespace", Scalar.Variable(Variables.MonitoringNamespace) },
                { "labels", new Mapping { { "grafana_dashboard", "1" } } },
            }
        },
        { "data", new Mapping { { $"{LayerName}.json", DashboardModel.Json() } } },
    };
}
