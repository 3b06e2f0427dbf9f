using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>One cache on every node.</summary>
internal static class NodeLocalDnsDaemon
{
    internal const string ConfigVolume = "config";
    internal const string RunVolume = "run";
    private const string LockVolume = "xtables-lock";

    /// <summary>
    /// A cache that stops deletes its interface first, and then the rules that keep queries from CoreDNS: in between they would vanish. A
    /// second interface keeps its addresses on the node meanwhile. The program makes it before it prints its version. It stays: where the
    /// rules are gone, kube-proxy translates the queries before the node looks at its own addresses.
    /// </summary>
    private static readonly string[] BeforeStop =
    [
        "/node-cache", "-localip", $"${{{NodeLocalDnsNames.AddressesVariable}}}", "-interfacename", NodeLocalDnsNames.SecondInterface,
        "-setupiptables=false", "-metrics-listen-address", "127.0.0.1:0", "-conf", "/dev/null", "-version",
    ];

    /// <summary>
    /// With a file to wait for, the rules of the node are there as soon as the cache answers, and without one a minute later: until then
    /// queries go past it.
    /// </summary>
    private static readonly string[] OnHostArguments = ["-pidfile", "/run/coredns/coredns.pid"];

    /// <summary>Nothing else answers at its own address: interface and rules stay for the next cache, and without one do no harm.</summary>
    private static readonly string[] OwnAddressArguments = [.. OnHostArguments, "-skipteardown=true"];

    private static readonly string[] BehindRedirectArguments = ["-setupinterface=false", "-setupiptables=false", "-skipteardown=true"];

    /// <summary>
    /// In the node's network, where it adds its addresses to an interface of its own. On the Service's address it takes them away when it
    /// stops, and queries go to CoreDNS as before. Behind Cilium's redirect it is in a pod's network.
    /// </summary>
    public static Mapping For(NodeLocalDnsWay way) => Resources.Object("apps/v1", "DaemonSet", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "selector", NodeLocalDnsNames.Selector() },
        // One node after the other: a node without its cache asks CoreDNS itself. With an address of its own it cannot: there the next
        // cache listens beside the one that stops (SO_REUSEPORT of CoreDNS).
        { "updateStrategy", new Mapping { { "type", "RollingUpdate" },
            { "rollingUpdate", way == NodeLocalDnsWay.OwnAddress
                ? new Mapping { { "maxSurge", 1 }, { "maxUnavailable", 0 } } : new Mapping { { "maxUnavailable", 1 } } } } },
        // Until the older cache has stopped, it may answer the probes of the newer one.
        { "minReadySeconds", way == NodeLocalDnsWay.OwnAddress ? 15 : 5 },
        { "template", new Mapping
            {
                { "metadata", new Mapping
                    {
                        { "labels", NodeLocalDnsNames.Labels() },
                        // The program reads these at its start, so that a change is a rollout.
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
        // Its own names come from the node: it must not ask itself.
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
            // CoreDNS serves the program's own series too; a second cache could not listen on a port of its own for them.
            "-metrics-listen-address", "127.0.0.1:0",
            .. way switch
            {
                NodeLocalDnsWay.ServiceAddress => OnHostArguments,
                NodeLocalDnsWay.OwnAddress => OwnAddressArguments,
                _ => BehindRedirectArguments,
            },
        ]) },
        // In the node's network a declared port is one of the node: no second cache could be scheduled beside the first.
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
        // The interface and the rules of the node belong to NET_ADMIN; the older iptables opens a raw socket for them.
        { "securityContext", PodParts.Restricted(OnHost(way) ? ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] : ["NET_BIND_SERVICE"]) },
        { "volumeMounts", Sequence.Of([
            new Mapping { { "name", ConfigVolume }, { "mountPath", "/etc/coredns" }, { "readOnly", true } },
            new Mapping { { "name", RunVolume }, { "mountPath", "/run/coredns" } },
            .. OnHost(way) ? [new Mapping { { "name", LockVolume }, { "mountPath", "/run/xtables.lock" } }] : Array.Empty<Node>(),
        ]) },
    };

    /// <summary>In the node's network the cache has its health on its own address, so that no other program's port is in the way.</summary>
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
