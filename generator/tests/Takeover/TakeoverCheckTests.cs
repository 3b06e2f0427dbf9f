using PlatformGitOps.Generator.Takeover;

namespace PlatformGitOps.Generator.Tests.Takeover;

/// <summary>fixtures/takeover has the DNS objects of each kind of cluster, reduced to the fields that identify it.</summary>
public class TakeoverCheckTests
{
    [TestCase("eks", "EKS", true, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Selector,
        TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape, OldPods.Budget)]
    [TestCase("eks-preserved", "EKS", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("kubespray", "another distribution", true, TakeoverCheck.Address, TakeoverCheck.Selector, OldPods.Scaler)]
    [TestCase("no-service", "another distribution", true, TakeoverCheck.Address)]
    [TestCase("old-budget", "kubeadm", false, OldPods.Budget, OldPods.Scaler, OldPods.Scaler)]
    [TestCase("talos", "Talos", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("k3s", "k3s", true, TakeoverCheck.Selector, TakeoverCheck.Owner, TakeoverCheck.Owner, TakeoverCheck.Owner,
        TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("kubeadm", "kubeadm", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("kubeadm-prepared", "kubeadm", false)]
    [TestCase("delivered", "another distribution", false)]
    [TestCase("older-chart", "another distribution", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape)]
    [TestCase("rke2", "another distribution", true, TakeoverCheck.Release, TakeoverCheck.Release, TakeoverCheck.ServiceShape,
        TakeoverCheck.ServiceShape)]
    [TestCase("other-address", "another distribution", true, TakeoverCheck.Address, TakeoverCheck.Address)]
    [TestCase("daemonset", "another distribution", true, TakeoverCheck.DaemonSet, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("empty", "another distribution", false)]
    public void Each_kind_of_cluster_and_its_obstacles_are_recognised(
        string fixture, string distribution, bool refused, params string[] rules)
    {
        var result = TakeoverCheck.Of(Fixture(fixture), Given.Infra, "platform.yaml", delivered: fixture == "delivered");

        result.Distribution.Name.ShouldBe(distribution);
        result.Findings.Select(finding => finding.Rule).ShouldBe(rules);
        result.Refused.ShouldBe(refused);
        result.Ready.ShouldBe(rules.Length == 0);
        result.Findings.ShouldAllBe(finding => finding.Fix.Contains(result.Distribution.Page));
    }

    [TestCase("eks-auto", "EKS Auto Mode", TakeoverCheck.NodeResolver,
        "CoreDNS runs as a program of each node and answers the node's pods.")]
    [TestCase("aks", "AKS", TakeoverCheck.Reverted,
        "Deployment kube-system/coredns answers behind the Service kube-dns, which AKS manages.")]
    [TestCase("aks-without-service", "AKS", TakeoverCheck.Reverted, "AKS manages the DNS.")]
    [TestCase("gke", "GKE", TakeoverCheck.Reverted,
        "Deployment kube-system/kube-dns answers behind the Service kube-dns, which GKE manages.")]
    [TestCase("gke-cloud-dns", "GKE", TakeoverCheck.NodeResolver, "No pod answers: the pods query Cloud DNS.")]
    [TestCase("gke-without-service", "GKE", TakeoverCheck.NodeResolver, "No pod answers: the pods query Cloud DNS.")]
    [TestCase("openshift", "OpenShift", TakeoverCheck.Reverted, "The DaemonSet openshift-dns/dns-default answers at 172.30.0.10.")]
    public void DNS_that_cannot_be_replaced_is_named_and_gets_no_steps(string fixture, string distribution, string rule, string state)
    {
        var result = TakeoverCheck.Of(Fixture(fixture), Given.Infra, "platform.yaml");

        (result.Distribution.Name, result.State).ShouldBe((distribution, state));
        (result.Refused, result.Replaceable).ShouldBe((true, false));
        var finding = result.Findings.ShouldHaveSingleItem("steps would lead nowhere");
        finding.Rule.ShouldBe(rule);
        finding.Fix.ShouldNotContain("adoption");
        finding.Fix.ShouldContain(result.Distribution.Page);
    }

    [Test]
    public void Nodes_of_EKS_Auto_Mode_beside_others_are_a_warning()
    {
        var result = TakeoverCheck.Of(Fixture("eks-mixed"), Given.Infra, "platform.yaml");

        (result.Refused, result.Ready, result.Distribution).ShouldBe((false, true, Distribution.Eks));
        result.Findings.ShouldHaveSingleItem().Message.ShouldStartWith("1 of 2 nodes are of EKS Auto Mode");
    }

    [Test]
    public void A_cluster_without_nodes_and_Service_may_be_one_whose_nodes_answer()
    {
        var result = TakeoverCheck.Of([], Given.Infra, "platform.yaml");

        result.Findings.ShouldHaveSingleItem().Message.ShouldStartWith("The cluster has no nodes");
        result.State.ShouldNotContain("has no DNS");
    }

    [Test]
    public void A_Service_of_another_name_is_found_and_its_address_compared()
    {
        var result = TakeoverCheck.Of(Fixture("kubespray"), Given.Infra, "platform.yaml");

        result.State.ShouldBe("Service kube-system/coredns answers at 10.233.0.3, and the Service kube-dns does not exist.");
        result.Findings.ShouldContain(finding => finding.Message.StartsWith("Service kube-system/coredns answers DNS at 10.233.0.3"));
        TakeoverCheck.Of(Fixture("no-service"), Given.Infra, "platform.yaml").Findings.ShouldHaveSingleItem()
            .Message.ShouldStartWith("The kubelets give pods the DNS address 10.96.0.10 (ConfigMap kube-system/kubelet-config)");
    }

    [Test]
    public void Budgets_and_scalers_of_the_old_pods_are_named()
    {
        var findings = TakeoverCheck.Of(Fixture("old-budget"), Given.Infra, "platform.yaml").Findings;

        findings.Select(finding => Regex.Split(finding.Message, " covers | sets ")[0]).ShouldBe(
        [
            "PodDisruptionBudget kube-system/kube-dns", "HorizontalPodAutoscaler kube-system/dns", "Deployment kube-system/scaler-of-dns",
        ]);
    }

    [TestCase("kubeadm-prepared", TakeoverCheck.ServiceShape)]
    [TestCase("delivered")]
    [TestCase("empty")]
    public void Old_pods_lack_the_label_that_the_service_selects_under_the_health_controller(string fixture, params string[] rules)
    {
        var checkedDns = Given.Cluster("healthController: { enabled: true, coreDns: true }");

        var result = TakeoverCheck.Of(Fixture(fixture), checkedDns, "platform.yaml", delivered: fixture == "delivered");

        result.Findings.Select(finding => finding.Rule).ShouldBe(rules);
        result.Ready.ShouldBe(rules.Length == 0);
    }

    [Test]
    public void A_release_of_the_same_chart_and_name_that_the_tree_did_not_deliver_is_compared_as_any_other_DNS()
    {
        var objects = WithCorefile(LiveText, "delivered");
        var checkedDns = Given.Cluster("healthController: { enabled: true, coreDns: true }");

        var result = TakeoverCheck.Of(objects, checkedDns, "platform.yaml");

        result.State.ShouldBe("A Helm release coredns runs, which the tree would upgrade.");
        result.Findings.Select(finding => finding.Rule).Distinct()
            .ShouldBe([DefinitionComparison.Domain, TakeoverCheck.ServiceShape, DefinitionComparison.Corefile]);
        TakeoverCheck.Of(Fixture("delivered"), Given.Infra, "platform.yaml").Ready.ShouldBeTrue("it answers as the definition says");
    }

    [TestCase(true, 2)]
    [TestCase(false, 1)]
    public void A_release_of_an_older_chart_is_sent_to_its_own_steps_before_and_while_they_are_followed(bool deployment, int findings)
    {
        var objects = Fixture("older-chart").Where(item => deployment || item.Kind != "Deployment");

        var result = TakeoverCheck.Of([.. objects], Given.Infra, "platform.yaml");

        result.Findings.Length.ShouldBe(findings);
        result.Findings.ShouldAllBe(finding => finding.Fix.Contains(Docs.Page("adoption-chart.md")));
    }

    [Test]
    public void A_prepared_Service_without_the_chart_s_ports_needs_a_step_and_is_not_refused()
    {
        var objects = Fixture("kubeadm-prepared").Select(resource => resource.Kind != "Service" ? resource
            : new Manifest(resource.Body.SetAt(["spec", "ports"], Sequence.Of(new Mapping { { "name", "dns" }, { "port", 53 } })), ""));

        var result = TakeoverCheck.Of([.. objects], Given.Infra, "platform.yaml");

        result.Findings.ShouldHaveSingleItem().Rule.ShouldBe(TakeoverCheck.ServiceShape);
        (result.Refused, result.Ready).ShouldBe((false, false));
    }

    [Test]
    public void The_page_has_every_rule_and_a_heading_for_every_distribution()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "takeover.md"));
        string[] rules =
        [
            .. new[] { typeof(TakeoverCheck), typeof(DefinitionComparison), typeof(OldPods) }.SelectMany(check => check.GetFields())
                .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
        ];
        string[] guides =
        [
            .. typeof(Distribution).GetFields().Where(field => field.IsStatic).Select(field => ((Distribution)field.GetValue(null)!).Guide),
        ];

        rules.ShouldAllBe(rule => page.Contains($"`{rule}`"));
        page.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..].ToLowerInvariant().Replace(' ', '-')).Intersect(guides).ShouldBe(guides, ignoreOrder: true);
    }

