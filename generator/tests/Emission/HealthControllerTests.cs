namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The objects of a cluster with the DNS health controller; docs/health-controller.md specifies them.</summary>
public sealed partial class HealthControllerTests
{
    private const string Name = "dns-health-controller";

    private static readonly Cluster Infra = Checked("");

    private static readonly SecondRanges Second = new(Cidr.Parse("fd00:1::/56"), Cidr.Parse("fd00:2::/112"), Cidr.Parse("fd00:3::/64"));

    [Test]
    public void Nothing_of_it_is_there_where_no_cluster_asks_for_it()
    {
        var tree = Tree.Build(Given.Platform(Given.Infra, Given.Apps));

        tree.ShouldAllBe(file => !file.Path.Contains(Name) && !file.Path.Contains("uncached") && !file.Text.Contains(Name)
            && !file.Text.Contains("dns.aikernel.io") && !file.Text.Contains("HEALTH_CONTROLLER"));
    }

    [Test]
    public void A_cluster_that_does_not_ask_for_it_gets_the_files_that_it_got_before()
    {
        var before = Tree.Build(Given.Platform(Given.Infra, Given.Apps));
        var after = Tree.Build(Given.Platform(Infra, Given.Apps)).ToDictionary(file => file.Path, file => file.Text);

        foreach (var file in before.Where(file => !file.Path.StartsWith("kubernetes/clusters/infra/", StringComparison.Ordinal)))
        {
            after[file.Path].ShouldBe(file.Text, file.Path);
        }

        after.Keys.ShouldNotContain($"kubernetes/clusters/apps/{Name}.yaml");
    }

    [Test]
    public void Every_object_of_the_page_is_made()
    {
        Objects(Infra).Select(resource => $"{resource.Kind} {resource.Namespace}/{resource.Name}").ShouldBe(
        [
            $"ConfigMap kube-system/{ConfigName(Infra)}", $"Deployment kube-system/{Name}", $"PodDisruptionBudget kube-system/{Name}",
                $"PrometheusRule kube-system/{Name}",
            $"ServiceAccount kube-system/{Name}", $"ClusterRole /{Name}", $"ClusterRoleBinding /{Name}", $"Role kube-system/{Name}",
                $"RoleBinding kube-system/{Name}",
            $"Service kube-system/{Name}", $"ServiceMonitor kube-system/{Name}", $"CiliumNetworkPolicy kube-system/{Name}",
        ], ignoreOrder: true);
    }

    [Test]
    public void It_may_do_what_the_page_lists_and_nothing_else()
    {
        Rules("ClusterRole").ShouldBe(
        [
            "/services: list, watch",
            "/pods: get, list, watch, patch",
            "/pods/status: patch",
            "/events: create",
            "apps/replicasets: get",
            "apps/statefulsets: get",
            "apps/daemonsets: get",
        ]);
        Rules("Role").ShouldBe(["coordination.k8s.io/leases: create", "coordination.k8s.io/leases: get, patch on dns-health-controller"]);
        foreach (var binding in Objects(Infra).Where(resource => resource.Kind.EndsWith("Binding", StringComparison.Ordinal)))
        {
            (binding.Body.TextAt("roleRef", "kind") + "Binding").ShouldBe(binding.Kind);
            ((Mapping)((Sequence)binding.Body["subjects"]!).Items.Single()).TextAt("namespace").ShouldBe("kube-system");
        }
    }

    [Test]
    public void The_pod_is_as_the_page_says()
    {
        var deployment = Single("Deployment").Body;
        var pod = (Mapping)deployment.At("spec", "template", "spec")!;
        var container = (Mapping)((Sequence)pod["containers"]!).Items.Single();

        deployment.TextAt("spec", "replicas").ShouldBe("${HEALTH_CONTROLLER_REPLICAS}");
        YamlWriter.WriteFragment((Mapping)pod["securityContext"]!)
            .ShouldBe("runAsNonRoot: true\nrunAsUser: 65532\nrunAsGroup: 65532\nseccompProfile:\n  type: RuntimeDefault\n");
        YamlWriter.WriteFragment((Mapping)container["securityContext"]!)
            .ShouldBe("allowPrivilegeEscalation: false\nreadOnlyRootFilesystem: true\ncapabilities:\n  drop:\n    - ALL\n");
        YamlWriter.WriteFragment((Mapping)container["resources"]!)
            .ShouldBe("requests:\n  cpu: ${HEALTH_CONTROLLER_CPU_REQUEST}\n  memory: ${HEALTH_CONTROLLER_MEMORY_REQUEST}\n" +
                "limits:\n  memory: ${HEALTH_CONTROLLER_MEMORY_LIMIT}\n");
        Texts(container["args"]).ShouldBe("run --config /etc/dns-health-controller/config.yaml --port 8080");
        container.TextAt("image").ShouldBe("${HEALTH_CONTROLLER_IMAGE}");
        ((Mapping)((Sequence)pod["volumes"]!).Items.Single()).TextAt("configMap", "name").ShouldBe("${HEALTH_CONTROLLER_CONFIG}");
    }

