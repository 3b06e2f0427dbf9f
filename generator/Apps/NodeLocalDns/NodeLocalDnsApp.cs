using System.Net.Sockets;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>A DNS cache on every node of a cluster. See docs/node-local-dns.md.</summary>
internal sealed class NodeLocalDnsApp : App
{
    public const string Folder = $"{Layout.Bases}/node-local-dns";

    public const string ComponentsFolder = $"{Layout.Components}/node-local-dns";

    private const string Kind = "DaemonSet";

    private static readonly Cidr LinkLocalFour = Cidr.Parse("169.254.0.0/16");
    private static readonly Cidr LinkLocalSix = Cidr.Parse("fe80::/10");

    public override string Name => NodeLocalDnsNames.Name;

    /// <summary>After CoreDNS, which it queries.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override object? Bind(Section cluster) =>
        cluster.Mapping("nodeLocalDns", "Whether each node has a DNS cache.", NodeLocalDnsSettings.Bind);

    public override string Starter => """
            # A DNS cache on every node (node-local-dns.md).
            # nodeLocalDns:
              # enabled: false

        """;

    public override IEnumerable<GeneratedFile> Files(Platform platform) => BaseFiles(platform).Concat(
        platform.Clusters.SelectMany(Components).Distinct().Order(StringComparer.Ordinal).SelectMany(Files)).Concat(
        platform.Clusters.Where(cluster => cluster.Of<NodeLocalDnsSettings>() is not null).Select(cluster => cluster.Substrate)
            .OfType<SubstrateSettings>().DistinctBy(substrate => substrate.Name).SelectMany(NodeLocalSubstrate.Files));

    public override FluxKustomization? Layer(Cluster cluster) => cluster.Of<NodeLocalDnsSettings>() is not { } settings ? null : new()
    {
        Name = NameIn(cluster),
        Path = Folder,
        Components = [.. Components(cluster).Concat(cluster.Substrate is { } substrate ? [NodeLocalSubstrate.ComponentOf(substrate)] : [])
            .Select(name => $"{ComponentsFolder}/{name}")],
        Patches =
        [
            .. CommonPatches.OfPods(cluster, Kind, placed: false),
            .. settings.Resources == NodeLocalDnsSettings.StandardResources ? []
                : new[] { CommonPatches.OfResources(Kind, settings.Resources) },
        ],
    };

    public override Mapping Settings(Cluster cluster)
    {
        if (cluster.Of<NodeLocalDnsSettings>() is not { } settings)
        {
            return [];
        }

        var (way, address) = (NodeLocalDnsSettings.WayIn(cluster), IpText.Unquoted(settings.Address));
        // A stopping cache deletes the rules in this order, and most queries use the Service's address.
        string[] addresses = way == NodeLocalDnsWay.OwnAddress ? [address] : [cluster.Dns.ClusterIP.ToString(), address];
        var redirected = way == NodeLocalDnsWay.LocalRedirect;
        return new Mapping
        {
            { NodeLocalDnsNames.ImageVariable,
                cluster.Workloads.ImageOf(settings.Image, NodeLocalDnsSettings.DefaultImage),
                "The DNS cache of each node." },
            { NodeLocalDnsNames.AddressVariable, redirected ? null : address },
            { NodeLocalDnsNames.AddressesVariable, string.Join(',', addresses) },
            { NodeLocalDnsNames.BindVariable, redirected ? Anywhere(settings.Address) : string.Join(' ', addresses) },
            { NodeLocalDnsNames.HealthVariable, redirected ? $":{NodeLocalDnsNames.HealthPort}"
                : new IPEndPoint(settings.Address, NodeLocalDnsNames.HealthPort).ToString() },
            { NodeLocalDnsNames.TtlVariable, cluster.HealthController is null ? "30" : "1" },
        };
    }