    private const string LiveText = """
        (common) {
            errors
        }
        .:53 {
            import common
            kubernetes k8s.nord.example in-addr.arpa { # the domain
                pods insecure
            }
            hosts /etc/coredns/NodeHosts {
                ttl 60
            }
            forward . 10.9.9.9 8.8.8.8:5353 {
                max_concurrent 1000
            }
        }
        corp.nord.example:53, dns://lab.example.:53 { forward . 172.16.5.5 }
        10.in-addr.arpa {
            forward . 172.16.5.5
        }
        """;

    [Test]
    public void A_Corefile_of_others_is_read_as_far_as_it_is_compared()
    {
        var blocks = LiveCorefile.Read(LiveText).Blocks;

        blocks.Select(block => string.Join(' ', block.Zones)).ShouldBe(["", "corp.nord.example lab.example", "10.in-addr.arpa"]);
        blocks[0].Directives.Select(directive => string.Join(' ', directive)).ShouldBe(
        [
            "import common", "kubernetes k8s.nord.example in-addr.arpa", "hosts /etc/coredns/NodeHosts", "forward . 10.9.9.9 8.8.8.8:5353",
        ]);
        blocks[1].Of("forward").ShouldHaveSingleItem().ShouldBe([".", "172.16.5.5"]);
        LiveCorefile.Read("} } { a {{").Blocks.ShouldAllBe(block => block.Directives.IsEmpty);
    }