    [Test]
    public void The_image_is_a_setting_of_the_cluster_and_the_layer_waits_for_CoreDNS()
    {
        var files = Tree.Build(Given.Platform(Infra)).ToDictionary(file => file.Path, file => Given.Object(file.Text));

        files["kubernetes/clusters/infra/cluster-settings.yaml"].TextAt("data", "HEALTH_CONTROLLER_IMAGE")
            .ShouldBe("registry.example.com/dns-health-controller:1.0.0");
        files["kubernetes/clusters/infra/cluster-settings.yaml"].TextAt("data", "HEALTH_CONTROLLER_CONFIG").ShouldBe(ConfigName(Infra));
        var layer = files[$"kubernetes/clusters/infra/{Name}.yaml"];
        layer.TextAt("metadata", "name").ShouldBe($"cluster-infra-{Name}");
        ((Mapping)((Sequence)layer.At("spec", "dependsOn")!).Items.Single()).TextAt("name").ShouldBe("cluster-infra-coredns");
        Texts(files["kubernetes/clusters/infra/kustomization.yaml"]["resources"]).ShouldContain($"{Name}.yaml");
    }

    [Test]
    public void Without_monitoring_there_is_neither_monitor_nor_alert() =>
        Objects(Checked("", "monitoring: { flavour: none }"))
            .ShouldAllBe(resource => resource.Group != "monitoring.coreos.com");

    [TestCase("none", "")]
    [TestCase("cilium", "CiliumNetworkPolicy")]
    [TestCase("kubernetes", "NetworkPolicy")]
    public void The_policy_is_of_the_clusters_flavour(string flavour, string kind) =>
        string.Join(' ', Objects(Checked("", $"networkPolicy: {flavour}")).Select(resource => resource.Kind)
            .Where(name => name.EndsWith("Policy", StringComparison.Ordinal))).ShouldBe(kind);

    [Test]
    public void Endpoint_slices_have_their_rights_and_networks_where_the_definition_opens_them()
    {
        var open = Checked("endpointSliceNetworks: [10.20.0.0/16]", network: "nodes: 192.168.10.0/24");

        Rules("ClusterRole", open).ShouldContain("discovery.k8s.io/endpointslices: list, watch, create, patch, delete");
        ConfigText(open).ShouldContain(
            "endpointSlices:\n  networks:\n    - 10.20.0.0/16\n  reserved:\n    - 10.245.0.0/16\n    - 192.168.10.0/24\n");
        ConfigText(open with { Second = Second }).ShouldContain("  reserved:\n    - 10.245.0.0/16\n    - fd00:2::/112\n" +
            "    - 192.168.10.0/24\n    - fd00:3::/64\n");
        ConfigText(Infra).ShouldNotContain("endpointSlices");
    }

    [Test]
    public void Namespaces_have_a_Role_each_and_there_is_no_ClusterRole()
    {
        var few = Checked("namespaces: [shop, kube-system]");

        Objects(few).Where(resource => resource.Kind.Contains("Role"))
            .Select(resource => $"{resource.Kind} {resource.Namespace}/{resource.Name}").ShouldBe(
            [
                $"Role kube-system/{Name}", $"RoleBinding kube-system/{Name}",
                $"Role shop/{Name}-checks", $"RoleBinding shop/{Name}-checks",
                $"Role kube-system/{Name}-checks", $"RoleBinding kube-system/{Name}-checks",
            ], ignoreOrder: true);
        ConfigText(few).ShouldContain("namespaces:\n  - shop\n  - kube-system\n");
    }

    [Test]
    public void Shards_have_a_Lease_each_and_one_shard_changes_nothing()
    {
        var three = Checked("shards: 3");

        var before = Objects(Infra).Select(resource => resource.Name).ToHashSet();
        var added = Objects(three).Where(resource => resource.Kind != "ConfigMap" && !before.Contains(resource.Name)).ToArray();

        added.Select(resource => $"{resource.Kind} {resource.Namespace}/{resource.Name}").ShouldBe(
            [$"Role kube-system/{Name}-shards", $"RoleBinding kube-system/{Name}-shards"], ignoreOrder: true);
        YamlWriter.WriteFragment(added.Single(resource => resource.Kind == "Role").Body["rules"]!).ShouldBe(
            "- apiGroups:\n    - coordination.k8s.io\n  resources:\n    - leases\n  verbs:\n    - get\n    - patch\n" +
                $"  resourceNames:\n    - {Name}-0\n    - {Name}-1\n    - {Name}-2\n");
        ConfigText(three).ShouldContain("\nshards: 3\n");
        ConfigText(Infra).ShouldNotContain("shards");
    }

