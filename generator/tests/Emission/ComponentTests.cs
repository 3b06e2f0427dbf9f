using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Emission;

public class ComponentTests
{
    private const string Components = "kubernetes/components/coredns/";

    [Test]
    public void A_cluster_gets_the_policy_of_its_flavour_and_the_nodes_rule_where_the_nodes_are_known()
    {
        Folders(Given.Infra).ShouldBe(["ingress-cilium"]);
        Folders(Given.Cluster("networkPolicy: none")).ShouldBeEmpty();
        Folders(Given.Cluster("networkPolicy: kubernetes")).ShouldBe(["ingress-kubernetes"]);
        Folders(Given.Cluster("networkPolicy: kubernetes", "nodes: 172.18.0.0/16"))
            .ShouldBe(["ingress-kubernetes", "ingress-kubernetes-nodes"]);
    }

    [Test]
    public void Without_a_cache_in_any_cluster_the_component_allow_dns_knows_the_DNS_pods_alone()
    {
        var (cilium, kubernetes) = AllowDns(Given.Infra, Given.Apps);
        cilium.ShouldNotContain("toEntities");
        (cilium + kubernetes).ShouldNotContain("node-local-dns");
        kubernetes.ShouldNotContain("ipBlock");
    }

    [TestCase("kubeProxy: iptables, networkPolicy: kubernetes", "169.254.20.10/32", "10.245.0.10/32")]
    [TestCase("kubeProxy: nftables, networkPolicy: kubernetes", "169.254.20.10/32", "10.245.0.10/32")]
    [TestCase("kubeProxy: ipvs, networkPolicy: kubernetes", "169.254.20.10/32")]
    [TestCase("kubeProxy: none, networkPolicy: cilium")]
    public void With_a_cache_in_one_cluster_it_allows_that_too(string keys, params string[] ranges)
    {
        var cluster = Given.Cluster($"{keys}, nodeLocalDns: {{ enabled: true }}", "nodes: 172.18.0.0/16");
        var (cilium, kubernetes) = AllowDns(cluster, Given.Apps);
        var redirected = cluster.KubeProxy == KubeProxyMode.None;
        cilium.Contains("    - toEntities:\n        - host\n      toPorts:\n        - ports:\n            - port: \"53\"\n")
            .ShouldBe(!redirected, "a pod reaches its node by an entity");
        cilium.Contains("- node-local-dns\n").ShouldBe(redirected, "a cache behind the redirect is a pod");
        kubernetes.Contains("- node-local-dns\n").ShouldBe(redirected);
        kubernetes.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("cidr: ", StringComparison.Ordinal))
            .Select(line => line["cidr: ".Length..]).ShouldBe(ranges, ignoreOrder: true);
    }

    [TestCase("cilium", 2)]
    [TestCase("kubernetes", 2)]
    [TestCase("none", 0)]
    public void A_port_that_is_exposed_is_open_for_pods_for_nodes_and_in_the_component_allow_dns(string flavour, int rules)
    {
        var cluster = Given.Cluster($"networkPolicy: {flavour}, "
            + "dns: { extraServers: [{ zones: [a.example], port: 5300, plugins: whoami, expose: true }] }", "nodes: 172.18.0.0/16");
        var layer = Tree.Build(Given.Platform(cluster)).Single(file => file.Path == "kubernetes/clusters/infra/coredns.yaml").Text;
        Regex.Count(layer, @"op: add\s+path: /spec/ingress/[01]/(?:toPorts/0/)?ports/-").ShouldBe(
            flavour == "kubernetes" ? rules * 2 : rules, layer);
        layer.Contains("name: coredns-ingress-nodes").ShouldBe(flavour == "kubernetes");

        var (cilium, kubernetes) = AllowDns(cluster, Given.Apps);
        cilium.ShouldContain("- port: \"5300\"\n              protocol: ANY");
        kubernetes.ShouldContain("- protocol: TCP\n          port: 5300");
        AllowDns(Given.Infra, Given.Apps).Kubernetes.ShouldNotContain("5300");
    }

    [Test]
    public void The_caches_of_one_cluster_have_its_own_requests_and_limits()
    {
        Patch("").ShouldBeNull();
        var patch = Patch(", resources: { limits: { cpu: 150m, memory: 512Mi } }").ShouldNotBeNull();
        patch.ShouldContain("cpu: 150m");
        patch.ShouldContain("memory: 512Mi");

        static string? Patch(string keys) => Tree.Build(Given.Platform(Given.Cluster($"nodeLocalDns: {{ enabled: true{keys} }}")))
            .Where(file => file.Path.StartsWith("kubernetes/clusters/", StringComparison.Ordinal))
            .Select(file => file.Text).SingleOrDefault(text => text.Contains("containers/0/resources"));
    }

    [TestCase("iptables", "kubernetes", "", "host-network", "10.245.0.10,169.254.20.10")]
    [TestCase("nftables", "none", "", "host-network", "10.245.0.10,169.254.20.10")]
    [TestCase("ipvs", "kubernetes", "", "own-address", "169.254.20.10")]
    [TestCase("nftables", "kubernetes", ", onServiceAddress: false", "own-address", "169.254.20.10")]
    [TestCase("iptables", "cilium", "", "own-address", "169.254.20.10",
        Description = "Cilium translates the Service's address before the node's network sees a query")]
    [TestCase("none", "cilium", "", "local-redirect", "10.245.0.10,169.254.20.10")]
    public void A_cache_with_its_own_address_runs_until_the_next_one_is_ready(
        string mode, string policies, string keys, string component, string addresses)
    {
        var cluster = Given.Cluster(
            $"kubeProxy: {mode}, networkPolicy: {policies}, nodeLocalDns: {{ enabled: true{keys} }}", "nodes: 172.18.0.0/16");
        var files = Tree.Build(Given.Platform(cluster)).ToDictionary(file => file.Path, file => file.Text);
        var daemon = files.Single(file => file.Key.EndsWith("/daemonset.yaml", StringComparison.Ordinal));

        daemon.Key.ShouldBe($"kubernetes/components/node-local-dns/{component}/daemonset.yaml");
        files["kubernetes/clusters/infra/cluster-settings.yaml"].ShouldMatch($"NODE_LOCAL_DNS_ADDRESSES: '?{Regex.Escape(addresses)}'?\n");
        daemon.Value.Contains("maxSurge: 1").ShouldBe(component == "own-address");
        daemon.Value.Contains("containerPort: 53").ShouldBe(component != "own-address", "a port of the node");
        daemon.Value.Contains("-skipteardown=true").ShouldBe(component != "host-network");
        daemon.Value.Contains("preStop:").ShouldBe(component == "host-network");
    }

    [TestCase("kubeProxy: none, kubernetes: 1.34.0", true)]
    [TestCase("kubeProxy: none, kubernetes: 1.30.0", true)]
    [TestCase("kubeProxy: none, kubernetes: 1.29.4", false, Description = "Kubernetes waits by itself from 1.30 on")]
    [TestCase("kubeProxy: none", false)]
    [TestCase("kubeProxy: iptables, kubernetes: 1.34.0", false)]
    public void A_cache_behind_the_redirect_is_unready_before_it_stops(string keys, bool expected)
    {
        var files = Tree.Build(Given.Platform(Given.Cluster($"{keys}, nodeLocalDns: {{ enabled: true }}")))
            .ToDictionary(file => file.Path, file => file.Text);
        const string Component = "kubernetes/components/node-local-dns/local-redirect-stop/kustomization.yaml";

        files.ContainsKey(Component).ShouldBe(expected);
        files["kubernetes/clusters/infra/node-local-dns.yaml"].Contains("/local-redirect-stop")
            .ShouldBe(expected);
        if (expected)
        {
            files[Component].ShouldContain("/spec/template/spec/containers/-", Case.Sensitive, "patches count on the cache as the first");
            files[Component].ShouldContain($"Corefile {NodeLocalDnsConfig.HashOf(NodeLocalDnsDrain.Corefile)}", Case.Sensitive,
                "another Corefile of the second container would not reach pods that run");
        }
    }

    private static (string Cilium, string Kubernetes) AllowDns(params Cluster[] clusters)
    {
        var files = Tree.Build(Given.Platform([.. clusters])).ToDictionary(file => file.Path, file => file.Text);
        const string Folder = "kubernetes/components/networkpolicy";
        return (files[$"{Folder}/allow-dns/ciliumnetworkpolicy.yaml"], files[$"{Folder}/allow-dns-kubernetes/networkpolicy.yaml"]);
    }

    [Test]
    public void A_cluster_without_monitoring_gets_no_monitoring_objects_and_no_definitions()
    {
        var cluster = Given.Cluster("monitoring: { flavour: none }");

        Folders(cluster).ShouldContain("without-monitoring");
        Tree.Build(Given.Platform(cluster)).ShouldNotContain(file => file.Path.Contains("crds"));
    }

    [Test]
    public void An_autoscaler_owns_the_replicas_and_drift_detection_leaves_them_to_it()
    {
        foreach (var kind in new[] { "hpa", "proportional" })
        {
            var patch = Tree.Build(Given.Platform(Given.Cluster($"dns: {{ autoscaling: {{ kind: {kind} }} }}")))
                .Single(file => file.Path.StartsWith(Components + "autoscaling-", StringComparison.Ordinal));
            patch.Text.ShouldContain("- /spec/replicas");
        }
    }

    [TestCase("1.38.0", "1.8.5")]
    [TestCase("1.41.0", "v1.9.0")]
    [TestCase("99.0.0", null)]
    public void The_proportional_autoscaler_runs_where_CoreDNS_runs_and_its_image_is_known(string chart, string? tag)
    {
        var cluster = Given.Cluster("dns: { autoscaling: { kind: proportional } }, imageRegistry: mirror.example.com, "
            + "nodeSelector: { node-role: infra }, tolerations: [{ key: dedicated, value: dns, effect: NoSchedule }], "
            + $"charts: {{ coredns: {{ version: {chart} }} }}");
        var delivered = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster)))).Cluster("infra", strict: true);
        var values = (Mapping)delivered.Applied.Single(resource => resource is { IsHelmRelease: true, Name: "coredns" })
            .Body.At("spec", "values", "autoscaler")!;

        (values.TextAt("enabled"), values.TextAt("nodeSelector", "node-role")).ShouldBe(("true", "infra"));
        values.MappingsAt("tolerations").ShouldHaveSingleItem().TextAt("key").ShouldBe("dedicated");
        Delivered.Of(delivered).Select(item => item.Reference)
            .ShouldContain("mirror.example.com/cpa/cluster-proportional-autoscaler" + (tag is null ? "" : $":{tag}"));
    }

    [Test]
    public void No_CPU_limit_is_an_explicit_null_because_the_chart_has_a_limit_of_its_own()
    {
        var cluster = Given.Cluster("dns: { resources: { limits: { cpu: none } } }");
        Tree.Build(Given.Platform(cluster)).Single(file => file.Path.EndsWith("cluster-settings.yaml", StringComparison.Ordinal))
            .Text.ShouldContain("COREDNS_CPU_LIMIT: \"null\"");
    }

    private static string[] Folders(Cluster cluster) =>
    [
        .. Tree.Build(Given.Platform(cluster))
            .Where(file => file.Path.StartsWith(Components, StringComparison.Ordinal))
            .Select(file => file.Path[Components.Length..].Split('/')[0])
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}

