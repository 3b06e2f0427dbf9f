using System.Globalization;
using System.Net;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC2", "The Service kube-dns has its static ClusterIP, and names of services, pods and the outside resolve")]
[Check("AC2.1", "Service name kube-dns", "Service exists, with every ready pod behind 53/UDP and 53/TCP",
    Command = "kubectl --context {context} -n kube-system get svc,endpointslices -l k8s-app=kube-dns")]
[Check("AC2.2", "Static ClusterIP ({cluster})", "{COREDNS_CLUSTER_IP}",
    Command = "kubectl --context {context} -n kube-system get svc kube-dns -o jsonpath={.spec.clusterIP}")]
[Check("AC2.3", "Internal service resolution", "kubernetes.default resolves to {apiServer}",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup " +
        "kubernetes.default.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.4", "Pod DNS resolution", "<pod-ip>.default.pod.{CLUSTER_DOMAIN} resolves to the pod's IP",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup " +
        "<pod-ip>.default.pod.{CLUSTER_DOMAIN}")]
[Check("AC2.5", "External domain resolution", "Resolves to an address, through {COREDNS_UPSTREAMS}",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup example.com")]
[Check("AC2.6", "Answers are cached, negative ones for a short time", "NXDOMAIN may be kept for at most 30 s",
    Command = "kubectl --context {context} -n kube-system get configmap coredns -o yaml | grep -A 6 'cache '")]
[Check("AC2.7", "Headless Services resolve to their pods, by hostname too", "the addresses of the pods",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup " +
        "<service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.8", "SRV records have the port of a Service", "port and target of each endpoint",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup -type=srv " +
        "_http._tcp.<service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.9", "PTR resolves an address to its name", "the name of the Service or pod",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup {COREDNS_CLUSTER_IP}")]
[Check("AC2.10", "An ExternalName Service resolves to its alias, also after a change", "the CNAME of the Service",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup -type=cname " +
        "<service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.11", "Pods on the host's network resolve cluster names", "kubernetes.default resolves to {apiServer}",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never --overrides " +
        "'{\"spec\":{\"hostNetwork\":true,\"dnsPolicy\":\"ClusterFirstWithHostNet\"}}' -- " +
        "nslookup kubernetes.default.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.12", "Search path and ndots of a pod are followed", "kubernetes.default resolves to {apiServer}",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never --overrides " +
        "'{\"spec\":{\"dnsConfig\":{\"options\":[{\"name\":\"ndots\",\"value\":\"1\"}]}}}' -- nslookup kubernetes.default")]
public static partial class AC2Resolution
{
    [StaticCheck(
        "AC2.1", "the release's Service: name, namespace, a server on port 53 for both protocols, a selector that matches the pods")]
    public static void Service(RenderedCluster tree)
    {
        tree.Values.Text("service.name").ShouldBe("kube-dns", "there is no Service kube-dns");
        tree.Release.Namespace.ShouldBe("kube-system");
        Selectors.Matches(tree.ServiceSelector, tree.PodLabels).ShouldBeTrue("the Service selects no DNS pod");
        var server = tree.Values.Parts("servers").FirstOrDefault(entry => entry.Number("port") == 53);
        server.ShouldNotBeNull("no server listens on port 53");
        // Charts before 1.42.1 open both protocols for a zone without a scheme; from then on TCP has to be asked for.
        server.Parts("zones").ShouldContain(zone => zone.Flag("use_tcp") == true, "large answers come over TCP");
    }

    [StaticCheck("AC2.2", "service.clusterIP of the release against COREDNS_CLUSTER_IP")]
    public static void ClusterIP(RenderedCluster tree) =>
        tree.Values.Text("service.clusterIP").ShouldBe(
            tree.Settings["COREDNS_CLUSTER_IP"], "pods query the address that their kubelet was configured with, and no other");

    [StaticCheck("AC2.3", "the Corefile's kubernetes plugin: the cluster's domain and the reverse zones")]
    public static void ServiceNames(RenderedCluster tree)
    {
        var plugin = Find(tree, "kubernetes");
        plugin.ShouldNotBeNull("the Corefile has no kubernetes plugin");
        plugin.Arguments.ShouldContain(tree.Settings["CLUSTER_DOMAIN"], "the cluster's own zone is not served");
        plugin.Arguments.ShouldContain("in-addr.arpa", "PTR queries for services are not answered");
    }

    [StaticCheck("AC2.4", "the kubernetes plugin's pods option")]
    public static void PodNames(RenderedCluster tree)
    {
        var pods = Find(tree, "kubernetes")?.Option("pods")?.FirstOrDefault();
        new[] { "insecure", "verified" }.ShouldContain(pods, "pod names are answered only with the pods option");
    }

    [StaticCheck(
        "AC2.5", "the forward plugin's upstreams: there is at least one, and none is this DNS itself or an address inside the pod")]
    public static void ExternalNames(RenderedCluster tree)
    {
        // Stub domains forward in front of it.
        var forward = tree.Plugins.LastOrDefault(plugin => plugin.Name == "forward");
        forward.ShouldNotBeNull("the Corefile forwards nothing");
        forward.Arguments[0].ShouldBe(".", "only some names are forwarded");
        var upstreams = forward.Arguments.Skip(1).ToList();
        upstreams.ShouldNotBeEmpty("there is no upstream");
        foreach (var upstream in upstreams.Select(address => address.Split("://")[^1]))
        {
            var address = IPEndPoint.TryParse(upstream, out var endPoint) ? endPoint.Address : null;
            address?.ToString().ShouldNotBe(tree.Settings["COREDNS_CLUSTER_IP"], "CoreDNS would query itself: a loop");
            (address is not null && IPAddress.IsLoopback(address)).ShouldBeFalse($"{upstream} is the pod itself: a loop");
        }

        Find(tree, "loop").ShouldNotBeNull("without the loop plugin a loop goes unseen until the memory is used up");
    }

    [StaticCheck("AC2.6", "the cache plugin and its ceiling for denials")]
    public static void Caching(RenderedCluster tree)
    {
        var cache = Find(tree, "cache");
        cache.ShouldNotBeNull("nothing is cached");
        var denial = cache.Option("denial");
        var ceiling = denial is { Count: > 1 } ? int.Parse(denial[1], CultureInfo.InvariantCulture) : 1800;
        ceiling.ShouldBeLessThanOrEqualTo(tree.Definition.Dns.Cache.Denial, "a new name stays unknown for that many seconds");
    }

    private static CorefilePlugin? Find(RenderedCluster tree, string name) => tree.Plugins.FirstOrDefault(plugin => plugin.Name == name);
}
