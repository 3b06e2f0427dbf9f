using System.Net;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC2", "The Service kube-dns has its static ClusterIP, and names of services, pods and the outside resolve")]
public static partial class AC2Resolution
{
    [Row("AC2.1", "Service kube-dns leads to the DNS pods over UDP and TCP",
        Sees = "the chart's Service: name, namespace, ports 53/UDP and 53/TCP, a selector that matches the pods")]
    public static void Service(RenderedCluster tree)
    {
        var service = tree.DnsService;
        service.Namespace.ShouldBe("kube-system");
        Selectors.Matches(service.Map("spec.selector"), tree.PodTemplate.Labels).ShouldBeTrue("the Service selects no DNS pod");
        var ports = service.Parts("spec.ports").Select(port => $"{port.Text("port")}/{port.Text("protocol")}→{port.Text("targetPort")}").ToList();
        ports.ShouldContain("53/UDP→53");
        ports.ShouldContain("53/TCP→53", "large answers come over TCP");
    }

    [Row("AC2.2", "Service kube-dns has the ClusterIP of the settings",
        Sees = "spec.clusterIP against COREDNS_CLUSTER_IP")]
    public static void ClusterIP(RenderedCluster tree) =>
        tree.DnsService.Text("spec.clusterIP").ShouldBe(
            tree.Settings["COREDNS_CLUSTER_IP"], "every kubelet hands this address to its pods; any other is asked by nobody");

    [Row("AC2.3", "Names of services resolve",
        Sees = "the Corefile's kubernetes plugin: the cluster's domain and the reverse zones")]
    public static void ServiceNames(RenderedCluster tree)
    {
        var plugin = CorefilePlugins.Find(tree.Corefile, "kubernetes");
        plugin.ShouldNotBeNull("the Corefile has no kubernetes plugin");
        plugin.Arguments.ShouldContain(tree.Settings["CLUSTER_DOMAIN"], "the cluster's own zone is not served");
        plugin.Arguments.ShouldContain("in-addr.arpa", "PTR queries for services are not answered");
    }

    [Row("AC2.4", "Names of pods resolve",
        Sees = "the kubernetes plugin's pods option")]
    public static void PodNames(RenderedCluster tree)
    {
        var pods = CorefilePlugins.Find(tree.Corefile, "kubernetes")?.Option("pods")?.FirstOrDefault();
        new[] { "insecure", "verified" }.ShouldContain(pods, "pod names are answered only with the pods option");
    }

    [Row("AC2.5", "Names outside the cluster resolve",
        Sees = "the forward plugin's upstreams: there are some, and none is this DNS itself or an address inside the pod")]
    public static void ExternalNames(RenderedCluster tree)
    {
        var forward = CorefilePlugins.Find(tree.Corefile, "forward");
        forward.ShouldNotBeNull("the Corefile forwards nothing");
        forward.Arguments[0].ShouldBe(".", "only some names are forwarded");
        var upstreams = forward.Arguments.Skip(1).ToList();
        upstreams.ShouldNotBeEmpty("there is no upstream");
        foreach (var upstream in upstreams.Select(address => address.Split("://")[^1]))
        {
            var address = IPEndPoint.TryParse(upstream, out var endPoint) ? endPoint.Address : null;
            address?.ToString().ShouldNotBe(tree.Settings["COREDNS_CLUSTER_IP"], "CoreDNS would ask itself: a loop");
            (address is not null && IPAddress.IsLoopback(address)).ShouldBeFalse($"{upstream} is the pod itself: a loop");
        }

        CorefilePlugins.Find(tree.Corefile, "loop").ShouldNotBeNull("without the loop plugin a loop goes unseen until the memory is used up");
    }

    [Row("AC2.6", "Answers are cached, negative ones for a short time",
        Sees = "the cache plugin and its ceiling for denials")]
    public static void Caching(RenderedCluster tree)
    {
        var cache = CorefilePlugins.Find(tree.Corefile, "cache");
        cache.ShouldNotBeNull("nothing is cached");
        var denial = cache.Option("denial");
        var ceiling = denial is { Count: > 1 } ? int.Parse(denial[1], System.Globalization.CultureInfo.InvariantCulture) : 1800;
        ceiling.ShouldBeLessThanOrEqualTo(30, "a name that comes into being stays unknown for that many seconds");
    }
}
