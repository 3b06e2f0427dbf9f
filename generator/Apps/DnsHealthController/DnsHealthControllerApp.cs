using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// The DNS health controller: shared files and components for every cluster that has enabled it. See docs/health-controller.md.
/// </summary>
internal sealed class DnsHealthControllerApp : App
{
    public const string BaseFolder = $"{Layout.Bases}/dns-health-controller";

    public const string ComponentsFolder = $"{Layout.Components}/dns-health-controller";

    private const string Admission = "admission-policy";
    private const string CpuLimit = "cpu-limit";
    private const string Release = "release";
    private const string WithoutMonitoring = "without-monitoring";

    public override string Name => ControllerNames.Name;

    /// <summary>After CoreDNS, which waits for the monitoring CRDs; nothing waits for it.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override IEnumerable<GeneratedFile> Files(Platform platform) => BaseFiles(platform).Concat(ComponentFiles(platform));

    public override IEnumerable<string> Roles(Cluster cluster) => [ControllerNames.Name, ControllerAccess.InNamespace];

    public override FluxKustomization? Layer(Cluster cluster) => cluster.HealthController is null ? null : new FluxKustomization
    {
        Name = NameIn(cluster),
        Path = BaseFolder,
        Components = [.. ComponentFolders(cluster)],
        Patches = [.. CommonPatches.OfPods(cluster, cluster.HealthController.Release ? "Job" : "Deployment")],
    };

    public override Mapping Settings(Cluster cluster) => cluster.HealthController is not { } settings ? [] : new()
    {
        { ControllerVariables.Image, HealthControllerSettings.ImageIn(cluster), "The DNS health controller." },
        { ControllerVariables.Config, ControllerConfig.Name(cluster) },
        { ControllerVariables.Replicas, settings.Release ? null : settings.Replicas.ToString(CultureInfo.InvariantCulture) },
        { ControllerVariables.CpuRequest, settings.Resources.CpuRequest.Text },
        { ControllerVariables.CpuLimit, settings.Resources.CpuLimit?.Text },
        { ControllerVariables.MemoryRequest, settings.Resources.MemoryRequest.Text },
        { ControllerVariables.MemoryLimit, settings.Resources.MemoryLimit.Text },
        { ControllerVariables.AlertAbove, settings.Release || cluster.Monitoring.Flavour == MonitoringFlavour.None ? null
            : settings.AlertAbove.ToString(CultureInfo.InvariantCulture) },
    };

    public override void Check(Cluster cluster, SectionReader at) => ControllerRules.Check(cluster, at);

    private static IEnumerable<GeneratedFile> BaseFiles(Platform platform) =>
        platform.Clusters.All(cluster => cluster.HealthController is null)
        ? []
        : Folder(BaseFolder, kustomization: Resources.Kustomization,
            ("deployment", [ControllerDeployment.Deployment()]),
            ("poddisruptionbudget", [ControllerDeployment.DisruptionBudget()]),
            ("prometheusrule", [ControllerAlerts.Rule(platform.Repository)]),
            ("rbac", [.. ControllerAccess.Account()]),
            ("service", [ControllerMonitoring.Service()]),
            ("servicemonitor", [ControllerMonitoring.ServiceMonitor()]));

    private static IEnumerable<GeneratedFile> ComponentFiles(Platform platform) =>
        platform.Clusters.Where(cluster => cluster.HealthController is not null)
            .SelectMany(cluster => Components(cluster).Select(name => (name, cluster))).DistinctBy(pair => pair.name)
            .SelectMany(pair => Component(pair.name, pair.cluster));

    private static IEnumerable<string> ComponentFolders(Cluster cluster) => Components(cluster)
        .Select(name => $"{ComponentsFolder}/{name}");

    /// <summary>The last one is specific to the cluster: variables cannot contain lists.</summary>
    private static IEnumerable<string> Components(Cluster cluster)
    {
        if (cluster.Kubernetes is { } version && version >= ControllerAdmission.Since)
        {
            yield return Admission;
        }

        // Before the CPU limit, which the Job has too.
        if (cluster.HealthController!.Release)
        {
            yield return Release;
        }

        if (cluster.HealthController.Resources.CpuLimit is not null)
        {
            yield return CpuLimit;
        }

        if (cluster.Monitoring.Flavour == MonitoringFlavour.None && !cluster.HealthController.Release)
        {
            yield return WithoutMonitoring;
        }

        yield return $"{Layout.ClusterPrefix}{cluster.Name}";
    }

    private static IEnumerable<GeneratedFile> Component(string name, Cluster cluster)
    {
        var folder = $"{ComponentsFolder}/{name}";
        return name switch
        {
            Admission => Component(folder, ("validatingadmissionpolicy", [.. ControllerAdmission.Objects()])),
            CpuLimit => [Layout.File($"{folder}/kustomization.yaml",
                Resources.Component([], Sequence.Of(ControllerDeployment.CpuLimit())))],
            Release => Folder(
                folder, names => Resources.Component(names, Sequence.Of(Served.Concat(Monitored).Select(Delete))),
                ("job", [ControllerDeployment.ReleaseJob()])),
            WithoutMonitoring => [Layout.File($"{folder}/kustomization.yaml",
                Resources.Component([], Sequence.Of(Monitored.Select(Delete))))],
            _ => Component(folder,
                ("configmap", [ControllerConfig.ConfigMap(cluster)]),
                ("networkpolicy", ControllerPolicies.Of(cluster) is { } policy ? [policy] : []),
                ("rbac", [.. ControllerAccess.Checks(cluster.HealthController!), .. ControllerAccess.Shards(cluster.HealthController!)])),
        };
    }

    private static IEnumerable<GeneratedFile> Component(string folder, params (string Name, Mapping[] Documents)[] files) =>
        Folder(folder, names => Resources.Component(names), files);

    /// <summary>Files and the kustomization.yaml with them; a file without documents is omitted.</summary>
    private static IEnumerable<GeneratedFile> Folder(
        string folder, Func<IReadOnlyList<string>, Mapping> kustomization, params (string Name, Mapping[] Documents)[] files)
    {
        var written = files.Where(file => file.Documents.Length > 0).ToArray();
        return written.Select(file => Layout.File($"{folder}/{file.Name}.yaml", file.Documents))
            .Append(Layout.File($"{folder}/kustomization.yaml", kustomization([.. written.Select(file => $"{file.Name}.yaml")])));
    }

    /// <summary>Objects that only a running controller needs.</summary>
    private static readonly (string ApiVersion, string Kind)[] Served =
        [("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget"), ("v1", "Service")];

    private static readonly (string ApiVersion, string Kind)[] Monitored =
        [("monitoring.coreos.com/v1", "PrometheusRule"), ("monitoring.coreos.com/v1", "ServiceMonitor")];

    private static Node Delete((string ApiVersion, string Kind) what) => Resources.Patch(new Mapping
    {
        { "$patch", "delete" },
        { "apiVersion", what.ApiVersion },
        { "kind", what.Kind },
        { "metadata", Resources.Metadata(ControllerNames.Name, ControllerNames.Namespace) },
    });
}
