namespace PlatformGitOps.Generator.Emission;

/// <summary>Parts of pods, and of the objects beside them, that several applications have.</summary>
internal static class PodParts
{
    /// <summary>The label with which the kubelet names the system of its node.</summary>
    public const string SystemLabel = "kubernetes.io/os";

    /// <summary>For pods that tolerate every taint: nodes of another system are kept apart by taints alone.</summary>
    public static Mapping OnLinux() => new() { { SystemLabel, "linux" } };

    /// <summary>The security context of a container that may do nothing but what is added.</summary>
    public static Mapping Restricted(params string[] added) => new()
    {
        { "allowPrivilegeEscalation", false },
        { "readOnlyRootFilesystem", true },
        { "capabilities", new Mapping
            {
                { "drop", Resources.Texts("ALL") },
                { "add", added.Length == 0 ? null : Resources.Texts(added) },
            }
        },
    };

    /// <summary>The security context of pods that run as one user, to whose group the volumes may belong.</summary>
    public static Mapping NonRoot(int user, bool writesVolumes = false) => new()
    {
        { "runAsNonRoot", true },
        { "runAsUser", user },
        { "runAsGroup", user },
        { "fsGroup", writesVolumes ? (Node)user : null },
        { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
    };

    /// <summary>A probe of a port, which is a number or a name.</summary>
    public static Mapping Probe(string path, Node port, int period, Node? failures = null) => new()
    {
        { "httpGet", new Mapping { { "path", path }, { "port", port } } },
        { "periodSeconds", period },
        { "timeoutSeconds", 5 },
        { "failureThreshold", failures },
    };

    public static Mapping ContainerPort(string name, int port, string protocol = "TCP") =>
        new() { { "name", name }, { "containerPort", port }, { "protocol", protocol } };

    /// <summary>No two pods of one revision on a node.</summary>
    public static Mapping OneToANode(Mapping selector) => new()
    {
        { "maxSkew", 1 },
        { "topologyKey", "kubernetes.io/hostname" },
        { "whenUnsatisfiable", "DoNotSchedule" },
        { "labelSelector", selector },
        // Counts the pods of one revision only, so that a rollout cannot end lopsided (kubernetes#98215).
        { "matchLabelKeys", Resources.Texts("pod-template-hash") },
    };

    /// <summary>One pod may leave at a time.</summary>
    public static Mapping DisruptionBudget(Mapping metadata, Mapping selector) => Resources.Object(
        "policy/v1", "PodDisruptionBudget", metadata, new Mapping
        {
            { "maxUnavailable", 1 },
            // A pod that is not ready protects nobody and would hold a drain up forever (KEP-3017).
            { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
            { "selector", selector },
        });

    /// <summary>A port of a Service; that of the pods is the target, a number or a name, and has the same name where it is null.</summary>
    public static Mapping ServicePort(string name, int port, Node? target = null, string protocol = "TCP") =>
        new() { { "name", name }, { "port", port }, { "targetPort", target ?? name }, { "protocol", protocol } };

    /// <summary>Has the operator of Prometheus scrape ports of a Service; a series' own labels namespace and service may stay.</summary>
    public static Mapping ServiceMonitor(Mapping metadata, Mapping selector, string[] ports, bool honorLabels = false) =>
        Resources.Object("monitoring.coreos.com/v1", "ServiceMonitor", metadata, new Mapping
        {
            { "selector", selector },
            { "endpoints", Sequence.Of(ports.Select(port => new Mapping
                {
                    { "port", port },
                    { "path", "/metrics" },
                    { "interval", "30s" },
                    { "honorLabels", honorLabels ? (Node)true : null },
                }))
            },
        });
}