    [Test]
    public void An_old_API_server_gets_no_admission_policy()
    {
        bool Has(Cluster cluster) => Objects(cluster).Any(resource => resource.Kind == "ValidatingAdmissionPolicy");

        Has(Infra).ShouldBeFalse("nobody said what the cluster runs");
        Has(Checked("", "kubernetes: 1.29.9")).ShouldBeFalse();
        Has(Checked("", "kubernetes: 1.30.0")).ShouldBeTrue();
    }

    [Test]
    public void The_admission_policy_allows_the_note_under_its_name_and_its_earlier_one() =>
        YamlWriter.WriteFragment(Objects(Checked("", "kubernetes: 1.30.0"))
                .First(resource => resource.Kind == "ValidatingAdmissionPolicy").Body)
            .ShouldContain("key in ['dns.aikernel.io/removed', 'dns.aikernel.io/taken-out']");

    [Test]
    public void With_a_known_API_server_the_policy_allows_egress_only_to_the_cluster()
    {
        var plain = Checked("", "networkPolicy: kubernetes");
        var known = Checked("apiServer: [192.168.9.1/32]", "networkPolicy: kubernetes");

        Egress(plain).ShouldBe("- {}\n");
        Egress(known).ShouldBe("- to:\n" + Block("10.244.0.0/16") + Block("10.245.0.0/16") + Block("192.168.9.1/32"));
        Egress(known with { Second = Second }).ShouldBe("- to:\n" + Block("10.244.0.0/16") + Block("fd00:1::/56") +
            Block("10.245.0.0/16") + Block("fd00:2::/112") + Block("fd00:3::/64") + Block("192.168.9.1/32"));

        static string Block(string range) => $"    - ipBlock:\n        cidr: {range}\n";

        static string Egress(Cluster cluster) => YamlWriter.WriteFragment(
            Objects(cluster).Single(resource => resource.Kind == "NetworkPolicy").Body.At("spec", "egress")!);
    }

    [Test]
    public void Requests_limits_and_replicas_are_the_definitions()
    {
        var large = Checked("replicas: 3, resources: { limits: { cpu: 1, memory: 1Gi } }");
        var settings = (Mapping)Given.Objects(Tree.Build(Given.Platform(large))
            .Single(file => file.Path == "kubernetes/clusters/infra/cluster-settings.yaml").Text)[0]["data"]!;

        settings.TextAt("HEALTH_CONTROLLER_REPLICAS").ShouldBe("3");
        settings.TextAt("HEALTH_CONTROLLER_MEMORY_LIMIT").ShouldBe("1Gi");
        settings.TextAt("HEALTH_CONTROLLER_CPU_LIMIT").ShouldBe("1");
        var container = (Mapping)Objects(large).Single(resource => resource.Kind == "Deployment").Body
            .ItemsAt("spec", "template", "spec", "containers").Single();
        container.TextAt("resources", "limits", "cpu").ShouldBe("${HEALTH_CONTROLLER_CPU_LIMIT}");
    }

    [Test]
    public void In_the_step_before_it_goes_a_Job_with_the_same_account_and_rights_puts_everything_back()
    {
        const string Limited = "resources: { limits: { cpu: 1 } }";
        foreach (var keys in new[] { "", "monitoring: { flavour: none }" })
        {
            var cluster = Checked(Limited, keys);
            var objects = Objects(Checked($"{Limited}, release: true", keys));

            objects.Select(resource => $"{resource.Kind} {resource.Namespace}/{resource.Name}").ShouldBe(
            [
                $"ConfigMap kube-system/{ConfigName(cluster)}", $"Job kube-system/{Name}", $"ServiceAccount kube-system/{Name}",
                $"ClusterRole /{Name}", $"ClusterRoleBinding /{Name}", $"Role kube-system/{Name}", $"RoleBinding kube-system/{Name}",
                $"CiliumNetworkPolicy kube-system/{Name}",
            ], ignoreOrder: true);
            var (job, deployment) = (PodOf(objects, "Job"), PodOf(Objects(cluster), "Deployment"));
            foreach (var key in new[] { "serviceAccountName", "securityContext", "volumes" })
            {
                Text(job[key]).ShouldBe(Text(deployment[key]), key);
            }

            foreach (var key in new[] { "image", "env", "resources", "securityContext", "volumeMounts" })
            {
                Text(job.ItemsAt("containers").Cast<Mapping>().Single()[key])
                    .ShouldBe(Text(deployment.ItemsAt("containers").Cast<Mapping>().Single()[key]), key);
            }

            Texts(job.ItemsAt("containers").Cast<Mapping>().Single()["args"])
                .ShouldBe("release --config /etc/dns-health-controller/config.yaml");
            objects.Single(resource => resource.Kind == "Job").Annotation("kustomize.toolkit.fluxcd.io/force").ShouldBe("enabled");
        }

        static Mapping PodOf(ImmutableArray<Manifest> objects, string kind) =>
            (Mapping)objects.Single(resource => resource.Kind == kind).Body.At("spec", "template", "spec")!;

        static string Text(Node? node) => YamlWriter.WriteFragment(node!);
    }

