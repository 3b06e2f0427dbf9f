using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>From a draft without findings to the record: nothing is null then that the record needs.</summary>
internal static class ClusterAssembly
{
    public static Cluster Assemble(ClusterDraft draft) => new()
    {
        Name = draft.Name!.Value,
        Domain = draft.Domain!.Value,
        Pods = draft.Pods!.Value,
        Services = draft.Services!.Value,
        Nodes = draft.Nodes?.Value,
        Dns = Dns(draft),
        NetworkPolicy = draft.NetworkPolicy!.Value switch
        {
            "cilium" => NetworkPolicyFlavour.Cilium,
            "kubernetes" => NetworkPolicyFlavour.Kubernetes,
            _ => NetworkPolicyFlavour.None,
        },
        Monitoring = Monitoring(draft.Monitoring),
        HealthController = draft.HasHealthController ? HealthController(draft.HealthController) : null,
        DependsOn = [.. draft.DependsOn.Select(name => name.Value)],
    };

    private static DnsSettings Dns(ClusterDraft draft) => new()
    {
        ClusterIP = draft.ClusterIP!.Value,
        Replicas = draft.Replicas!.Value,
        MinAvailable = draft.MinAvailable!.Value,
        Upstreams = [.. draft.Upstreams.Select(upstream => upstream.Value)],
        Resources = new ResourceSettings
        {
            CpuRequest = draft.Resources.CpuRequest!.Value,
            MemoryRequest = draft.Resources.MemoryRequest!.Value,
            CpuLimit = draft.Resources.CpuLimit?.Value,
            MemoryLimit = draft.Resources.MemoryLimit!.Value,
        },
        Autoscaling = Scaling(draft.Autoscaling),
        Log = draft.Log!.Value switch
        {
            "all" => LogClass.All,
            "denial" => LogClass.Denial,
            _ => LogClass.Error,
        },
    };

    private static Autoscaling Scaling(View view) => view.Text("kind")!.Value switch
    {
        "hpa" => new Autoscaling.Horizontal(Number(view, "maxReplicas"), Number(view, "cpuPercent")),
        "proportional" => new Autoscaling.Proportional(Number(view, "coresPerReplica"), Number(view, "nodesPerReplica"), Number(view, "maxReplicas")),
        _ => new Autoscaling.Off(),
    };

    private static MonitoringSettings Monitoring(View view) => new()
    {
        Flavour = view.Text("flavour")!.Value switch
        {
            "victoria-metrics" => MonitoringFlavour.VictoriaMetrics,
            "prometheus-operator" => MonitoringFlavour.PrometheusOperator,
            _ => MonitoringFlavour.None,
        },
        Namespace = DnsLabel.Parse(view.Text("namespace")!.Value),
        Release = DnsLabel.Parse(view.Text("release")!.Value),
        ManageCrds = view.Text("crds")!.Value == "managed",
    };

    private static HealthControllerSettings HealthController(View view) => new()
    {
        Image = view.Text("image")!.Value,
        CoreDns = view.Switch("coreDns")!.Value,
    };

    private static int Number(View view, string key) => view.Number(key)!.Value;
}
