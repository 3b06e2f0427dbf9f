namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The policies of geographic routing.</summary>
public sealed class GeoDnsTreeTests
{
    /// <summary>A Service's own cluster sends what a pod asks of the load balancer's address to a pod: the policy judges that.</summary>
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

    /// <summary>In the networks of clouds pods, nodes and the API server share a range, and then the definition has no nodes.</summary>
    [TestCase("", "nodes: 192.168.0.0/24")]
    [TestCase("namespaces: [shop], ", null)]
    [TestCase("namespaces: [shop], ", "nodes: 192.168.0.0/24", "10.244.0.0/16")]
    public void Addresses_of_pods_are_closed_only_where_the_API_server_cannot_be_among_them(
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

    /// <summary>For Cilium a peer without the namespace's label means the policy's own namespace.</summary>
    private static string Namespace(Mapping peer, bool isCilium) =>
        peer.EntriesAt("matchLabels").Select(entry => (entry.Value as Scalar)?.Value).SingleOrDefault()
        ?? (!isCilium || peer.MappingsAt("matchExpressions").Any(expression => expression.TextAt("operator") == "Exists"
            && expression.TextAt("key") == "k8s:io.kubernetes.pod.namespace") ? "every namespace" : "its own namespace");
}