/// <summary>The selectors of the pods are those of docs/earlier-names.md.</summary>
public sealed partial class EarlierNamesTests
{
    private static readonly string[] Page = File.ReadAllLines(RepositoryRoot.File("docs", "earlier-names.md"));

    private static readonly HashSet<string> Delivered = [.. Labels()];

    /// <summary>The second column of its tables; the first has the earlier names.</summary>
    private static IEnumerable<string> LabelsOfThePage() => Page
        .Where(line => line.StartsWith('|')).Select(line => line.Split('|')[2])
        .SelectMany(cell => Label().Matches(cell)).Select(match => match.Groups["label"].Value);

    [TestCaseSource(nameof(LabelsOfThePage))]
    public void A_label_of_the_page_is_one_of_the_tree(string label) => Delivered.ShouldContain(label);

    [TestCase("external-dns")]
    [TestCase("dns-health-controller")]
    [TestCase("kube-dns")]
    public void The_page_has_a_label_of_each_application(string value) =>
        LabelsOfThePage().ShouldContain(label => label.EndsWith("=" + value, StringComparison.Ordinal));

    /// <summary>Labels of pods and of selectors: the chart creates the pods of CoreDNS, and the tree their budget.</summary>
    private static IEnumerable<string> Labels()
    {
        var platform = Given.Valid("every-key");
        var tree = new FluxTree(SourceTree.Of(Tree.Build(platform)));
        return
            from cluster in platform.Clusters
            from resource in tree.Cluster(cluster.Name.Text, strict: true).Applied
            from label in resource.Body.EntriesAt("spec", "template", "metadata", "labels")
                .Concat(resource.Body.EntriesAt("spec", "selector", "matchLabels"))
            where label.Value is Scalar
            select $"{label.Key}={((Scalar)label.Value).Value}";
    }

    [GeneratedRegex("`(?<label>[a-z0-9./-]+=[a-z0-9-]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
