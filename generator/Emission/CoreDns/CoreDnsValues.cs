using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>The chart's values: only keys that chart 1.38.0 reads, and every default that is not safe overridden.</summary>
internal static class CoreDnsValues
{
    // The image names its user instead of numbering it, and the kubelet refuses runAsNonRoot without a number (coredns#7542).
    private const int NonRoot = 65532;

    public static Mapping All() => new()
    {
        { "k8sAppLabelOverride", CoreDnsNames.App },
        { "replicaCount", Scalar.Variable(Variables.Replicas) },
        { "priorityClassName", "system-cluster-critical" },
        { "serviceAccount", new Mapping { { "create", true }, { "name", CoreDnsNames.Release } } },
        { "service", new Mapping { { "name", CoreDnsNames.Service }, { "clusterIP", Scalar.Variable(Variables.ClusterIP) } } },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", Scalar.Variable(Variables.CpuRequest) }, { "memory", Scalar.Variable(Variables.MemoryRequest) } } },
                { "limits", new Mapping { { "cpu", Scalar.Variable(Variables.CpuLimit) }, { "memory", Scalar.Variable(Variables.MemoryLimit) } } },
            }
        },
        // A new pod answers before an old one goes.
        { "rollingUpdate", new Mapping { { "maxUnavailable", 0 }, { "maxSurge", 1 } } },
        { "terminationGracePeriodSeconds", 2 * Corefile.LameduckSeconds },
        { "podSecurityContext", new Mapping
            {
                { "runAsNonRoot", true },
                { "runAsUser", NonRoot },
                { "runAsGroup", NonRoot },
                { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
            }
        },
        { "securityContext", new Mapping
            {
                { "allowPrivilegeEscalation", false },
                { "readOnlyRootFilesystem", true },
                // The binary carries this file capability: without it in the bounding set it cannot even be executed (coredns#7435).
                { "capabilities", new Mapping { { "drop", Resources.Texts("ALL") }, { "add", Resources.Texts("NET_BIND_SERVICE") } } },
            }
        },
        { "livenessProbe", Probe(initialDelay: 60, period: 10, timeout: 5, failures: 5) },
        { "readinessProbe", Probe(initialDelay: 5, period: 5, timeout: 3, failures: 2) },
        { "topologySpreadConstraints", Sequence.Of(Spread("kubernetes.io/hostname", "DoNotSchedule"), Spread("topology.kubernetes.io/zone", "ScheduleAnyway")) },
        { "tolerations", Sequence.Of(
            new Mapping { { "key", "CriticalAddonsOnly" }, { "operator", "Exists" } },
            new Mapping { { "key", "node-role.kubernetes.io/control-plane" }, { "operator", "Exists" }, { "effect", "NoSchedule" } },
            Leave("node.kubernetes.io/not-ready"),
            Leave("node.kubernetes.io/unreachable"))
        },
        { "prometheus", new Mapping
            {
                // The ServiceMonitor selects this Service; the annotation would have annotation-following scrapers count everything twice.
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
    /// Counts the pods of one revision only, so that a rollout cannot end lopsided (kubernetes#98215), and leaves out nodes
    /// whose taints keep the pod away, so that a cordoned node does not hold a replica back.
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

    /// <summary>A pod leaves a lost node after half a minute instead of five.</summary>
    private static Mapping Leave(string taint) => new()
    {
        { "key", taint },
        { "operator", "Exists" },
        { "effect", "NoExecute" },
        { "tolerationSeconds", 30 },
    };
}