    [Test]
    public void CoreDNS_keeps_no_answer_about_the_clusters_names_carries_the_label_and_is_the_same_otherwise()
    {
        var (with, without) = (Release(Infra), Release(Given.Infra));

        var added = with.Split('\n').Except(without.Split('\n')).ToArray();

        added.Select(line => line.Trim()).ShouldBe(
            ["customLabels:", "dns.aikernel.io/serve: \"true\"", "disable success ${CLUSTER_DOMAIN}", "disable denial ${CLUSTER_DOMAIN}"],
                ignoreOrder: true);
        string.Join('\n', with.Split('\n').Where(line => !added.Contains(line))).ShouldBe(without);
    }

    [Test]
    public void CoreDNS_under_it_is_a_Service_that_asks_and_selects_what_the_pods_carry()
    {
        var under = Checked("coreDns: true");
        var values = (Mapping)Build(under, "cluster-infra-coredns")
            .Single(resource => resource.Kind == "HelmRelease").Body.At("spec", "values")!;
        var service = (Mapping)values["service"]!;

        service.TextAt("name").ShouldBe("kube-dns", "what the base says stays");
        YamlWriter.WriteFragment((Mapping)service["annotations"]!).ShouldBe(
            "dns.aikernel.io/health-check-enabled: \"true\"\ndns.aikernel.io/health-check-scheme: dns\n"
            + "dns.aikernel.io/health-check-interval: 500ms\ndns.aikernel.io/health-check-retry-interval: 250ms\n"
            + "dns.aikernel.io/health-check-timeout: 300ms\ndns.aikernel.io/health-check-failure-threshold: \"2\"\n"
            + "dns.aikernel.io/health-check-dns-name: kubernetes.default.svc.${CLUSTER_DOMAIN}.\n");
        YamlWriter.WriteFragment((Mapping)service["selector"]!).ShouldBe(
            "dns.aikernel.io/serve: \"true\"\napp.kubernetes.io/instance: coredns\napp.kubernetes.io/name: coredns\nk8s-app: kube-dns\n");
        values.TextAt("customLabels", "dns.aikernel.io/serve").ShouldBe("true");
        values.At("deployment", "selector").ShouldBeNull("a ReplicaSet that selects the label would replace a pod that loses it");
    }

    /// <summary>The cluster with the health controller.</summary>
    private static Cluster Checked(string controllerKeys, string keys = "", string? network = null) =>
        Given.Cluster($"healthController: {{ enabled: true, {controllerKeys} }}, {keys}", network);

    private static string Release(Cluster cluster) =>
        YamlWriter.WriteFragment(Build(cluster, "cluster-infra-coredns").Single(resource => resource.Kind == "HelmRelease").Body);

    private static Manifest Single(string kind) => Objects(Infra).Single(resource => resource.Kind == kind);

    private static string ConfigText(Cluster cluster) =>
        Objects(cluster).Single(resource => resource.Kind == "ConfigMap").Body.TextAt("data", "config.yaml")!;

    private static string ConfigName(Cluster cluster) => Objects(cluster).Single(resource => resource.Kind == "ConfigMap").Name;

    private static IEnumerable<string> Rules(string kind, Cluster? cluster = null) => ((Sequence)Objects(cluster ?? Infra)
        .Single(resource => resource.Kind == kind).Body["rules"]!).Items.Cast<Mapping>().Select(rule =>
        $"{Texts(rule["apiGroups"])}/{Texts(rule["resources"])}: " +
            $"{Texts(rule["verbs"]).Replace(" ", ", ")}{(rule["resourceNames"] is { } names ? $" on {Texts(names)}" : "")}");

    private static ImmutableArray<Manifest> Objects(Cluster cluster) => Build(cluster, $"cluster-infra-{Name}");

    private static ImmutableArray<Manifest> Build(Cluster cluster, string layer)
    {
        var built = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster)))).Cluster("infra", strict: true)
            .Layers.Single(found => found.Name == layer);
        built.BuildFindings.ShouldBeEmpty();
        return built.Built;
    }

    private static string Texts(Node? node) => string.Join(' ', ((Sequence)node!).Items.Select(item => ((Scalar)item).Value));
}
