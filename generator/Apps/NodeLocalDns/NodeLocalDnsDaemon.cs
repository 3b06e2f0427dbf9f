using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>One cache on every node.</summary>
internal static class NodeLocalDnsDaemon
{
    private const string ConfigVolume = "config";
    private const string RunVolume = "run";
    private const string LockVolume = "xtables-lock";

    /// <summary>
    /// With a file to wait for, the rules of the node are there as soon as the cache answers, and without one a minute later: until then
    /// queries go past it.
    /// </summary>
    private static readonly string[] OnHostArguments = ["-pidfile", "/run/coredns/coredns.pid"];

    private static readonly string[] BehindRedirectArguments = ["-setupinterface=false", "-setupiptables=false", "-skipteardown=true"];

    /// <summary>In the node's network, where it adds its addresses to an interface of its own and takes them away when it stops: queries
    /// then go to CoreDNS as before.</summary>
    public static Mapping OnHost() => DaemonSet(host: true);

    /// <summary>In a pod's network, to which Cilium redirects the queries of its node.</summary>
    public static Mapping BehindRedirect() => DaemonSet(host: false);

    private static Mapping DaemonSet(bool host) => Resources.Object("apps/v1", "DaemonSet", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "selector", NodeLocalDnsNames.Selector() },
        // One node after the other: a node without its cache asks CoreDNS itself.
        { "updateStrategy", new Mapping { { "type", "RollingUpdate" },
            { "rollingUpdate", new Mapping { { "maxUnavailable", 1 } } } } },
        { "minReadySeconds", 5 },
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
                { "spec", Pod(host) },
            }
        },
    });

    private static Mapping Pod(bool host) => new()
    {
        { "serviceAccountName", NodeLocalDnsNames.Name },
        { "automountServiceAccountToken", false },
        { "priorityClassName", "system-node-critical" },
        { "hostNetwork", host ? (Node)true : null },
        // Its own names come from the node: it must not ask itself.
        { "dnsPolicy", "Default" },
        { "terminationGracePeriodSeconds", 30 },
        { "tolerations", Sequence.Of(new Mapping { { "operator", "Exists" } }) },
        { "securityContext", new Mapping { { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } } } },
        { "containers", Sequence.Of(Container(host)) },
        { "volumes", Sequence.Of([
            new Mapping { { "name", ConfigVolume }, { "configMap", new Mapping { { "name", NodeLocalDnsConfig.Name } } } },
            new Mapping { { "name", RunVolume }, { "emptyDir", new Mapping { { "medium", "Memory" }, { "sizeLimit", "1Mi" } } } },
            .. host ? [new Mapping { { "name", LockVolume }, { "hostPath",
                new Mapping { { "path", "/run/xtables.lock" }, { "type", "FileOrCreate" } } } }] : Array.Empty<Node>(),
        ]) },
    };

    private static Mapping Container(bool host) => new()
    {
        { "name", "node-cache" },
        { "image", Scalar.Variable(NodeLocalDnsNames.ImageVariable) },
        { "args", Resources.Texts([
            "-localip", $"${{{NodeLocalDnsNames.AddressesVariable}}}",
            "-basecorefile", $"/etc/coredns/{NodeLocalDnsConfig.File}",
            "-conf", "/run/coredns/Corefile",
            "-upstreamsvc", NodeLocalDnsNames.UpstreamService,
            .. host ? OnHostArguments : BehindRedirectArguments,
        ]) },
        { "ports", Sequence.Of([
            // The names of the ports of the Service kube-dns: Cilium's redirect matches them.
            PodParts.ContainerPort("udp-53", CoreDnsNames.DnsPort, "UDP"), PodParts.ContainerPort("tcp-53", CoreDnsNames.DnsPort),
            PodParts.ContainerPort("metrics", NodeLocalDnsNames.MetricsPort),
            PodParts.ContainerPort("setup", NodeLocalDnsNames.SetupMetricsPort),
        ]) },
        { "livenessProbe", Probe(host, initialDelay: 60, period: 10, failures: 5) },
        { "readinessProbe", Probe(host, initialDelay: 1, period: 5, failures: 2) },
        { "resources", NodeLocalDnsSettings.StandardResources.ToNode() },
        // The interface and the rules of the node belong to NET_ADMIN; the older iptables opens a raw socket for them.
        { "securityContext", PodParts.Restricted(host ? ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] : ["NET_BIND_SERVICE"]) },
        { "volumeMounts", Sequence.Of([
            new Mapping { { "name", ConfigVolume }, { "mountPath", "/etc/coredns" }, { "readOnly", true } },
            new Mapping { { "name", RunVolume }, { "mountPath", "/run/coredns" } },
            .. host ? [new Mapping { { "name", LockVolume }, { "mountPath", "/run/xtables.lock" } }] : Array.Empty<Node>(),
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
