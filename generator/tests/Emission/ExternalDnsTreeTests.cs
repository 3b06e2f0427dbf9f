using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>External-DNS of the definition in fixtures/valid/external-dns.yaml.</summary>
public sealed class ExternalDnsTreeTests
{
    private static readonly string Cases = Path.Combine(TestContext.CurrentContext.TestDirectory, "alerts", "external-dns");

    public static Platform Platform { get; } = Given.Valid("external-dns");

    [Test]
    public void A_cluster_without_an_instance_gets_nothing()
    {
        var files = Tree.Build(Platform);
        files.ShouldContain(file => file.Path == "kubernetes/infrastructure/external-dns/infra/shared.yaml");
        files.ShouldNotContain(file => file.Path.Contains("external-dns/none")
            || file.Path == "kubernetes/clusters/none/external-dns.yaml");
    }

    [TestCaseSource(nameof(Instances))]
    public void An_instance_runs_once_and_says_what_it_may_do_and_who_it_is(string cluster, DnsInstance instance)
    {
        var deployment = Find(cluster, "Deployment", ExternalDnsNames.Of(instance));
        (deployment.TextAt("spec", "replicas"), deployment.TextAt("spec", "strategy", "type")).ShouldBe(("1", "Recreate"));
        var arguments = Arguments(deployment);
        arguments.ShouldContain($"--policy={instance.PolicyWord}");
        arguments.ShouldContain($"--txt-owner-id={instance.OwnerId?.Text ?? cluster}");
        arguments.ShouldContain($"--annotation-prefix={instance.AnnotationPrefix}");
        arguments.ShouldContain("--registry=txt");
        arguments.ShouldContain("--min-ttl=60s");
        arguments.ShouldContain("--interval=30s");
        arguments.ShouldContain("--events");
        arguments.Where(argument => argument.StartsWith("--domain-filter=", StringComparison.Ordinal)).Count()
            .ShouldBe(instance.Domains.Length);
        arguments.ShouldNotContain(argument => argument.Contains("secret=")
            || argument.Contains("token"));
        arguments.ShouldBeUnique();
    }

    [TestCaseSource(nameof(Instances))]
    public void Credentials_are_references_to_the_Secret_and_its_documented_keys(string cluster, DnsInstance instance)
    {
        var pod = (Mapping)Find(cluster, "Deployment", ExternalDnsNames.Of(instance)).At("spec", "template", "spec")!;
        var references = pod.Scalars().Select(scalar => scalar.Value).ToHashSet();
        foreach (var (key, _) in ExternalDnsCredentials.Keys(instance))
        {
            references.ShouldContain(key);
        }

        if (instance.SecretName is { } secret)
        {
            references.ShouldContain(secret);
        }

        var page = File.ReadAllText(RepositoryRoot.File("docs", "external-dns.md"));
        ExternalDnsCredentials.Keys(instance).ShouldAllBe(pair => page.Contains($"`{pair.Key}`"));
    }

    [Test]
    public void A_clusters_mirror_and_nodes_are_those_of_its_instances()
    {
        var placed = Platform with
        {
            Clusters =
            [
                .. Platform.Clusters.Select(cluster => cluster with
                {
                    Workloads = new WorkloadSettings
                    {
                        ImageRegistry = "mirror.example.com",
                        PullSecrets = [DomainName.Parse("registry-credentials")],
                        NodeSelector = [("node-role", "infra")],
                        Tolerations = [new Toleration("dedicated", "dns", "NoSchedule")],
                    },
                }),
            ],
        };
        var tree = new FluxTree(SourceTree.Of(Tree.Build(placed)));
        var pods = placed.Clusters.SelectMany(cluster => tree.Cluster(cluster.Name.Text, strict: true).Applied)
            .Where(resource => resource.Kind == "Deployment"
                && resource.Name.StartsWith(ExternalDnsNames.Name + "-", StringComparison.Ordinal))
            .Select(resource => (Mapping)resource.Body.At("spec", "template", "spec")!).ToArray();

        pods.Length.ShouldBe(Instances().Count());
        pods.Select(pod => (pod.TextAt("nodeSelector", "node-role"), pod.MappingsAt("imagePullSecrets").Single().TextAt("name"),
                pod.MappingsAt("tolerations").Single().TextAt("key"))).Distinct()
            .ShouldBe([("infra", "registry-credentials", "dedicated")]);
        pods.SelectMany(pod => pod.MappingsAt("initContainers").Concat(pod.MappingsAt("containers")))
            .Where(container => container.TextAt("name") != "webhook").Select(container => container.TextAt("image")).Distinct()
            .ShouldBe(["mirror.example.com/external-dns/external-dns:v0.22.0", "mirror.example.com/library/busybox:1.37.0"],
                ignoreOrder: true);
    }

