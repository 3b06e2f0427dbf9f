using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>Scraping of the caches, and the alerts on them; docs/alerts.md is their runbook.</summary>
internal static class NodeLocalDnsMonitoring
{
    private const string Series = $"job=\"{NodeLocalDnsNames.Name}\",namespace=\"{NodeLocalDnsNames.Namespace}\"";

    public static readonly ImmutableArray<Alert> Alerts =
    [
        Alert.Critical("NodeLocalDNSAbsent", after: "5m",
            $"absent(up{{{Series}}})",
            "No DNS cache of a node is scraped.",
            "The monitoring finds no cache at all: the metrics Service, the ServiceMonitor or the DaemonSet is gone. Where the kubelets " +
                "name the cache's address, pods have no DNS without it."),
        Alert.Warning("NodeLocalDNSDown", after: "2m",
            $"up{{{Series}}} == 0",
            "The DNS cache of node {{ $labels.instance }} does not answer its scrape.",
            "Its pods have no DNS, unless it stopped in order on the Service's address: then they ask CoreDNS directly."),
        Alert.Warning("NodeLocalDNSSetupErrors", after: "10m",
            $"sum by (instance) (rate(coredns_nodecache_setup_errors_total{{{Series}}}[10m])) > 0",
            "The DNS cache of {{ $labels.instance }} cannot set up its address or its rules.",
            "Queries of this node go past the cache, or are tracked; its log names the command that failed."),
        Alert.Critical("NodeLocalDNSHighErrorRate", after: "5m",
            $"sum by (instance) (rate(coredns_dns_responses_total{{{Series},rcode=\"SERVFAIL\"}}[5m])) / " +
                $"sum by (instance) (rate(coredns_dns_responses_total{{{Series}}}[5m])) > 0.05",
            "{{ $value | humanizePercentage }} of the answers of the DNS cache of {{ $labels.instance }} are SERVFAIL.",
            "More than 5 % of its answers are SERVFAIL: the cache does not reach CoreDNS over TCP, or a substrate's servers."),
    ];

    public static Mapping Rule(SourceRepository repository) => Alert.PrometheusRule(
        NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace, Alerts, repository, NodeLocalDnsNames.Labels());

    /// <summary>The name of this Service is the job label of the series.</summary>
    public static Mapping Service() => Resources.Object("v1", "Service", NodeLocalDnsNames.Metadata(), new Mapping
    {
        { "clusterIP", "None" },
        { "selector", NodeLocalDnsNames.Labels() },
        { "ports", Sequence.Of(Port("metrics", NodeLocalDnsNames.MetricsPort)) },
    });

    public static Mapping ServiceMonitor() => PodParts.ServiceMonitor(Metadata(), NodeLocalDnsNames.Selector(), ["metrics"]);

    /// <summary>The cache's upstream: CoreDNS's pods at an address that no cache takes over.</summary>
    public static Mapping Upstream() => Resources.Object(
        "v1",
        "Service",
        NodeLocalDnsNames.Metadata(NodeLocalDnsNames.UpstreamService),
        new Mapping
        {
            { "selector", new Mapping { { CoreDnsNames.AppLabel, CoreDnsNames.App } } },
            { "ports", Sequence.Of(Port("udp-53", CoreDnsNames.DnsPort, "UDP"), Port("tcp-53", CoreDnsNames.DnsPort)) },
        });

    private static Mapping Metadata() => Resources.Metadata(NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace,
        new Mapping { { NodeLocalDnsNames.AppLabel, NodeLocalDnsNames.Name },
            { "release", Scalar.Variable(Variables.MonitoringRelease) } });

    private static Mapping Port(string name, int port, string protocol = "TCP") => PodParts.ServicePort(name, port, port, protocol);
}
