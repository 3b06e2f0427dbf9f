namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The policies of geographic routing.</summary>
public sealed class GeoDnsTreeTests
{
    /// <summary>If a pod queries the load balancer's address, its own cluster sends the query to a pod: the policy applies to it.</summary>
    [TestCase("cilium", "", "every namespace")]
    [TestCase("cilium", "namespaces: [shop, web], ", "shop", "web")]
    [TestCase("kubernetes", "", "every namespace")]
    [TestCase("kubernetes", "namespaces: [shop, web], ", "shop", "web")]
    public void The_writer_reaches_the_pods_behind_the_addresses_that_it_probes(string policies, string keys, params string[] reached)
    {
        var cluster = Given.Cluster($"networkPolicy: {policies}, geoRouting: {{ enabled: true, zone: geo.example.com, {keys}"
            + "image: \"registry.example.com/controller:1.0.0\", regions: [{ name: eu, clusters: [infra] }] }", "nodes: 192.168.0.0/24");

        Policy(cluster).MappingsAt("spec", "egress").Where(rule => rule["ports"] is null && rule["toPorts"] is null)
            .SelectMany(rule => rule.MappingsAt("to").Select(peer => peer["namespaceSelector"]).Concat(rule.MappingsAt("toEndpoints")))
            .OfType<Mapping>().Select(peer => Namespace(peer, policies == "cilium")).ShouldBe(reached);
    }

    /// <summary>In cloud networks, pods, nodes and the API server may share a range; the definition then has no nodes.</summary>
    [TestCase("", "nodes: 192.168.0.0/24")]
    [TestCase("namespaces: [shop], ", null)]
    [TestCase("namespaces: [shop], ", "nodes: 192.168.0.0/24", "10.244.0.0/16")]
    public void Pod_addresses_are_excluded_only_if_they_cannot_include_the_API_server(
        string keys, string? network, params string[] closed)
    {
        var cluster = Given.Cluster($"networkPolicy: kubernetes, geoRouting: {{ enabled: true, zone: geo.example.com, {keys}"
            + "image: \"registry.example.com/controller:1.0.0\", regions: [{ name: eu, clusters: [infra] }] }", network);

        Policy(cluster).MappingsAt("spec", "egress").SelectMany(rule => rule.MappingsAt("to"))
            .SelectMany(peer => peer.ItemsAt("ipBlock", "except")).Select(range => ((Scalar)range).Value).ShouldBe(closed);
    }

    private static Mapping Policy(Cluster cluster) =>
        new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster)))).Cluster("infra", strict: true).Applied
            .Single(resource => resource.Name == "geo-dns" && resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal)).Body;

    /// <summary>In Cilium, a peer without the namespace's label means the policy's own namespace.</summary>
    private static string Namespace(Mapping peer, bool isCilium) =>
        peer.EntriesAt("matchLabels").Select(entry => (entry.Value as Scalar)?.Value).SingleOrDefault()
        ?? (!isCilium || peer.MappingsAt("matchExpressions").Any(expression => expression.TextAt("operator") == "Exists"
            && expression.TextAt("key") == "k8s:io.kubernetes.pod.namespace") ? "every namespace" : "its own namespace");
}