    [Test]
    public void Names_that_only_the_live_Corefile_answers_are_reported()
    {
        var result = TakeoverCheck.Of(WithCorefile(LiveText), Given.Infra, "platform.yaml");

        result.Refused.ShouldBeTrue();
        result.Findings[0].Rule.ShouldBe(DefinitionComparison.Domain);
        result.Findings[0].Message.ShouldBe("The live Corefile serves k8s.nord.example, and the domain of cluster infra in the "
            + "definition is cluster.local: running pods and kubelets ask for names below k8s.nord.example.");
        result.Findings.Where(finding => finding.Rule == DefinitionComparison.Corefile)
            .Select(finding => finding.Message.Split(':', ',')[0])
            .ShouldBe(
            [
                "The live Corefile has server blocks for corp.nord.example",
                "The live Corefile has 'hosts /etc/coredns/NodeHosts'",
                "The live Corefile has 'import common'",
                "The live Corefile forwards to 10.9.9.9",
            ]);
    }

    [Test]
    public void Names_that_the_definition_answers_are_not_reported()
    {
        var cluster = Given.Cluster("domain: k8s.nord.example, dns: { upstreams: [10.9.9.9, \"8.8.8.8:5353\"], "
            + "hosts: { node.nord.example: [10.9.0.1] }, "
            + "stubDomains: { corp.nord.example: { servers: [172.16.5.5] }, lab.example: { servers: [172.16.5.5] } } }");

        TakeoverCheck.Of(WithCorefile(LiveText.Replace("import common", "errors")), cluster, "platform.yaml")
            .Findings.ShouldBeEmpty();
    }

