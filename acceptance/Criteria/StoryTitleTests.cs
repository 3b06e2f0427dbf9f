namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>The titles in the report are those of the story's matrix, with computed values.</summary>
public sealed class StoryTitleTests
{
    private static readonly (string Check, string Row, string Expected)[] Story =
    [
        ("AC1.1", "Deployment Available with 2 replicas", "2/2 READY"),
        ("AC1.2", "PDB enabled minAvailable: 1", "minAvailable: 1"),
        ("AC1.3", "Pods on different nodes", "Different NODE values"),
        ("AC2.1", "Service name kube-dns", "Service exists"),
        ("AC2.2", "Static ClusterIP (infra)", "10.245.0.10"),
        ("AC2.3", "Internal service resolution", "resolves to 10.245.0.1"),
        ("AC2.4", "Pod DNS resolution", "resolves to the pod's IP"),
        ("AC2.5", "External domain resolution", "Resolves to an address, through 1.1.1.1 1.0.0.1"),
        ("AC3.1", "Metrics endpoint exposed", "Prometheus metrics returned"),
        ("AC3.2", "ServiceMonitor enabled", "ServiceMonitor exists"),
        ("AC3.3", "Metrics in VictoriaMetrics", "Time series data present"),
        ("AC4.1", "Health endpoint responds", "HTTP 200 OK"),
        ("AC4.2", "Ready endpoint responds", "HTTP 200 OK"),
        ("AC5.1", "Pod runs as non-root", "runAsNonRoot: true"),
        ("AC5.2", "Read-only root filesystem", "readOnlyRootFilesystem: true"),
        ("AC5.3", "Capabilities dropped", "drop: [ALL]"),
        ("AC5.6", "DNS traffic allowed", "Resolution succeeds"),
        ("AC5.8", "CiliumNetworkPolicy exists", "present in namespaces"),
        ("AC6.1", "Version 1.38.0 deployed", "1.38.0"),
    ];

    private static IEnumerable<TestCaseData> Rows() =>
        Story.Select(row => new TestCaseData(row.Check, row.Row, row.Expected).SetName($"{row.Check} is the story's row '{row.Row}'"));

    [TestCaseSource(nameof(Rows))]
    public void Row_of_the_story(string check, string row, string expected)
    {
        var line = Expectation.Of(Line(check), Of(StorySample.Tree, "infra"), "infra");

        line.Title.ShouldBe(row);
        line.Expected.ShouldContain(expected);
    }

    [Test]
    public void The_second_cluster_has_its_own_address()
    {
        var line = Expectation.Of(Line("AC2.2"), Of(StorySample.Tree, "apps"), "apps");

        (line.Title, line.Expected).ShouldBe(("Static ClusterIP (apps)", "10.247.0.10"));
    }

    [Test]
    public void Another_definition_has_its_own_values()
    {
        var sample = StorySample.Tree.Platform;
        var tree = DefinedTree.Generated(
            sample.InEachCluster(cluster => cluster with
            {
                NetworkPolicy = NetworkPolicyFlavour.Kubernetes,
                Dns = cluster.Dns with { Replicas = 5 },
                Services = Cidr.Parse("10.43.0.0/16"),
            }),
            null);

        var lines = new[] { "AC1.1", "AC2.3", "AC5.8" }.Select(id => Expectation.Of(Line(id), Of(tree, "infra"), "infra")).ToList();

        lines.Select(line => line.Title).ShouldBe(
            ["Deployment Available with 5 replicas", "Internal service resolution", "NetworkPolicy exists"]);
        lines[0].Expected.ShouldBe("5/5 READY");
        lines[1].Expected.ShouldBe("kubernetes.default resolves to 10.43.0.1");
        lines[2].Command.ShouldBe("kubectl --context infra get netpol -A | grep allow-dns");
    }

    [TestCase("infra,apps", "Static ClusterIP (infra and apps)")]
    [TestCase("a,b,c,d", "Static ClusterIP (a, b, c and d)")]
    [TestCase("a,b,c,d,e", "Static ClusterIP (a, b, c and 2 more)")]
    [TestCase("a,a", "Static ClusterIP (a)")]
    public void A_line_names_what_differs_between_clusters(string clusters, string title) =>
        Expectation.TitleOf(
            Line("AC2.2"), [.. clusters.Split(',').Select(cluster => new Dictionary<string, string> { ["cluster"] = cluster })])
            .ShouldBe(title);

    private static Check Line(string id) => Catalog.Checks.Single(check => check.Id == id);

    private static Dictionary<string, string> Of(DefinedTree tree, string cluster) =>
        Expectation.Values(RenderedCluster.From(tree, cluster));
}
