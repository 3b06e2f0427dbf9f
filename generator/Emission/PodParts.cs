namespace PlatformGitOps.Generator.Emission;

/// <summary>Parts of pods and of related objects, for several applications.</summary>
internal static class PodParts
{
    /// <summary>The label of a node's operating system.</summary>
    public const string SystemLabel = "kubernetes.io/os";

    /// <summary>For pods that tolerate every taint: nodes with another operating system only have a taint.</summary>
    public static Mapping OnLinux() => new() { { SystemLabel, "linux" } };

    /// <summary>The security context of a container without any capability but the added ones.</summary>
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

    /// <summary>
    /// The security context of pods that run as one user; with <paramref name="writesVolumes"/> their group owns the volumes.
    /// </summary>
    public static Mapping NonRoot(int user, bool writesVolumes = false) => new()
    {
        { "runAsNonRoot", true },
        { "runAsUser", user },
        { "runAsGroup", user },
        { "fsGroup", writesVolumes ? (Node)user : null },
        { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
    };

    /// <summary>An HTTP probe of a port, which is a number or a name.</summary>
    public static Mapping Probe(string path, Node port, int period, Node? failures = null) => new()
    {
        { "httpGet", new Mapping { { "path", path }, { "port", port } } },
        { "periodSeconds", period },
        { "timeoutSeconds", 5 },
        { "failureThreshold", failures },
    };

    public static Mapping ContainerPort(string name, int port, string protocol = "TCP") =>
        new() { { "name", name }, { "containerPort", port }, { "protocol", protocol } };

    /// <summary>Anti-affinity: at most one pod of a revision on a node.</summary>
    public static Mapping OnePerNode(Mapping selector) => new()
    {
        { "maxSkew", 1 },
        { "topologyKey", "kubernetes.io/hostname" },
        { "whenUnsatisfiable", "DoNotSchedule" },
        { "labelSelector", selector },
        // Compares only pods of one revision, so that a rollout does not end unevenly spread (kubernetes#98215).
        { "matchLabelKeys", Resources.Texts("pod-template-hash") },
    };

    /// <summary>A PodDisruptionBudget that lets one pod leave at a time.</summary>
    public static Mapping DisruptionBudget(Mapping metadata, Mapping selector) => Resources.Object(
        "policy/v1", "PodDisruptionBudget", metadata, new Mapping
        {
            { "maxUnavailable", 1 },
            // A pod that is not ready protects nothing and would block a drain forever (KEP-3017).
            { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
            { "selector", selector },
        });

    /// <summary>A port of a Service. The target is a number or a name of a pod's port; null means the same name.</summary>
    public static Mapping ServicePort(string name, int port, Node? target = null, string protocol = "TCP") =>
        new() { { "name", name }, { "port", port }, { "targetPort", target ?? name }, { "protocol", protocol } };

    /// <summary>
    /// A ServiceMonitor for ports of a Service; with <paramref name="honorLabels"/> a series keeps its own labels namespace and service.
    /// </summary>
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