    [Test]
    public void A_cache_of_each_node_with_another_selector_stops_Flux_where_the_definition_has_one()
    {
        Manifest[] objects = [.. Fixture("kubeadm-prepared"), Given.Manifest("""
            {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: node-local-dns, namespace: kube-system},
             spec: {selector: {matchLabels: {k8s-app: nodelocaldns}}, template: {metadata: {labels: {k8s-app: nodelocaldns}}}}}
            """)];

        TakeoverCheck.Of(objects, Given.Infra, "platform.yaml").Findings.ShouldBeEmpty("the tree has none");
        var result = TakeoverCheck.Of(objects, Given.Cluster("nodeLocalDns: { enabled: true }"), "platform.yaml");
        (result.Findings.ShouldHaveSingleItem().Rule, result.Refused).ShouldBe((DefinitionComparison.NodeCache, true));
    }

    [Test]
    public void Another_second_address_is_refused()
    {
        var objects = Fixture("kubeadm-prepared").Select(resource => resource.Kind != "Service" ? resource
            : new Manifest(resource.Body.SetAt(["spec", "clusterIPs"], Sequence.Of("10.245.0.10", "fd00:43::a")), "")).ToArray();
        Cluster Dual(string address) => Given.Cluster(
            $"dns: {{ secondClusterIP: \"{address}\" }}", "second: { pods: \"fd00:42::/56\", services: \"fd00:43::/112\" }");

        TakeoverCheck.Of(objects, Dual("fd00:43::a"), "platform.yaml").Findings.ShouldBeEmpty();
        var finding = TakeoverCheck.Of(objects, Dual("fd00:43::53"), "platform.yaml").Findings.ShouldHaveSingleItem();
        finding.Rule.ShouldBe(TakeoverCheck.Address);
        finding.Message.ShouldBe(
            "The Service kube-dns has the second address fd00:43::a, and cluster infra of the definition has fd00:43::53.");
    }

    [Test]
    public void Pods_and_versions_of_the_nodes_are_compared()
    {
        Manifest[] objects = [.. Fixture("kubeadm-prepared").Where(item => item.Kind != "Node"), Given.Manifest("""
            {apiVersion: v1, kind: Node, metadata: {name: node-1}, spec: {podCIDR: 10.200.0.0/24, podCIDRs: [10.200.0.0/24]},
             status: {nodeInfo: {kubeletVersion: v1.29.4+k3s1}}}
            """)];

        var result = TakeoverCheck.Of(objects, Given.Cluster("kubernetes: 1.34.2"), "platform.yaml");

        (result.Ready, result.Refused).ShouldBe((true, false), "they are warnings");
        result.Findings.Select(finding => finding.Rule).ShouldBe([DefinitionComparison.Range, DefinitionComparison.Version]);
        result.Findings[0].Message.ShouldContain("Nodes give pods addresses of 10.200.0.0/24");
        result.Findings[1].Message.ShouldContain("Nodes run Kubernetes v1.29.4+k3s1");
    }

    private static Manifest[] WithCorefile(string text, string fixture = "kubeadm-prepared") =>
    [
        .. Fixture(fixture).Select(resource => resource is not { Kind: "ConfigMap", Name: "coredns" } ? resource
            : new Manifest(resource.Body.SetAt(["data", "Corefile"], new Scalar(text) { IsText = true }), "")),
    ];

    private static Manifest[] Fixture(string name) =>
    [
        .. YamlReader.Read(name, File.ReadAllBytes(RepositoryRoot.File("generator", "tests", "fixtures", "takeover", $"{name}.yaml")),
                YamlOptions.Tree).Documents.OfType<Mapping>().Select(body => new Manifest(body, "")),
    ];
}
