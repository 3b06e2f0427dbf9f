using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC2", "The Service kube-dns has its static ClusterIP, and names of services, pods and the outside resolve")]
[Check("AC2.1", "Service name kube-dns", "Service exists, with every ready pod behind 53/UDP and 53/TCP",
    Command = "kubectl --context {context} -n kube-system get svc,endpointslices -l k8s-app=kube-dns")]
[Check("AC2.2", "Static ClusterIP ({cluster})", "{COREDNS_CLUSTER_IP}",
    Command = "kubectl --context {context} -n kube-system get svc kube-dns -o jsonpath={.spec.clusterIP}")]
[Check("AC2.3", "Internal service resolution", "kubernetes.default resolves to {apiServer}",
    Command = TypedCommands.Nslookup + "kubernetes.default.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.4", "Pod DNS resolution", "<pod-ip>.default.pod.{CLUSTER_DOMAIN} resolves to the pod's IP",
    Command = TypedCommands.Nslookup + "<pod-ip>.default.pod.{CLUSTER_DOMAIN}")]
[Check("AC2.5", "External domain resolution", "Resolves to an address, through {COREDNS_UPSTREAMS}",
    Command = TypedCommands.Nslookup + "example.com")]
[Check("AC2.6", "Answers are cached, negative ones for a short time", "NXDOMAIN may be kept for at most {negativeTtl} s",
    Command = TypedCommands.Corefile + " | grep -A 6 'cache '")]
[Check("AC2.7", "Headless Services resolve to their pods, by hostname too", "the addresses of the pods",
    Command = TypedCommands.Nslookup + "<service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.8", "SRV records have the port of a Service", "port and target of each endpoint",
    Command = TypedCommands.Nslookup + "-type=srv _http._tcp.<service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.9", "PTR resolves an address to its name", "the name of the Service or pod",
    Command = TypedCommands.Nslookup + "{COREDNS_CLUSTER_IP}")]
[Check("AC2.10", "An ExternalName Service resolves to its alias, also after a change", "the CNAME of the Service",
    Command = TypedCommands.Nslookup + "-type=cname <service>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.11", "Pods on the host's network resolve cluster names", "kubernetes.default resolves to {apiServer}",
    Command = TypedCommands.RunPod + "--overrides '{\"spec\":{\"hostNetwork\":true,\"dnsPolicy\":\"ClusterFirstWithHostNet\"}}' -- " +
        "nslookup kubernetes.default.svc.{CLUSTER_DOMAIN}")]
[Check("AC2.12", "Search path and ndots of a pod are followed", "kubernetes.default resolves to {apiServer}",
    Command = TypedCommands.RunPod + "--overrides " +
        "'{\"spec\":{\"dnsConfig\":{\"options\":[{\"name\":\"ndots\",\"value\":\"1\"}]}}}' -- nslookup kubernetes.default")]
