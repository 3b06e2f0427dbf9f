using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>The DaemonSet: one cache on every node.</summary>
internal static class NodeLocalDnsDaemon
{
    internal const string ConfigVolume = "config";
    internal const string RunVolume = "run";
    private const string LockVolume = "xtables-lock";

    /// <summary>
    /// A stopping cache deletes its interface before the rules that divert queries from CoreDNS: in between, queries would be lost. So a
    /// second interface keeps the addresses on the node. The program creates it before it prints its version. It stays: without the rules,
    /// kube-proxy translates queries before the node uses its own addresses.
    /// </summary>
    private static readonly string[] BeforeStop =
    [
        "/node-cache", "-localip", $"${{{NodeLocalDnsNames.AddressesVariable}}}", "-interfacename", NodeLocalDnsNames.SecondInterface,
        "-setupiptables=false", "-metrics-listen-address", "127.0.0.1:0", "-conf", "/dev/null", "-version",
    ];

    /// <summary>
    /// With a file to wait for, the node's rules exist as soon as the cache answers; without one a minute later, and until then queries
    /// bypass the cache.
    /// </summary>
    private static readonly string[] OnHostArguments = ["-pidfile", "/run/coredns/coredns.pid"];

    /// <summary>
    /// No other program answers on its own address: interface and rules stay for the next cache, and are harmless without one.
    /// </summary>
    private static readonly string[] OwnAddressArguments = [.. OnHostArguments, "-skipteardown=true"];

    private static readonly string[] BehindRedirectArguments = ["-setupinterface=false", "-setupiptables=false", "-skipteardown=true"];

