using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>
/// Lets a cache behind Cilium's redirect stop without failed queries. Cilium only looks at a pod's readiness, and a stopping cache stays
/// ready until its end. So a second container stops at once and ends the readiness, while the cache runs on until Kubernetes and Cilium
/// have moved the node's queries to CoreDNS.
/// </summary>
public static class NodeLocalDnsDrain
{
    /// <summary>The first Kubernetes that can wait before it stops a container (lifecycle.preStop.sleep).</summary>
    public static readonly SemVer Since = new(1, 30, 0);

    /// <summary>The name of the second container: the pod is ready while it runs.</summary>
    public const string Container = "readiness";

    internal const string Component = "local-redirect-stop";

    /// <summary>
    /// Enough for two failed probes of up to 3 s each, and then for the update of the pod to reach Cilium on a busy node.
    /// </summary>
    private const int Seconds = 10;

    private const string File = "Corefile.readiness";

    /// <summary>The second container runs the program of the cache's image; it answers no queries.</summary>
    internal static readonly string Corefile = $$"""
        .:1053 {
            errors
            bind 127.0.0.1
            health :{{NodeLocalDnsNames.ReadinessPort}}
        }

        """;

    public static bool Applies(Cluster cluster) =>
        NodeLocalDnsSettings.WayIn(cluster) == NodeLocalDnsWay.LocalRedirect && cluster.Kubernetes is { } version && version >= Since;

    /// <summary>Patches of the cache's objects. The JSON patch appends, so the cache stays the first container.</summary>
    internal static Sequence Patches() => Sequence.Of(
        Patch("ConfigMap", NodeLocalDnsConfig.Name, ($"/data/{File}", Corefile)),
        Patch("DaemonSet", NodeLocalDnsNames.Name,
            // The program reads its Corefile at start-up, so a change must be a rollout.
            ("/spec/template/metadata/annotations/dns.aikernel.io~1readiness", $"Corefile {NodeLocalDnsConfig.HashOf(Corefile)}"),
            ("/spec/template/spec/containers/0/lifecycle",
                new Mapping { { "preStop", new Mapping { { "sleep", new Mapping { { "seconds", Seconds } } } } } }),
            ("/spec/template/spec/containers/-", Second())));

    private static Mapping Second() => new()
    {
        { "name", Container },
        { "image", Scalar.Variable(NodeLocalDnsNames.ImageVariable) },
        { "args", Resources.Texts("-localip", "127.0.0.1", "-basecorefile", $"/etc/coredns/{File}", "-conf", $"/run/coredns/{File}",
            "-metrics-listen-address", "127.0.0.1:0", "-setupinterface=false", "-setupiptables=false", "-skipteardown=true") },
        { "readinessProbe", new Mapping
            {
                { "httpGet", new Mapping { { "path", "/health" }, { "port", NodeLocalDnsNames.ReadinessPort } } },
                { "periodSeconds", 1 },
                { "timeoutSeconds", 2 },
                { "failureThreshold", 2 },
            }
        },
        { "resources", new ResourceSettings
            {
                CpuRequest = Quantity.Parse("5m"),
                MemoryRequest = Quantity.Parse("24Mi"),
                MemoryLimit = Quantity.Parse("64Mi"),
            }.ToNode()
        },
        // It listens on high ports, but an image whose program has this file capability only starts if the pod may have it.
        { "securityContext", PodParts.Restricted("NET_BIND_SERVICE") },
        { "volumeMounts", Sequence.Of(
            new Mapping { { "name", NodeLocalDnsDaemon.ConfigVolume }, { "mountPath", "/etc/coredns" }, { "readOnly", true } },
            new Mapping { { "name", NodeLocalDnsDaemon.RunVolume }, { "mountPath", "/run/coredns" } }) },
    };

    private static Mapping Patch(string kind, string name, params IEnumerable<(string Path, Node Value)> added) => new()
    {
        { "target", new Mapping { { "kind", kind }, { "name", name } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(added.Select(entry =>
            new Mapping { { "op", "add" }, { "path", entry.Path }, { "value", entry.Value } }))) },
    };
}
