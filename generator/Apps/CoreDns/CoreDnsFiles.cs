namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// <c>kubernetes/bases/coredns</c> has the chart's source and the release; <c>kubernetes/infrastructure/networking/coredns</c> is what a
/// cluster applies: the release and objects that its chart cannot make. Both are the same for every cluster.
/// </summary>
internal static class CoreDnsFiles
{
    // The image has a user name without a number, and the kubelet refuses runAsNonRoot without a number (coredns#7542).
    private const int User = 65532;

    /// <summary>Once for each version that clusters pin.</summary>
    public static IEnumerable<GeneratedFile> Files(Platform platform) => platform.Clusters
        .DistinctBy(cluster => cluster.Pins.FolderEnding(CoreDnsApp.ChartKey))
        .SelectMany(cluster => Files(platform.For(cluster), cluster.Pins.FolderEnding(CoreDnsApp.ChartKey)));

    private static IEnumerable<GeneratedFile> Files(Platform platform, string ending)
    {
        var (chart, @base, folder) = (platform.Charts[CoreDnsApp.ChartKey], CoreDnsApp.BaseFolder + ending, CoreDnsApp.Folder + ending);
        yield return Layout.File($"{@base}/kustomization.yaml", Resources.Kustomization(["helmrelease.yaml"]));
        yield return Layout.File(
            $"{@base}/helmrelease.yaml",
            ChartSourceFile.Source(platform, chart, CoreDnsNames.Release, CoreDnsNames.Namespace),
            HelmRelease(platform, chart));
        yield return Layout.File(
            $"{folder}/kustomization.yaml",
            Resources.Kustomization([$"../../../bases/coredns{ending}", "poddisruptionbudget.yaml", "prometheusrule.yaml"]));
        yield return Layout.File($"{folder}/poddisruptionbudget.yaml", DisruptionBudget());
        yield return Layout.File($"{folder}/prometheusrule.yaml", CoreDnsAlerts.Rule(platform.Repository));
    }