    public override void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Of<NodeLocalDnsSettings>() is not { } settings)
        {
            return;
        }

        var six = cluster.Services.Family == AddressFamily.InterNetworkV6;
        if (cluster.KubeProxy == KubeProxyMode.Ipvs && settings.OnServiceAddress == true)
        {
            at.Report(DefinitionRules.NodeLocalIpvs, "nodeLocalDns.onServiceAddress",
                "With IPVS the address of the Service is on the node's interface kube-ipvs0, and the cache cannot listen there.",
                $"Delete it, and when a cache runs on every node let the kubelets name {settings.Address} (clusterDNS). Or run "
                    + "kube-proxy with nftables.",
                "kubeProxy");
        }

        if (cluster is { KubeProxy: KubeProxyMode.Iptables or KubeProxyMode.Nftables, NetworkPolicy: NetworkPolicyFlavour.Cilium }
            && settings.OnServiceAddress == true)
        {
            at.Report(DefinitionRules.NodeLocalTranslated, "nodeLocalDns.onServiceAddress",
                "With networkPolicy: cilium, queries to the Service's address go from the pod straight to a CoreDNS pod, also where "
                    + "kube-proxy runs: a cache at that address gets none.",
                $"Delete it, and when a cache runs on every node let the kubelets name {settings.Address} (clusterDNS). Where "
                    + "Cilium takes kube-proxy's place, write 'kubeProxy: none'.",
                "kubeProxy", "networkPolicy");
        }

        if (cluster.KubeProxy == KubeProxyMode.None && settings.OnServiceAddress == false)
        {
            at.Report(DefinitionRules.NodeLocalCilium, "nodeLocalDns.onServiceAddress",
                $"Cilium's redirect serves the address of the Service alone: without kube-proxy nothing listens on {settings.Address}.",
                "Delete it, and let the kubelets name the Service's address, or run kube-proxy.",
                "kubeProxy");
        }

        if (cluster.KubeProxy == KubeProxyMode.None && cluster.NetworkPolicy != NetworkPolicyFlavour.Cilium)
        {
            at.Report(DefinitionRules.NodeLocalProxy, "nodeLocalDns.enabled",
                "Without kube-proxy only Cilium's redirect brings the queries of a node to its cache.",
                "Write 'networkPolicy: cilium' where Cilium runs with localRedirectPolicies, or switch the cache off.",
                "kubeProxy", "networkPolicy");
        }
        else if (cluster is { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: null })
        {
            at.Report(DefinitionRules.NodeLocalNodes, "nodeLocalDns.enabled",
                "The cache asks CoreDNS from the node's address, and the policy lets no node in while the nodes' range is unknown.",
                "Add 'nodes:' to the cluster's network.",
                "networkPolicy");
        }

        if (cluster.Services.Family != settings.Address.AddressFamily || cluster.Services.Contains(settings.Address)
            || cluster.Pods.Contains(settings.Address))
        {
            at.Report(DefinitionRules.NodeLocalAddress, at.Has("nodeLocalDns.address") ? "nodeLocalDns.address" : "nodeLocalDns.enabled",
                cluster.Services.Family != settings.Address.AddressFamily
                    ? $"The cache's address {settings.Address} is not of the family of {cluster.Services}."
                    : $"The cache's address {settings.Address} is one of a pod or a Service.",
                six ? "Write a unique local address that nothing else has, for example fd00::53:10."
                    : "Write a link-local address, for example 169.254.20.10.",
                "network.services", "network.pods");
        }
        else if (!six && !LinkLocalFour.Contains(settings.Address) || LinkLocalSix.Contains(settings.Address))
        {
            at.Report(DefinitionRules.NodeLocalAddress, "nodeLocalDns.address",
                six ? $"{settings.Address} needs a zone, which pods cannot name."
                    : $"{settings.Address} is routed, and every node would have it.",
                six ? "Write a unique local address that nothing else has, for example fd00::53:10."
                    : "Write a link-local address, for example 169.254.20.10.");
        }

        if (cluster.Dns.Autopath)
        {
            at.Report(DefinitionRules.NodeLocalAutopath, "dns.autopath",
                "CoreDNS finds a pod's search path by the address that asks, and with the cache that is the node's.",
                "Delete it, or switch the cache off.",
                "nodeLocalDns.enabled");
        }

        ScalingRules.CheckResources(settings.Resources, "nodeLocalDns.resources", at);
        NodeCacheImage.Check(settings.Image, cluster.Substrate, at);
        NodeLocalSubstrate.Check(cluster, at);
    }

    private static string Anywhere(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? "0.0.0.0" : "::";

    private static IEnumerable<GeneratedFile> BaseFiles(Platform platform) =>
        platform.Clusters.All(cluster => cluster.Of<NodeLocalDnsSettings>() is null)
        ? []
        :
        [
            File(Folder, "configmap", NodeLocalDnsConfig.ConfigMap()),
            File(Folder, "kustomization", Resources.Kustomization(["configmap.yaml", "prometheusrule.yaml", "service.yaml",
                "serviceaccount.yaml", "servicemonitor.yaml"])),
            File(Folder, "prometheusrule", NodeLocalDnsMonitoring.Rule(platform.Repository)),
            File(Folder, "service", NodeLocalDnsMonitoring.Upstream(), NodeLocalDnsMonitoring.Service()),
            File(Folder, "serviceaccount", Access.Account(NodeLocalDnsNames.Metadata(), hasToken: false)),
            File(Folder, "servicemonitor", NodeLocalDnsMonitoring.ServiceMonitor()),
        ];

    private static IEnumerable<string> Components(Cluster cluster)
    {
        if (cluster.Of<NodeLocalDnsSettings>() is null)
        {
            yield break;
        }

        yield return NodeLocalDnsSettings.WayIn(cluster) switch
        {
            NodeLocalDnsWay.LocalRedirect => "local-redirect",
            NodeLocalDnsWay.OwnAddress => "own-address",
            _ => "host-network",
        };
        if (NodeLocalDnsDrain.Applies(cluster))
        {
            yield return NodeLocalDnsDrain.Component;
        }

        if (cluster.HealthController?.CoreDns == true)
        {
            yield return "health-checked";
        }

        if (cluster.Monitoring.Flavour == MonitoringFlavour.None)
        {
            yield return "without-monitoring";
        }
    }

    private static IEnumerable<GeneratedFile> Files(string component)
    {
        var folder = $"{ComponentsFolder}/{component}";
        return component switch
        {
            "host-network" =>
            [
                File(folder, "kustomization", Resources.Component(["daemonset.yaml"])),
                File(folder, "daemonset", NodeLocalDnsDaemon.For(NodeLocalDnsWay.ServiceAddress)),
            ],
            "own-address" =>
            [
                File(folder, "kustomization", Resources.Component(["daemonset.yaml"])),
                File(folder, "daemonset", NodeLocalDnsDaemon.For(NodeLocalDnsWay.OwnAddress)),
            ],
            "local-redirect" =>
            [
                File(folder, "kustomization",
                    Resources.Component(["ciliumlocalredirectpolicy.yaml", "ciliumnetworkpolicy.yaml", "daemonset.yaml"])),
                File(folder, "ciliumlocalredirectpolicy", NodeLocalDnsRedirect.Redirect()),
                File(folder, "ciliumnetworkpolicy", NodeLocalDnsRedirect.Policy()),
                File(folder, "daemonset", NodeLocalDnsDaemon.For(NodeLocalDnsWay.LocalRedirect)),
            ],
            NodeLocalDnsDrain.Component =>
                [File(folder, "kustomization", Resources.Component([], NodeLocalDnsDrain.Patches()))],
            // If the health controller removes CoreDNS's pods from kube-dns, they leave this Service too.
            "health-checked" => Patched(folder, new Mapping
            {
                { "apiVersion", "v1" },
                { "kind", "Service" },
                { "metadata", Resources.Metadata(NodeLocalDnsNames.UpstreamService, NodeLocalDnsNames.Namespace) },
                { "spec", new Mapping { { "selector",
                    new Mapping { { DnsHealthController.ControllerNames.ServeLabel, "true" } } } } },
            }),
            _ => Patched(folder, Delete("PrometheusRule"), Delete("ServiceMonitor")),
        };
    }

    private static GeneratedFile File(string folder, string name, params IReadOnlyList<Node> documents) =>
        Layout.File($"{folder}/{name}.yaml", documents);

    internal static IEnumerable<GeneratedFile> Patched(string folder, params IEnumerable<Mapping> patches) =>
        [File(folder, "kustomization", Resources.Component([], Sequence.Of(patches.Select(Resources.Patch))))];

    private static Mapping Delete(string kind) => new()
    {
        { "$patch", "delete" },
        { "apiVersion", "monitoring.coreos.com/v1" },
        { "kind", kind },
        { "metadata", Resources.Metadata(NodeLocalDnsNames.Name, NodeLocalDnsNames.Namespace) },
    };
}