public static partial class AC2Resolution
{
    [StaticCheck(
        "AC2.1", "the release's Service: name, namespace, a server on port 53 for both protocols, a selector that matches the pods")]
    public static void Service(RenderedCluster tree)
    {
        tree.Values.Text("service.name").ShouldBe("kube-dns", "the Service is not called kube-dns");
        tree.Release.Namespace.ShouldBe("kube-system");
        Selectors.Matches(tree.ServiceSelector, tree.PodLabels).ShouldBeTrue("the Service selects no DNS pod");
        var server = tree.Values.Parts("servers").FirstOrDefault(entry => entry.Number("port") == 53);
        server.ShouldNotBeNull("no server listens on port 53");
        // Charts before 1.42.1 open both protocols for a zone without a scheme; later ones need use_tcp.
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
        // Stub domains have forward plugins before it.
        var forward = tree.Plugins.LastOrDefault(plugin => plugin.Name == "forward");
        forward.ShouldNotBeNull("the Corefile forwards nothing");
        forward.Arguments[0].ShouldBe(".", "only some names are forwarded");
        var upstreams = forward.Arguments.Skip(1).ToList();
        upstreams.ShouldNotBeEmpty("the forward names no upstream");
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

    /// <summary>Seconds that a client may keep the denial of a cluster name, by the kubernetes plugin and the cache.</summary>
    internal static int NegativeTtl(RenderedCluster tree)
    {
        var ttl = Find(tree, "kubernetes")?.Option("ttl") is [var seconds] ? int.Parse(seconds, CultureInfo.InvariantCulture) : 5;
        return Math.Min(ttl, tree.Definition.Dns.Cache.Denial);
    }

    private static CorefilePlugin? Find(RenderedCluster tree, string name) => tree.Plugins.FirstOrDefault(plugin => plugin.Name == name);

    private const string Outside = "it queries a name outside the cluster as well";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the chart's own name for the Service", "AC2.1", "the Service is not called kube-dns",
            tree => tree.Value("service.name", null)),
        new("a server on a high port", "AC2.1", "no server listens on port 53", tree => tree.Value("servers[0].port", 5353)),
        new("a server for UDP only", "AC2.1", "large answers come over TCP", tree => tree.Value("servers[0].zones[0].use_tcp", null)),
        new("another ClusterIP", "AC2.2", "and no other", tree => tree.Value("service.clusterIP", "10.245.0.11")),
        new("a ClusterIP that the API server chooses", "AC2.2", "and no other", tree => tree.Value("service.clusterIP", null)),
        new("a zone that is not the cluster's", "AC2.3", "own zone is not served",
            tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "example.local in-addr.arpa ip6.arpa")),
        new("no reverse zones", "AC2.3", "PTR queries",
            tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "${CLUSTER_DOMAIN}")),
        new("pod names off", "AC2.4", "only with the pods option",
            tree => tree.Plugin("kubernetes", plugin => plugin["configBlock"] = "pods disabled\nttl 5")),
        new("upstream is this DNS", "AC2.5", "a loop",
            tree => tree.Setting("COREDNS_UPSTREAMS", tree.Settings.Map("data")["COREDNS_CLUSTER_IP"])),
        new("upstream is the pod's loopback", "AC2.5", "a loop", tree => tree.Setting("COREDNS_UPSTREAMS", "127.0.0.1:53")),
        new("no loop detection", "AC2.5", "a loop goes unseen", tree => tree.WithoutPlugin("loop")),
        new("no upstream", "AC2.5", "forwards nothing", tree => tree.WithoutPlugin("forward")),
        new("no cache", "AC2.6", "nothing is cached", tree => tree.WithoutPlugin("cache")),
        new("denials kept for half an hour", "AC2.6", "stays unknown",
            tree => tree.Plugin("cache", plugin => plugin["configBlock"] = "denial 9984 1800")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        new("Service leads to one pod only", "AC2.1", "should be", (cluster, token) => OnePod(cluster, "yes", token),
            (cluster, token) => OnePod(cluster, null, token)),
        Corefile("the name of a Service rewritten", "AC2.3", "web resolves", text => text.Replace(
            "    errors",
            $"    errors\n    rewrite name prefix web.{Clients}.svc. nobody.{Clients}.svc.")),
        Corefile("pod names off", "AC2.4", $".{Clients}.pod.",
            text => text.Replace("pods insecure", "pods disabled")),
        Corefile("upstream does not answer", "AC2.5", "example.com",
            text => Lines(text, line => line.Contains("forward . ") ? "    forward . 192.0.2.1 {" : line))
            .With(Outside, "AC2.6", "AC2.10", "AC2.12", "AC3.4", "AC3.6", "Substrate.1"),
    ];

    /// <summary>
    /// A label that one pod has and that the Service selects; null removes both. The other pods answer, but get no queries.
    /// </summary>
    private static async Task OnePod(LiveCluster cluster, string? value, CancellationToken cancellationToken)
    {
        const string Label = "sabotage";
        foreach (var pod in (await cluster.StayingDnsPods(cancellationToken)).Take(value is null ? int.MaxValue : 1))
        {
            await cluster.Api.Patch(
                ResourceKind.Pod.Named(pod.Name, "kube-system"),
                JsonPath.Patch($"metadata.labels.{Label}", value),
                cancellationToken);
        }

        await cluster.Api.Patch(
            ResourceKind.Service.Named("kube-dns", "kube-system"),
            JsonPath.Patch($"spec.selector.{Label}", value),
            cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token))
                .SelectMany(slice => slice.Parts("endpoints")).Count(endpoint => endpoint.Flag("conditions.terminating") != true)
                .ShouldBe(value is null ? (await cluster.StayingDnsPods(token)).Count : 1),
            "the endpoints follow the Service's selector",
            cancellationToken);
    }
}
