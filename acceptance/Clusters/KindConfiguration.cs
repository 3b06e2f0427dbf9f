namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>kind's configuration for a cluster of the definition, and a hash to recognize a running one.</summary>
public static class KindConfiguration
{
    /// <summary>The node label with the hash.</summary>
    public const string HashLabel = "acceptance.platform-gitops.io/configuration";

    /// <summary>
    /// A prober writes about 80 kB/s, and the API server cannot read logs that the kubelet has rotated: the default of 10 MiB is enough for
    /// two minutes only.
    /// </summary>
    public const string LogSize = "100Mi";

    /// <param name="plugin">The network plugin's manifests; null for kind's own plugin.</param>
    public static (string Configuration, string Hash) Of(ClusterShape shape, int workers, string? image, string? plugin = null)
    {
        var plain = Document(shape, workers, plugin is not null, hash: null).ToJsonString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{image}\n{plain}{plugin}")))[..16];
        return (Document(shape, workers, plugin is not null, hash).ToJsonString(), hash);
    }

    private static JsonObject Document(ClusterShape shape, int workers, bool ownPlugin, string? hash) => new()
    {
        ["kind"] = "Cluster",
        ["apiVersion"] = "kind.x-k8s.io/v1alpha4",
        ["networking"] = new JsonObject
        {
            ["ipFamily"] = shape.Families,
            ["podSubnet"] = shape.PodRange,
            ["serviceSubnet"] = shape.ServiceRange,
            ["kubeProxyMode"] = Cluster.KubeProxyModes.Of(shape.KubeProxy),
            // Otherwise the host's search domains would multiply the queries for every name in a pod (kind#3984).
            ["dnsSearch"] = new JsonArray(),
            ["disableDefaultCNI"] = ownPlugin,
        },
        // The tree delivers CoreDNS. A patch replaces kind's list of skipped phases, so it repeats kind's own (kind#3606): preflight, and
        // kube-proxy for the mode "none", which kube-proxy does not know.
        ["kubeadmConfigPatches"] = new JsonArray(
            $$"""{"kind": "InitConfiguration", "skipPhases": ["preflight", "addon/coredns"{{WithoutProxy(shape)}}]}""",
            $$"""
            {"kind": "KubeletConfiguration", "clusterDNS": ["{{shape.PodDns}}"], "clusterDomain": "{{shape.Domain}}",
             "containerLogMaxSize": "{{LogSize}}"}
            """),
        ["nodes"] = new JsonArray([Node("control-plane", hash), .. Enumerable.Range(0, workers).Select(_ => Node("worker", hash))]),
    };

    private static string WithoutProxy(ClusterShape shape) => shape.KubeProxy == KubeProxyMode.None ? ", \"addon/kube-proxy\"" : "";

    private static JsonObject Node(string role, string? hash)
    {
        var node = new JsonObject { ["role"] = role };
        if (hash is not null)
        {
            node["labels"] = new JsonObject { [HashLabel] = hash };
        }

        return node;
    }
}

public sealed class KindConfigurationTests
{
    private static readonly ClusterShape Infra = new("infra", "10.244.0.0/16", "10.245.0.0/16", "10.245.0.10", "cluster.local");

    [Test]
    public void The_clusters_ranges_are_those_of_the_definition()
    {
        var configuration = Read(Infra);
        configuration.Text("networking.podSubnet").ShouldBe("10.244.0.0/16");
        configuration.Text("networking.serviceSubnet").ShouldBe("10.245.0.0/16");
        configuration.Items("nodes").Count.ShouldBe(3);
    }

    [TestCase("10.244.0.0/16", "ipv4")]
    [TestCase("fd00:10:244::/56", "ipv6")]
    [TestCase("10.244.0.0/16,fd00:10:244::/56", "dual")]
    public void The_cluster_has_the_families_of_the_definition(string pods, string families)
    {
        Read(Infra with { PodRange = pods }).Text("networking.ipFamily").ShouldBe(families);
        K3sProvider.Arguments(Infra with { PodRange = pods }, "acceptance-infra-1").Contains("--flannel-ipv6-masq")
            .ShouldBe(families != "ipv4");
    }