    /// <summary>
    /// In the host network the cache adds its addresses to its own interface. On the Service's address it removes them when it stops, and
    /// queries go to CoreDNS again. With Cilium's redirect it runs in the pod network.
    /// </summary>
    public static Mapping For(NodeLocalDnsWay way) => Resources.Object("apps/v1", "DaemonSet", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "selector", NodeLocalDnsNames.Selector() },
        // One node at a time: a node without its cache uses CoreDNS. With its own address that is impossible: there the next cache listens
        // while the old one stops (CoreDNS uses SO_REUSEPORT).
        { "updateStrategy", new Mapping { { "type", "RollingUpdate" },
            { "rollingUpdate", way == NodeLocalDnsWay.OwnAddress
                ? new Mapping { { "maxSurge", 1 }, { "maxUnavailable", 0 } } : new Mapping { { "maxUnavailable", 1 } } } } },
        // Until the old cache has stopped, it can answer the probes of the new one.
        { "minReadySeconds", way == NodeLocalDnsWay.OwnAddress ? 15 : 5 },
        { "template", new Mapping
            {
                { "metadata", new Mapping
                    {
                        { "labels", NodeLocalDnsNames.Labels() },
                        // The program reads these at start-up, so a change must be a rollout.
                        { "annotations", new Mapping
                            {
                                { "dns.aikernel.io/settings",
                                    $"bind ${{{NodeLocalDnsNames.BindVariable}}}, ttl ${{{NodeLocalDnsNames.TtlVariable}}}" },
                            }
                        },
                    }
                },
                { "spec", Pod(way) },
            }
        },
    });

    private static Mapping Pod(NodeLocalDnsWay way) => new()
    {
        { "serviceAccountName", NodeLocalDnsNames.Name },
        { "automountServiceAccountToken", false },
        { "priorityClassName", "system-node-critical" },
        { "hostNetwork", OnHost(way) ? (Node)true : null },
        // It resolves names with the node's resolver, not with itself.
        { "dnsPolicy", "Default" },
        { "terminationGracePeriodSeconds", 30 },
        { "nodeSelector", PodParts.OnLinux() },
        { "tolerations", Sequence.Of(new Mapping { { "operator", "Exists" } }) },
        { "securityContext", new Mapping { { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } } } },
        { "containers", Sequence.Of(Container(way)) },
        { "volumes", Sequence.Of([
            new Mapping { { "name", ConfigVolume }, { "configMap", new Mapping { { "name", NodeLocalDnsConfig.Name } } } },
            new Mapping { { "name", RunVolume }, { "emptyDir", new Mapping { { "medium", "Memory" }, { "sizeLimit", "1Mi" } } } },
            .. OnHost(way) ? [new Mapping { { "name", LockVolume }, { "hostPath",
                new Mapping { { "path", "/run/xtables.lock" }, { "type", "FileOrCreate" } } } }] : Array.Empty<Node>(),
        ]) },
    };

    private static bool OnHost(NodeLocalDnsWay way) => way != NodeLocalDnsWay.LocalRedirect;

    private static Mapping Container(NodeLocalDnsWay way) => new()
    {
        { "name", "node-cache" },
        { "image", Scalar.Variable(NodeLocalDnsNames.ImageVariable) },
        { "args", Resources.Texts([
            "-localip", $"${{{NodeLocalDnsNames.AddressesVariable}}}",
            "-basecorefile", $"/etc/coredns/{NodeLocalDnsConfig.File}",
            "-conf", "/run/coredns/Corefile",
            "-upstreamsvc", NodeLocalDnsNames.UpstreamService,
            // CoreDNS serves the program's own metrics too; a second cache could not listen on a fixed port for them.
            "-metrics-listen-address", "127.0.0.1:0",
            .. way switch
            {
                NodeLocalDnsWay.ServiceAddress => OnHostArguments,
                NodeLocalDnsWay.OwnAddress => OwnAddressArguments,
                _ => BehindRedirectArguments,
            },
        ]) },
        // In the host network a declared port is a host port: a second cache could not be scheduled next to the first.
        { "ports", way == NodeLocalDnsWay.OwnAddress ? null : Sequence.Of([
            // The names of the ports of the Service kube-dns: Cilium's redirect matches them.
            PodParts.ContainerPort("udp-53", CoreDnsNames.DnsPort, "UDP"), PodParts.ContainerPort("tcp-53", CoreDnsNames.DnsPort),
            PodParts.ContainerPort("metrics", NodeLocalDnsNames.MetricsPort),
        ]) },
        { "lifecycle", way != NodeLocalDnsWay.ServiceAddress ? null
            : new Mapping { { "preStop", new Mapping { { "exec", new Mapping { { "command", Resources.Texts(BeforeStop) } } } } } } },
        { "livenessProbe", Probe(OnHost(way), initialDelay: 60, period: 10, failures: 5) },
        { "readinessProbe", Probe(OnHost(way), initialDelay: 1, period: 5, failures: 2) },
        { "resources", NodeLocalDnsSettings.StandardResources.ToNode() },
        // Interface and rules need NET_ADMIN; the older iptables opens a raw socket for the rules.
        { "securityContext", PodParts.Restricted(OnHost(way) ? ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] : ["NET_BIND_SERVICE"]) },
        { "volumeMounts", Sequence.Of([
            new Mapping { { "name", ConfigVolume }, { "mountPath", "/etc/coredns" }, { "readOnly", true } },
            new Mapping { { "name", RunVolume }, { "mountPath", "/run/coredns" } },
            .. OnHost(way) ? [new Mapping { { "name", LockVolume }, { "mountPath", "/run/xtables.lock" } }] : Array.Empty<Node>(),
        ]) },
    };

    /// <summary>
    /// In the host network the health endpoint is on the cache's own address, so that it cannot conflict with another program's port.
    /// </summary>
    private static Mapping Probe(bool host, int initialDelay, int period, int failures) => new()
    {
        { "httpGet", new Mapping { { "host", host ? $"${{{NodeLocalDnsNames.AddressVariable}}}" : null }, { "path", "/health" },
            { "port", NodeLocalDnsNames.HealthPort } } },
        { "initialDelaySeconds", initialDelay },
        { "periodSeconds", period },
        { "timeoutSeconds", 5 },
        { "failureThreshold", failures },
    };
}