    [Test]
    public void Access_is_that_of_the_sources()
    {
        string[] Rules(params ImmutableArray<string> sources)
        {
            var instance = Instance("shared") with { Sources = sources };
            var role = ExternalDnsAccess.Objects(instance).First();
            return [.. role.MappingsAt("rules").Select(rule => $"{Texts(rule["resources"])}: {Texts(rule["verbs"])}")];
        }

        Rules("service").ShouldBe(["services pods nodes: get list watch", "endpointslices: get list watch"]);
        Rules("ingress").ShouldBe(["ingresses: get list watch"]);
        Rules("gateway-httproute").ShouldBe(["gateways httproutes: get list watch", "namespaces: get list watch"]);
        Rules("crd").ShouldBe(["dnsendpoints: get list watch", "dnsendpoints/status: update"]);
    }

    [TestCase(9090, "7979 9090")]
    [TestCase(0, "7979")]
    public void A_provider_in_a_second_container_is_probed_and_let_out_at_its_ports(int health, string probed)
    {
        var instance = Instance("own");
        instance = instance with { Webhook = instance.Webhook with { Port = 8443, HealthPort = health } };
        var cluster = Platform.Clusters[0] with { NetworkPolicy = NetworkPolicyFlavour.Cilium };
        var container = ExternalDnsDeployment.Deployment(cluster, ExternalDnsNames.Image, instance)
            .MappingsAt("spec", "template", "spec", "containers").Single(found => found.TextAt("name") == "webhook");
        (container.TextAt("readinessProbe", "httpGet", "path"), container.MappingsAt("ports").FirstOrDefault()?.TextAt("containerPort"))
            .ShouldBe(health == 0 ? (null, null) : ("/healthz", "9090"));
        container.TextAt("resources", "limits", "memory").ShouldBe("128Mi");

        var policy = ExternalDnsPolicies.Of(cluster, instance).Single();
        string[] PortsAt(string direction) => [.. policy.MappingsAt("spec", direction).Last().MappingsAt("toPorts")
            .SelectMany(rule => rule.MappingsAt("ports")).Select(port => port.TextAt("port")!)];
        PortsAt("ingress").ShouldBe(probed.Split(' '));
        PortsAt("egress").ShouldBe(["8443"]);
    }

    [TestCase(KubeProxyMode.Iptables, true, "kube-apiserver", "kube-system 53", "host 53", "all 443")]
    [TestCase(KubeProxyMode.None, true, "kube-apiserver", "kube-system 53", "all 443")]
    [TestCase(KubeProxyMode.Iptables, false, "kube-apiserver", "kube-system 53", "all 443")]
    public void An_instance_may_ask_the_DNS_that_its_kubelet_names(KubeProxyMode mode, bool cached, params string[] egress)
    {
        var cache = new NodeLocalDnsSettings
        {
            Image = NodeLocalDnsSettings.DefaultImage,
            Address = System.Net.IPAddress.Parse("169.254.20.10"),
        };
        var cluster = Platform.Clusters[0] with { NetworkPolicy = NetworkPolicyFlavour.Cilium, KubeProxy = mode };
        Egress(cached ? cluster with { Applications = cluster.Applications.SetItem(NodeLocalDnsNames.Name, cache) } : cluster,
            Instance("public")).ShouldBe(egress);
    }

    [Test]
    public void With_an_identity_of_Google_it_reaches_the_metadata_server_and_no_other_address_in_clear_text()
    {
        var cluster = Platform.Clusters[0] with { NetworkPolicy = NetworkPolicyFlavour.Cilium };
        Egress(cluster, Instance("google")).ShouldBe(["kube-apiserver", "kube-system 53", "all 443"]);
        Egress(cluster, Instance("google") with { Identity = "dns@my-project.iam.gserviceaccount.com", SecretName = null })
            .ShouldBe(["kube-apiserver", "kube-system 53", "169.254.169.254/32 80", "169.254.169.252/32 988", "host 80 988", "all 443"]);
    }

    /// <summary>One rule for each peer and its ports.</summary>
    private static string[] Egress(Cluster cluster, DnsInstance instance) =>
    [
        .. ExternalDnsPolicies.Of(cluster, instance).Single().MappingsAt("spec", "egress").Select(rule => string.Join(' ',
            rule.MappingsAt("toEndpoints").SelectMany(peer => peer.EntriesAt("matchLabels")).Select(entry => ((Scalar)entry.Value).Value)
                .Concat(rule.ItemsAt("toEntities").Concat(rule.ItemsAt("toCIDR")).Cast<Scalar>().Select(peer => peer.Value))
                .Concat(rule.MappingsAt("toPorts").SelectMany(item => item.MappingsAt("ports")).Select(port => port.TextAt("port")!)))),
    ];

