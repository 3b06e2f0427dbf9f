namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Policies about DNS: every rule that may reach a DNS server counts, of each policy of the namespace.</summary>
public sealed class DnsPolicyTests
{
    private const string InKubeSystem = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}";
    private const string Dns = "to: [{" + InKubeSystem + ", podSelector: {matchLabels: {k8s-app: kube-dns}}}]";
    private const string Both = "ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]";
    private const string Metrics = "{" + Dns + ", ports: [{port: 9153}]}";
    private const string Udp = "{" + Dns + ", ports: [{port: 53, protocol: UDP}]}";

    private const string CiliumDns = "toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system, k8s-app: kube-dns}}]";
    private const string CiliumMetrics = "{" + CiliumDns + ", toPorts: [{ports: [{port: '9153', protocol: TCP}]}]}";
    private const string CiliumUdp = "{" + CiliumDns + ", toPorts: [{ports: [{port: '53', protocol: UDP}]}]}";

    private const string CiliumBoth = "toPorts: [{ports: [{port: '53', protocol: ANY}]}]";

    internal const string HostCache = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: node-local-dns, namespace: kube-system}, "
        + "spec: {selector: {matchLabels: {k8s-app: node-local-dns}}, template: {metadata: {labels: {k8s-app: node-local-dns}}, spec: "
        + "{hostNetwork: true, containers: [{name: node-cache, args: [-localip, '169.254.20.10,10.245.0.10']}]}}}}";

    internal const string CoreDnsAlone = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: one, namespace: shop}, "
        + "spec: {podSelector: {}, policyTypes: [Egress], egress: [{" + Dns + ", " + Both + "}]}}";

    private static readonly string PodCache = HostCache.Replace("hostNetwork: true, ", "");

    [TestCase("{to: [{namespaceSelector: {}}], " + Both + "}")]
    [TestCase("{to: [{namespaceSelector: {matchLabels: {team: network}}}], " + Both + "}")]
    [TestCase("{to: [{" + InKubeSystem + "}], " + Both + "}")]
    [TestCase("{to: [{" + InKubeSystem + ", podSelector: {}}], " + Both + "}")]
    [TestCase("{to: [{ipBlock: {cidr: 169.254.20.10/32}}], " + Both + "}")]
    [TestCase("{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}")]
    [TestCase("{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}")]
    [TestCase("{to: [{podSelector: {matchLabels: {app: resolver}}}], " + Both + "}")]
    public void A_rule_that_may_reach_DNS_counts(string rule)
    {
        Rules(Policy("one", $"egress: [{rule}, {Metrics}]")).ShouldBeEmpty();
        Rules(Policy("one", $"egress: [{rule}]"), Policy("two", $"egress: [{Metrics}]")).ShouldBeEmpty();
    }

    [TestCase("{to: [{" + InKubeSystem + "}], ports: [{port: 53, protocol: TCP}]}", "")]
    [TestCase("{to: [{" + InKubeSystem + "}], ports: [{port: 443}]}", "TCP")]
    [TestCase("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}", "TCP")]
    [TestCase("{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}", "TCP")]
    [TestCase("{to: [{podSelector: {matchLabels: {app: database}}}]}", "TCP")]
    public void One_that_cannot_does_not(string rule, string closed) =>
        Check(Policy("one", $"egress: [{Udp}, {rule}]"))
            .ShouldBe(closed.Length == 0 ? [] : [$"NetworkPolicy shop/one names the DNS pods, but lets no {closed} port 53 out: the pods "
                + "that it selects cannot resolve."]);

    [TestCase("toEntities: [cluster]")]
    [TestCase("toEntities: [all]")]
    [TestCase("toCIDR: [10.0.0.0/8]")]
    [TestCase("toServices: [{k8sService: {serviceName: kube-dns, namespace: kube-system}}]")]
    [TestCase("toEndpoints: [{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': network}}]")]
    [TestCase("toEndpoints: [{matchLabels: {'io.kubernetes.pod.namespace': kube-system}}]")]
    public void So_with_Cilium(string peers)
    {
        Rules(Cilium("one", $"egress: [{CiliumUdp}, {{{peers}}}]")).ShouldBeEmpty();
        Rules(Cilium("one", $"egress: [{CiliumMetrics}, {{{peers}}}]")).ShouldBeEmpty();
    }

    [TestCase("k8s:io.kubernetes.pod.namespace")]
    [TestCase("any:io.kubernetes.pod.namespace")]
    [TestCase("io.kubernetes.pod.namespace")]
    public void Cilium_takes_the_namespace_with_and_without_a_prefix(string key) =>
        Rules(Cilium("one", $"egress: [{CiliumUdp.Replace("k8s:io.kubernetes.pod.namespace", key)}]"))
            .ShouldBe(["policy-dns-port"]);

    /// <summary>Their dnsPolicy is Default: they never ask themselves.</summary>
    [Test]
    public void The_DNS_pods_do_not_ask_themselves() => Rules(Policy("one",
        $"policyTypes: [Egress], egress: [{Metrics}, {{to: [{{ipBlock: {{cidr: 192.0.2.1/32}}}}], ports: [{{port: 853}}]}}]",
        "kube-system", "{matchLabels: {k8s-app: kube-dns}}")).ShouldBeEmpty();

    [TestCase("policyTypes: [Ingress], ")]
    [TestCase("policyTypes: [Egress], ", "policy-dns-port")]
    [TestCase("policyTypes: [], ", "policy-dns-port")]
    public void Kubernetes_ignores_rules_of_another_type(string types, params string[] rules) =>
        Rules(Policy("one", $"{types}egress: [{Udp}]")).ShouldBe(rules);

    [TestCase("apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: a}, spec: {}")]
    [TestCase("apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {}")]
    [TestCase("apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: a}, spec: {endpointSelector: {}, egress: "
        + "[{toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system}}]}]}")]
    public void Policies_of_the_whole_cluster_may_let_it_out(string policy) =>
        Rules(Policy("one", $"egress: [{Udp}]"), $"{{{policy}}}").ShouldBeEmpty();

    [TestCase("podSelector: {matchLabels: {}}")]
    [TestCase("podSelector: {matchLabels: }")]
    [TestCase("podSelector: {matchExpressions: []}")]
    public void A_selector_without_a_requirement_selects_every_pod(string selector) =>
        Rules($"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: shop}}, spec: {{{selector}}}}}")
            .ShouldBeEmpty();

    [Test]
    public void So_does_one_of_Cilium() => Rules(
        "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a, namespace: shop}, spec: {endpointSelector: "
            + "{matchLabels: {}}}}").ShouldBeEmpty();

    /// <summary>A second CoreDNS may do what the DNS of the cluster may not.</summary>
    [TestCase("service: {name: dns-public}")]
    [TestCase("service: {name: dns-public, clusterIP: None}")]
    [TestCase("service: {name: kube-dns}", "not-a-cluster-service", "readiness-off", "rollout-takes-all")]
    [TestCase("service: {clusterIP: 10.245.0.10}", "not-a-cluster-service", "readiness-off", "rollout-takes-all")]
    public void Only_the_release_that_pods_ask_is_judged_as_their_DNS(string service, params string[] rules) =>
        ForeignTreeTests.Check($$"""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: HelmRepository
            metadata: {name: charts, namespace: shop}
            spec: {url: https://charts.example.com}
            ---
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: {name: release, namespace: shop}
            spec:
              chart: {spec: {chart: coredns, version: 1.38.0, sourceRef: {kind: HelmRepository, name: charts} } }
              values: { {{service}}, isClusterService: false, readinessProbe: {enabled: false}, rollingUpdate: {maxUnavailable: 1} }
            """).Where(rule => rule is "not-a-cluster-service" or "readiness-off" or "rollout-takes-all")
            .ShouldBe(rules, ignoreOrder: true);

    [TestCase("{to: [{ipBlock: {cidr: 10.245.0.10/32}}], " + Both + "}")]
    [TestCase("{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}")]
    [TestCase("{" + Both + "}")]
    [TestCase("{to: [{ipBlock: {cidr: 169.254.20.10/32}}], " + Both + "}", "policy-dns-cache",
        Description = "the cache's own address, which no pod asks there")]
    [TestCase("{to: [{ipBlock: {cidr: 10.245.0.10/32}}], ports: [{port: 53, protocol: UDP}]}", "policy-dns-cache")]
    [TestCase("{to: [{" + InKubeSystem + "}], " + Both + "}", "policy-dns-cache", Description = "it is in the node's network")]
    [TestCase("{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}", "policy-dns-cache")]
    [TestCase("{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [192.168.0.0/16]}}]}")]
    public void Pods_that_ask_the_cache_of_their_node_have_to_reach_it(string rule, params string[] rules)
    {
        Rules(HostCache, Policy("one", $"policyTypes: [Egress], egress: [{{{Dns}, {Both}}}, {rule}]")).ShouldBe(rules);
        Rules(Policy("one", $"policyTypes: [Egress], egress: [{{{Dns}, {Both}}}, {rule}]")).ShouldBeEmpty("there is no cache");
    }

    [TestCase("169.254.20.10,10.245.0.10", "Allow port 53 to the ipBlock 10.245.0.10/32 too.")]
    [TestCase("fd00::10", "Allow port 53 to the ipBlock fd00::10/128 too.")]
    [TestCase("", "Allow port 53 to the cache's address too.")]
    public void The_fix_is_a_range_that_the_API_server_takes(string addresses, string fix) => Found(
            [HostCache.Replace("169.254.20.10,10.245.0.10", addresses), CoreDnsAlone])
        .ShouldHaveSingleItem().Fix.ShouldBe(fix);

    /// <summary>On its own address nothing asks the cache until the kubelets name it, and perhaps nothing ever does.</summary>
    [TestCase("169.254.20.10,10.245.0.10", Severity.Error, "which pods of cluster infra query.")]
    [TestCase("10.245.0.10", Severity.Error, "which pods of cluster infra query.")]
    [TestCase("169.254.20.10", Severity.Warning, "which pods of cluster infra query once the kubelets name it.")]
    public void What_asks_a_cache_later_is_a_warning(string addresses, Severity severity, string says)
    {
        var finding = Found([HostCache.Replace("169.254.20.10,10.245.0.10", addresses), CoreDnsAlone])
            .ShouldHaveSingleItem();
        (finding.Severity, finding.Message.EndsWith(says, StringComparison.Ordinal)).ShouldBe((severity, true), finding.Message);
    }

    [TestCase("toEntities: [host]")]
    [TestCase("toEntities: [cluster]")]
    [TestCase("toEntities: [remote-node]", "policy-dns-cache")]
    [TestCase("toEntities: [world]", "policy-dns-cache")]
    public void So_have_they_with_Cilium(string peers, params string[] rules) =>
        Rules(HostCache, Cilium("one", $"egress: [{{{CiliumDns}, {CiliumBoth}}}, {{{peers}, {CiliumBoth}}}]")).ShouldBe(rules);

    /// <summary>As External-DNS and the servers of geographic routing are in one namespace.</summary>
    [TestCase("api", "policy-dns-cache")]
    [TestCase("web")]
    public void A_policy_for_other_pods_of_the_namespace_opens_nothing_for_these(string others, params string[] rules)
    {
        const string Pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, "
            + "spec: {containers: [{name: web, image: 'web:1'}]}}";
        var policies = new[]
        {
            Policy("one", $"policyTypes: [Egress], egress: [{{{Dns}, {Both}}}]", selector: "{matchLabels: {app: web}}"),
            Policy("two", "policyTypes: [Egress], egress: [{}]", selector: $"{{matchLabels: {{app: {others}}}}}"),
        };
        Rules([HostCache, Pod, .. policies]).Where(rule => rule == "policy-dns-cache").ShouldBe(rules);
        Rules([HostCache, .. policies]).ShouldBeEmpty("nobody knows which pods these are");
    }

    /// <summary>The policies of <c>specs</c> have a selector each.</summary>
    [TestCase("specs: [{endpointSelector: {matchLabels: {app: web}}, egress: [{toEntities: [host], " + CiliumBoth + "}]}]")]
    [TestCase("spec: {endpointSelector: , egress: [{toEntities: [host], " + CiliumBoth + "}]}")]
    public void A_policy_whose_pods_are_not_known_counts_for_all(string opened)
    {
        const string Pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, "
            + "spec: {containers: [{name: web, image: 'web:1'}]}}";
        string[] policies = [HostCache, Pod, Cilium("one", $"egress: [{{{CiliumDns}, {CiliumBoth}}}]")];
        Rules([.. policies, $"{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: two, namespace: shop}}, {opened}}}"])
            .ShouldNotContain("policy-dns-cache");
        Rules(policies).ShouldContain("policy-dns-cache");
    }

    [Test]
    public void Behind_the_redirect_of_Cilium_the_cache_is_a_pod()
    {
        const string Cached = "toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system, k8s-app: node-local-dns}}]";
        Rules(PodCache, Cilium("one", $"egress: [{{{CiliumDns}, {CiliumBoth}}}]")).ShouldBe(["policy-dns-cache"]);
        Rules(PodCache, Cilium("one", $"egress: [{{{CiliumDns}, {CiliumBoth}}}, {{{Cached}, {CiliumBoth}}}]")).ShouldBeEmpty();
        Rules(PodCache, Cilium("one", $"enableDefaultDeny: {{egress: false}}, egress: [{{{CiliumDns}, {CiliumBoth}}}]")).ShouldBeEmpty();
    }

    private static string Policy(string name, string spec, string @namespace = "shop", string selector = "{}") =>
        $"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: {@namespace}}}, "
            + $"spec: {{podSelector: {selector}, {spec}}}}}";

    private static string Cilium(string name, string spec) =>
        $"{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: {name}, namespace: shop}}, "
            + $"spec: {{endpointSelector: {{}}, {spec}}}}}";

    private static string[] Rules(params string[] policies) => [.. Found(policies).Select(finding => finding.Rule).Distinct()];

    private static string[] Check(params string[] policies) => [.. Found(policies).Select(finding => finding.Message)];

    private static IEnumerable<Finding> Found(string[] policies) => new LintFixture("", "")
        .Apply("policies.yaml", string.Join("\n---\n", policies)).Check();
}