    private static Mapping HelmRelease(Platform platform, ChartPin chart) => Resources.Object(
        FluxApi.HelmRelease,
        "HelmRelease",
        Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace, annotations: new Mapping
        {
            // A mistake in the tree must not remove DNS: Flux keeps the release if its file is deleted.
            { "kustomize.toolkit.fluxcd.io/prune", "disabled" },
        }),
        new Mapping(
        [
            new Entry("interval", "1h"),
            ChartSourceFile.Reference(chart, CoreDnsNames.Release),
            new Entry("releaseName", CoreDnsNames.Release),
            new Entry("timeout", "5m"),
            new Entry("maxHistory", 5),
            new Entry("install", new Mapping([new Entry("crds", "Create"), FluxApi.InstallRetry(platform.Flux.Version)])),
            new Entry("upgrade", new Mapping
            {
                { "crds", "CreateReplace" },
                { "cleanupOnFail", true },
                { "remediation", new Mapping { { "retries", 3 }, { "strategy", "rollback" }, { "remediateLastFailure", true } } },
            }),
            new Entry("driftDetection", new Mapping { { "mode", "enabled" } }),
            new Entry("values", Values()),
        ]));

    private static Mapping DisruptionBudget() => Resources.Object(
        "policy/v1",
        "PodDisruptionBudget",
        Resources.Metadata(CoreDnsNames.DisruptionBudget, CoreDnsNames.Namespace),
        new Mapping
        {
            { "minAvailable", Scalar.Variable(CoreDnsVariables.MinAvailable) },
            // A pod that is not ready protects nothing and would block a drain forever (KEP-3017).
            { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
            { "selector", new Mapping { { "matchLabels", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } } } },
        });

    /// <summary>Only keys that the chart reads; overrides every unsafe default.</summary>
    private static Mapping Values() => new()
    {
        { "k8sAppLabelOverride", CoreDnsNames.App },
        { "replicaCount", Scalar.Variable(CoreDnsVariables.Replicas) },
        { "priorityClassName", "system-cluster-critical" },
        { "serviceAccount", new Mapping { { "create", true }, { "name", CoreDnsNames.Release } } },
        { "service", new Mapping { { "name", CoreDnsNames.Service }, { "clusterIP", Scalar.Variable(CoreDnsVariables.ClusterIP) } } },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", Scalar.Variable(CoreDnsVariables.CpuRequest) },
                    { "memory", Scalar.Variable(CoreDnsVariables.MemoryRequest) } } },
                { "limits", new Mapping { { "cpu", Scalar.Variable(CoreDnsVariables.CpuLimit) },
                    { "memory", Scalar.Variable(CoreDnsVariables.MemoryLimit) } } },
            }
        },
        { "env", Sequence.Of(ContainerVariables.Threads()) },
        // A new pod is ready before an old one ends.
        { "rollingUpdate", new Mapping { { "maxUnavailable", 0 }, { "maxSurge", 1 } } },
        { "terminationGracePeriodSeconds", 2 * Corefile.LameduckSeconds },
        { "podSecurityContext", PodParts.NonRoot(User) },
        // The binary has this file capability: without it in the bounding set it cannot be executed (coredns#7435).
        { "securityContext", PodParts.Restricted("NET_BIND_SERVICE") },
        { "livenessProbe", Probe(initialDelay: 60, period: 10, timeout: 5, failures: 5) },
        { "readinessProbe", Probe(initialDelay: 5, period: 5, timeout: 3, failures: 2) },
        { "topologySpreadConstraints", Sequence.Of(Spread("kubernetes.io/hostname", "DoNotSchedule"),
            Spread("topology.kubernetes.io/zone", "ScheduleAnyway")) },
        { "tolerations", Tolerations() },
        { "prometheus", new Mapping
            {
                // The ServiceMonitor selects this Service; with the annotation, annotation-based scrapers would count everything twice.
                { "service", new Mapping { { "enabled", true }, { "annotations", new Mapping { { "prometheus.io/scrape", "false" } } } } },
                { "monitor", new Mapping
                    {
                        { "enabled", true },
                        { "interval", "30s" },
                        { "additionalLabels", new Mapping { { "release", Scalar.Variable(Variables.MonitoringRelease) } } },
                    }
                },
            }
        },
        { "servers", Corefile.Servers() },
    };

    /// <summary>The default tolerations, then those of the definition.</summary>
    public static Sequence Tolerations(params IEnumerable<Node> more) => Sequence.Of([
        new Mapping { { "key", "CriticalAddonsOnly" }, { "operator", "Exists" } },
        new Mapping { { "key", "node-role.kubernetes.io/control-plane" }, { "operator", "Exists" }, { "effect", "NoSchedule" } },
        Leave("node.kubernetes.io/not-ready"),
        Leave("node.kubernetes.io/unreachable"),
        .. more,
    ]);

    private static Mapping Probe(int initialDelay, int period, int timeout, int failures) => new()
    {
        { "enabled", true },
        { "initialDelaySeconds", initialDelay },
        { "periodSeconds", period },
        { "timeoutSeconds", timeout },
        { "failureThreshold", failures },
        { "successThreshold", 1 },
    };

    /// <summary>
    /// Compares only pods of one revision, so that a rollout does not end unevenly spread (kubernetes#98215), and ignores nodes whose
    /// taints the pod does not tolerate, so that a cordoned node does not block a replica.
    /// </summary>
    private static Mapping Spread(string topologyKey, string whenUnsatisfiable) => new()
    {
        { "maxSkew", 1 },
        { "topologyKey", topologyKey },
        { "whenUnsatisfiable", whenUnsatisfiable },
        { "labelSelector", new Mapping { { "matchLabels", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } } } },
        { "matchLabelKeys", Resources.Texts("pod-template-hash") },
        { "nodeTaintsPolicy", "Honor" },
    };

    /// <summary>A pod leaves a lost node after 30 seconds instead of five minutes.</summary>
    private static Mapping Leave(string taint) => new()
    {
        { "key", taint },
        { "operator", "Exists" },
        { "effect", "NoExecute" },
        { "tolerationSeconds", 30 },
    };
}