    [Test]
    public async Task The_file_of_Azure_is_made_by_a_shell_from_the_three_keys()
    {
        using var folder = new TemporaryFolder();
        var script = AzureConfig.Script.Replace(AzureConfig.Folder, folder.Path);
        var options = new ToolOptions
        {
            Environment = new Dictionary<string, string?>
            {
                ["TENANT_ID"] = "tenant",
                // As kubectl's --from-file makes it of a file with a line.
                ["CLIENT_ID"] = "client\n",
                ["CLIENT_SECRET"] = "a~b.c-d_e\n",
            },
        };
        await Posix.RunAsync("sh", options, "-ec", script);
        System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "azure.json")))!.ToJsonString()
            .ShouldBe("""{"tenantId":"tenant","aadClientId":"client","aadClientSecret":"a~b.c-d_e"}""");
    }

    [Test]
    public void An_identity_takes_the_place_of_a_Secret()
    {
        var instance = Instance("public") with { Identity = "arn:aws:iam::123456789012:role/dns", SecretName = null };
        ExternalDnsDeployment.ServiceAccount(instance).TextAt("metadata", "annotations", "eks.amazonaws.com/role-arn")
            .ShouldBe("arn:aws:iam::123456789012:role/dns");
        ExternalDnsCredentials.Environment(instance)!.Scalars().ShouldNotContain(scalar => scalar.Value == "secretKeyRef");
    }

    [Test]
    public async Task Prometheus_accepts_the_alerts()
    {
        using var folder = new TemporaryFolder();
        (await Promtool.Run("check", "rules", folder.Write("rules.yaml", YamlWriter.WriteFragment(Alerts())))).ShouldSucceed();
    }

    [TestCase("infra", "all.yaml")]
    [TestCase("many", "without-transfers.yaml")]
    public async Task The_alerts_fire_when_they_should_and_only_then(string cluster, string cases)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules.yaml", YamlWriter.WriteFragment(Promtool.WithoutAnnotations(Alerts(cluster))));
        var file = folder.Write(cases, await File.ReadAllTextAsync(Path.Combine(Cases, cases)));
        (await Promtool.Run("test", "rules", file)).ShouldSucceed();
    }

    [Test]
    public void Every_alert_has_a_runbook_and_uses_metrics_that_the_program_was_seen_to_export()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "alerts.md"));
        var exported = File.ReadAllLines(Path.Combine(Cases, "metrics-0.22.0.txt")).ToHashSet();
        foreach (var rule in Alerts().MappingsAt("groups").SelectMany(group => group.MappingsAt("rules")))
        {
            page.ShouldContain($"\n### {rule.TextAt("alert")}\n");
            System.Text.RegularExpressions.Regex.Matches(rule.TextAt("expr")!, @"\bexternal_dns_\w+").Select(match => match.Value)
                .ShouldAllBe(metric => exported.Contains(metric));
        }
    }

    private static IEnumerable<TestCaseData> Instances() =>
        from cluster in Platform.Clusters
        where cluster.Of<ExternalDnsSettings>() is not null
        from instance in cluster.Of<ExternalDnsSettings>()!.Instances
        select new TestCaseData(cluster.Name.Text, instance).SetArgDisplayNames(cluster.Name.Text, instance.Name.Text);

    private static DnsInstance Instance(string name) => Platform.Clusters
        .SelectMany(cluster => cluster.Of<ExternalDnsSettings>()?.Instances ?? []).First(instance => instance.Name.Text == name);

    private static Mapping Alerts(string cluster = "infra") => (Mapping)ObjectSubstitution.Apply(
        Find(cluster, "PrometheusRule", "external-dns"),
        VariableSet.Of(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLUSTER_NAME"] = cluster,
            ["MONITORING_RELEASE"] = "monitoring",
        }), strict: true)
        .Manifest["spec"]!;

    private static Mapping Find(string cluster, string kind, string name)
    {
        var built = new FluxTree(SourceTree.Of(Tree.Build(Platform))).Cluster(cluster, strict: true)
            .Layers.Single(layer => layer.Name == $"cluster-{cluster}-external-dns");
        built.BuildFindings.ShouldBeEmpty();
        return built.Built.Single(resource => resource.Kind == kind && resource.Name == name).Body;
    }

    private static string[] Arguments(Mapping deployment) => [.. deployment.MappingsAt("spec", "template", "spec", "containers").First()
        .ItemsAt("args").Cast<Scalar>().Select(argument => argument.Value)];

    private static string Texts(Node? node) => string.Join(' ', ((Sequence)node!).Items.Cast<Scalar>().Select(item => item.Value));
}