    [Test]
    public void Kubeadms_own_coredns_is_skipped_and_preflight_stays_skipped()
    {
        var patches = Read(Infra).Texts("kubeadmConfigPatches").Select(patch => YamlDocuments.Resources(patch).ShouldHaveSingleItem())
            .ToList();
        patches.Single(patch => patch.Kind == "InitConfiguration").Texts("skipPhases").ShouldBe(["preflight", "addon/coredns"]);
        patches.Single(patch => patch.Kind == "KubeletConfiguration").Texts("clusterDNS").ShouldBe(["10.245.0.10"]);
    }

    [Test]
    public void A_cluster_without_kube_proxy_gets_none()
    {
        var configuration = Read(Infra with { KubeProxy = KubeProxyMode.None });
        configuration.Text("networking.kubeProxyMode").ShouldBe("none");
        configuration.Texts("kubeadmConfigPatches").Select(patch => YamlDocuments.Resources(patch).ShouldHaveSingleItem())
            .Single(patch => patch.Kind == "InitConfiguration").Texts("skipPhases")
            .ShouldBe(["preflight", "addon/coredns", "addon/kube-proxy"]);
    }

    [Test]
    public void Pods_query_a_cache_with_only_its_own_address()
    {
        var cached = Infra with { CacheAddress = "169.254.20.10" };
        Read(cached).Texts("kubeadmConfigPatches").ShouldContain(patch => patch.Contains("[\"169.254.20.10\"]"));
        K3sProvider.Arguments(cached, "acceptance-infra-1").ShouldContain("--cluster-dns=169.254.20.10");
        KindConfiguration.Of(cached, 2, null).Hash.ShouldNotBe(KindConfiguration.Of(Infra, 2, null).Hash);
    }

    [Test]
    public void A_network_plugin_of_the_settings_replaces_that_of_kind()
    {
        Read(Infra).Flag("networking.disableDefaultCNI").ShouldBe(false);
        YamlDocuments.Resources(KindConfiguration.Of(Infra, 2, null, "kind: DaemonSet").Configuration).Single()
            .Flag("networking.disableDefaultCNI").ShouldBe(true);
    }

    [Test]
    public void Every_node_carries_the_hash_of_the_configuration()
    {
        var (text, hash) = KindConfiguration.Of(Infra, 2, null);
        YamlDocuments.Resources(text).Single().Parts("nodes").ShouldAllBe(node => node.Map("labels")[KindConfiguration.HashLabel] == hash);
    }

    [Test]
    public void Any_different_configuration_has_another_hash()
    {
        string[] hashes =
        [
            KindConfiguration.Of(Infra, 2, null).Hash,
            KindConfiguration.Of(Infra, 2, "node:1").Hash,
            KindConfiguration.Of(Infra, 3, null).Hash,
            KindConfiguration.Of(Infra, 2, null, "kind: DaemonSet").Hash,
            KindConfiguration.Of(Infra with { ServiceRange = "10.247.0.0/16" }, 2, null).Hash,
        ];
        hashes.ShouldBeUnique();
        KindConfiguration.Of(Infra, 2, null).Hash.ShouldBe(hashes[0]);
    }

    [Test]
    public void K3s_gets_the_same_ranges_and_no_coredns_of_its_own() =>
        string.Join(' ', K3sProvider.Arguments(Infra, "acceptance-infra-1")).ShouldBe(
            "--node-name=acceptance-infra-1 --disable=coredns --disable=traefik --disable=metrics-server "
            + "--cluster-cidr=10.244.0.0/16 --service-cidr=10.245.0.0/16 --cluster-dns=10.245.0.10 --cluster-domain=cluster.local "
            + "--kubelet-arg=container-log-max-size=100Mi --kube-proxy-arg=proxy-mode=iptables");

    [Test]
    public void K3s_keeps_its_metrics_server_for_an_autoscaler() =>
        K3sProvider.Arguments(Infra with { PodMetrics = true }, "acceptance-infra-1").ShouldNotContain("--disable=metrics-server");

    [Test]
    public void Kube_proxy_runs_in_the_mode_of_the_definition() =>
        Read(Infra with { KubeProxy = KubeProxyMode.Nftables }).Text("networking.kubeProxyMode").ShouldBe("nftables");

    private static Resource Read(ClusterShape shape) =>
        YamlDocuments.Resources(KindConfiguration.Of(shape, 2, null).Configuration).Single();
}
