using PlatformGitOps.Generator.Graph;

namespace PlatformGitOps.Generator.Tests.Graph;

public sealed class KustomizationGraphTests
{
    [Test]
    public void It_shows_sources_layers_what_they_wait_for_and_what_they_apply()
    {
        var graph = Graph();

        graph.ShouldStartWith("flowchart LR\n  subgraph k_apps[\"cluster apps\"]\n");
        graph.ShouldContain("k_infra__cluster_infra_coredns[\"cluster-infra-coredns<br/>kubernetes/infrastructure/networking/coredns\"]\n");
        graph.ShouldContain("k_infra__cluster_infra_coredns -. depends on .-> k_infra__cluster_infra_crds\n");
        graph.ShouldContain("HelmRelease kube-system/coredns<br/>");
        graph.ShouldContain("[(\"GitRepository platform\")]\n");
    }

    [Test]
    public void Every_arrow_leads_from_a_node_to_a_node()
    {
        var lines = Graph().Split('\n').Select(line => line.Trim()).ToArray();
        var nodes = lines.Where(line => line.StartsWith("k_", StringComparison.Ordinal) && !line.Contains("->"))
            .Select(line => line[..line.IndexOfAny(['[', '('])]).ToHashSet();

        foreach (var arrow in lines.Where(line => line.Contains("->")))
        {
            nodes.ShouldContain(arrow.Split(' ')[0], arrow);
            nodes.ShouldContain(arrow.Split(' ')[^1], arrow);
        }
    }

    [Test]
    public void The_same_tree_gives_the_same_graph() => Graph().ShouldBe(Graph());

    private static string Graph() => Graph(EditedTree.Of(Given.Platform(Given.Infra, Given.Apps)));

    [Test]
    public void A_layer_that_Flux_cannot_build_is_marked()
    {
        const string Mark = "<br/>Flux cannot build it\"]";
        var tree = EditedTree.Of(Given.Platform(Given.Infra));

        var graph = Graph(tree.With("kubernetes/infrastructure/networking/coredns/kustomization.yaml", "resources: [nowhere.yaml]\n"));

        graph.Split('\n').Where(line => line.EndsWith(Mark, StringComparison.Ordinal)).ShouldHaveSingleItem().Trim()
            .ShouldStartWith("k_infra__cluster_infra_coredns[");
        Graph(tree).ShouldNotContain(Mark);
    }

    private static string Graph(EditedTree files)
    {
        var tree = new FluxTree(files.Source());
        return KustomizationGraph.Mermaid(tree.Clusters().Select(name => tree.Cluster(name, strict: true)));
    }
}
