using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>
/// What lets a cache behind Cilium's redirect stop without a failed query. Cilium looks at nothing but a pod's readiness, and a cache that
/// stops stays ready until it is gone. So a second container stops at once, and with it the readiness. The cache goes on for as
/// long as Kubernetes and Cilium need to bring the node's queries to CoreDNS.
/// </summary>
public static class NodeLocalDnsDrain
{
    /// <summary>The first version of Kubernetes that waits by itself before it stops a container (lifecycle.preStop.sleep).</summary>
    public static readonly SemVer Since = new(1, 30, 0);

    /// <summary>The name of the second container: the pod is ready for as long as it runs.</summary>
    public const string Container = "readiness";

    internal const string Component = "local-redirect-stop";

    /// <summary>Two failed probes, each of 3 s at most, and then the update of the pod have to reach Cilium, on a busy node too.</summary>
    private const int Seconds = 10;

    private const string File = "Corefile.readiness";

    /// <summary>The program is at hand in the cache's image; it answers nobody's queries.</summary>
    internal static readonly string Corefile = $$"""
        .:1053 {
            errors
            bind 127.0.0.1
            health :{{NodeLocalDnsNames.ReadinessPort}}
        }

        """;

    public static bool Applies(Cluster cluster) =>
        NodeLocalDnsSettings.WayIn(cluster) == NodeLocalDnsWay.LocalRedirect && cluster.Kubernetes is { } version && version >= Since;

    /// <summary>Patches of the cache's objects. A JSON patch keeps the cache the first container.</summary>
    internal static Sequence Patches() => Sequence.Of(
        Patch("ConfigMap", NodeLocalDnsConfig.Name, ($"/data/{File}", Corefile)),
        Patch("DaemonSet", NodeLocalDnsNames.Name,
            // The program reads its Corefile at its start, so other content is a rollout.
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
        // It listens on high ports; an image whose program has this as a file capability starts only where the pod may have it.
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
