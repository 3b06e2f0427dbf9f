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
        var tree = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster))));
        var policy = tree.Cluster("infra", strict: true).Applied.Single(resource => resource.Name == "geo-dns"
            && resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal)).Body;

        policy.MappingsAt("spec", "egress").Where(rule => rule["ports"] is null && rule["toPorts"] is null)
            .SelectMany(rule => rule.MappingsAt("to").Select(peer => peer["namespaceSelector"]).Concat(rule.MappingsAt("toEndpoints")))
            .OfType<Mapping>().Select(peer => Namespace(peer, policies == "cilium")).ShouldBe(reached);
    }

    /// <summary>In Cilium, a peer without the namespace's label means the policy's own namespace.</summary>
    private static string Namespace(Mapping peer, bool isCilium) =>
        peer.EntriesAt("matchLabels").Select(entry => (entry.Value as Scalar)?.Value).SingleOrDefault()
        ?? (!isCilium || peer.MappingsAt("matchExpressions").Any(expression => expression.TextAt("operator") == "Exists"
            && expression.TextAt("key") == "k8s:io.kubernetes.pod.namespace") ? "every namespace" : "its own namespace");
}
