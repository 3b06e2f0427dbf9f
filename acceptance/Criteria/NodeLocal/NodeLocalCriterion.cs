using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

/// <summary>Static checks use a tree with the cache enabled.</summary>
[Criterion("NodeLocal",
    "With NodeLocal DNSCache, pods are answered by a cache on their own node, and lose no query when CoreDNS or the cache is replaced",
    SwitchesOn = Feature.NodeLocalDns)]
[Check("NodeLocal.1", "Every node has a cache, and the queries of its pods go there", "most answers come from the cache",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=node-local-dns -o wide")]
[Check("NodeLocal.2", "Names of every kind resolve through the cache", "the answers of AC2.3 to AC2.9",
    Command = TypedCommands.Nslookup + "kubernetes.default.svc.{CLUSTER_DOMAIN} <address of the cache>")]
[Check("NodeLocal.3", "The cache asks CoreDNS over TCP", "every query that reaches CoreDNS",
    Command = "kubectl --context {context} -n kube-system port-forward deploy/coredns 9153 & curl localhost:9153/metrics | " +
        "grep 'proto=\"tcp\"'")]
[Check("NodeLocal.4", "A rolling restart of CoreDNS fails no query", "0 failed queries",
    Command = "kubectl --context {context} -n kube-system rollout restart deployment coredns")]
[Check("NodeLocal.5", "A rolling restart of the caches fails no query", "0 failed queries",
    Command = "kubectl --context {context} -n kube-system rollout restart daemonset node-local-dns")]
[Check("NodeLocal.6", "A cache that is killed is back within 10 s", "at most 10 s of failed queries on its node",
    Command = "docker exec <node> pkill -9 node-cache")]
[Check("NodeLocal.7", "Switching the caches off costs at most 20 s", "at most 20 s of failed queries",
    Command = "kubectl --context {context} -n kube-system get daemonset node-local-dns")]
[Check("NodeLocal.8", "The substrate's names do not need CoreDNS", "asked of the substrate itself",
    Command = "kubectl --context {context} -n kube-system scale deployment coredns --replicas=0", Needs = Feature.Substrate)]
[Check("NodeLocal.9", "A namespace that denies its egress reaches the cache with the component allow-dns",
    "allowed on port 53 alone",
    Command = "kubectl --context {context} get networkpolicies,ciliumnetworkpolicies -A --field-selector metadata.name=allow-dns")]
public static class NodeLocalCriterion
{
    /// <summary>The fixture without Cilium, whose caches use the Service's address; those of the sample have their own address.</summary>
    private const string OnServiceAddress = "node-local";

    private const string BehindRedirect = "node-local-redirect";

    /// <summary>The placeholder that the program replaces by CoreDNS's address.</summary>
    internal const string CoreDnsWord = "__PILLAR__CLUSTER__DNS__";

    /// <summary>The setting with the substrate's servers.</summary>
    internal const string SubstrateServers = "SUBSTRATE_SERVERS";

    [StaticCheck("NodeLocal.1", "tolerations, network, image and addresses of the DaemonSet, and what it does before a cache stops")]
    public static void OnEveryNode(RenderedCluster tree)
    {
        var pod = Find(tree, "DaemonSet", NodeLocalDnsNames.Name).Part("spec.template.spec")!;
        pod.Parts("tolerations").ShouldContain(entry => entry.Text("operator") == "Exists" && entry.Text("key") == null
            && entry.Text("effect") == null, "nodes with a taint have no cache");
        pod.Text("priorityClassName").ShouldBe("system-node-critical", "a full node evicts its cache");
        pod.Text("dnsPolicy").ShouldBe("Default", "the cache would ask itself");
        var container = pod.Parts("containers")[0];
        container.Text("image").ShouldBe(tree.Settings[NodeLocalDnsNames.ImageVariable], "not the image of the cluster's settings");
        if (NodeLocalDnsSettings.WayIn(tree.Definition) == NodeLocalDnsWay.LocalRedirect)
        {
            Redirected(tree, pod, container);
            return;
        }

        pod.Flag("hostNetwork").ShouldBe(true, "the addresses would be on an interface of the pod");
        Argument(container, "-localip").Split(',').ShouldBe(tree.Settings[NodeLocalDnsNames.AddressesVariable].Split(','),
            ignoreOrder: true, "queries go past the cache");
        Replaced(tree, Find(tree, "DaemonSet", NodeLocalDnsNames.Name), container);
    }

    /// <summary>Cilium removes the redirect from a pod that is not ready, and the cache answers until then.</summary>
    private static void Redirected(RenderedCluster tree, Resource pod, Resource container)
    {
        if (!NodeLocalDnsDrain.Applies(tree.Definition))
        {
            return;
        }

        var other = pod.Parts("containers").SingleOrDefault(entry => entry.Text("name") == NodeLocalDnsDrain.Container);
        other.ShouldNotBeNull("a cache that stops stays ready: Cilium sends it queries until it is gone");
        other.At("lifecycle").ShouldBeNull("it stays ready for as long as the cache itself");
        var probe = other.Part("readinessProbe").ShouldNotBeNull("it is ready whatever happens to it");
        Lines(Corefile(tree.NodeLocalDns, other)).ShouldContain($"health :{probe.Number("httpGet.port")}",
            "no pod is ever ready: nothing answers the probe of the second container");
        // A probe can also hang; it starts at most one period after the previous one.
        var unready = (probe.Number("periodSeconds") + (probe.Number("timeoutSeconds") ?? 1)) * probe.Number("failureThreshold");
        (container.Number("lifecycle.preStop.sleep.seconds") ?? 0).ShouldBeGreaterThan(unready!.Value,
            "the cache is gone before Cilium has taken the redirect away");
    }

    /// <summary>Queries of a node are answered while its cache stops and until the next one runs (docs/node-local-dns.md).</summary>
    private static void Replaced(RenderedCluster tree, Resource daemon, Resource container)
    {
        var arguments = container.Texts("args");
        if (NodeLocalDnsSettings.WayIn(tree.Definition) == NodeLocalDnsWay.OwnAddress)
        {
            arguments.ShouldContain("-skipteardown=true", "an older cache takes the address of the newer one off the node");
            daemon.Number("spec.updateStrategy.rollingUpdate.maxSurge").ShouldBe(1, "pods have no DNS until the next cache runs");
            container.Parts("ports").ShouldBeEmpty("no second cache is scheduled to a node whose ports the first has");
            return;
        }

        arguments.ShouldNotContain("-skipteardown=true", "without the caches nobody would answer at the Service's address");
        Argument(container, "-localip").Split(',')[0].ShouldBe(tree.Definition.Dns.ClusterIP.ToString(),
            "queries to the Service's address have no way while the rules of the other one are deleted");
        var hook = container.Texts("lifecycle.preStop.exec.command");
        After(hook, "-localip").ShouldBe(Argument(container, "-localip"), "a cache that stops takes its addresses off the node");
        After(hook, "-interfacename").ShouldBe(NodeLocalDnsNames.SecondInterface, "the cache deletes that interface itself");
    }

    [StaticCheck("NodeLocal.3", "the forward plugin of each server, and the Service that the cache asks")]
    public static void OverTcp(RenderedCluster tree)
    {
        var container = Find(tree, "DaemonSet", NodeLocalDnsNames.Name).Parts("spec.template.spec.containers")[0];
        var upstream = Find(tree, "Service", Argument(container, "-upstreamsvc"));
        upstream.Text("spec.clusterIP").ShouldBeNull("the address is the cluster's to give: no cache may take it over");
        Selectors.Matches(upstream.Map("spec.selector"), tree.PodLabels).ShouldBeTrue("the cache has nobody to ask");
        upstream.Parts("spec.ports").ShouldContain(port => port.Text("protocol") == "TCP" && port.Number("port") == 53,
            "the Service has no port for TCP");
        var others = Servers(tree).Where(server => !server.Zones.Intersect(SubstrateZones(tree)).Any()).ToList();
        others.ShouldNotBeEmpty();
        others.ShouldAllBe(server => server.Lines.Contains("force_tcp")
            && server.Lines.Count(line => line.StartsWith("forward ", StringComparison.Ordinal)) == 1
            && server.Lines.Contains($"forward . {CoreDnsWord} {{"), "a query over UDP is lost when its pod leaves the Service");
    }

    [StaticCheck("NodeLocal.8", "the server of the substrate's zones in the cache's Corefile")]
    public static void SubstrateNames(RenderedCluster tree)
    {
        var (substrate, servers) = (tree.Definition.Substrate!, tree.Settings[SubstrateServers]);
        var (zones, lines) = Servers(tree).SingleOrDefault(server => server.Zones.Contains($"{substrate.Zone}:53"));
        lines.ShouldNotBeNull($"the cache asks CoreDNS for the names of {substrate.Zone}");
        zones.ShouldBe(SubstrateZones(tree), ignoreOrder: true, "of some names it asks CoreDNS");
        lines.Any(line => line.StartsWith($"rewrite cname suffix .{substrate.Zone}. ", StringComparison.Ordinal))
            .ShouldBe(!substrate.Aliases.IsEmpty, "pods do not ask again for what an alias names");
        lines.ShouldContain($"forward . {servers} {{", $"the cache does not ask the substrate's own servers for {substrate.Zone}");
        lines.ShouldContain($"bind {tree.Settings[NodeLocalDnsNames.BindVariable]}", "it would answer on every address of the node");
        lines.ShouldContain(line => line.StartsWith("serve_stale ", StringComparison.Ordinal), "no name outlives the substrate's servers");
        Find(tree, "DaemonSet", NodeLocalDnsNames.Name).Map("spec.template.metadata.annotations").Values
            .ShouldContain(text => text.Contains(servers),
                "other servers of the substrate do not reach a cache that runs");
    }

    [StaticCheck("NodeLocal.9", "the component's rules in both policy APIs, tried with the cache, its other ports and another address")]
    public static void AllowedOut(RenderedCluster tree)
    {
        var redirected = NodeLocalDnsSettings.WayIn(tree.Definition) == NodeLocalDnsWay.LocalRedirect;
        Destination[] caches = redirected ? [new Destination(NodeLocalDnsNames.Namespace, Find(tree, "DaemonSet", NodeLocalDnsNames.Name)
                .Map("spec.template.metadata.labels"))]
            : [.. tree.Settings[NodeLocalDnsNames.AddressesVariable].Split(',').Select(IPAddress.Parse).Select(Destination.Node)];
        foreach (var policy in tree.AllowDns)
        {
            foreach (var cache in caches)
            {
                var name = $"{policy.Kind}: the cache{(cache.OnNode is null ? "" : $" at {cache.OnNode}")}";
                EgressDecision.Allows(policy, cache, "UDP", 53).ShouldBeTrue($"{name} is out of reach over UDP");
                EgressDecision.Allows(policy, cache, "TCP", 53).ShouldBeTrue($"{name} is out of reach over TCP");
                EgressDecision.Allows(policy, cache, "TCP", NodeLocalDnsNames.MetricsPort).ShouldBeFalse($"{name} is open on other ports");
            }
        }

        EgressDecision.Allows(tree.AllowDns[1], Destination.Node(IPAddress.Parse("192.0.2.53")), "UDP", 53)
            .ShouldBeFalse("NetworkPolicy: the workload reaches any address on port 53, a tunnel out");
    }

    /// <summary>The zones that CoreDNS forwards to the substrate; empty without one.</summary>
    private static IReadOnlyList<string> SubstrateZones(RenderedCluster tree) => tree.Definition.Substrate is not { } substrate ? []
        : [.. tree.Values.Parts("servers").Select(server => server.Parts("zones").Select(zone => zone.Text("zone")!.TrimEnd('.')).ToList())
            .Single(zones => zones.Contains(substrate.Zone.Text)).Select(zone => $"{zone}:53")];

    /// <summary>The server blocks of the cache: zones and lines.</summary>
    private static IEnumerable<(IReadOnlyList<string> Zones, IReadOnlyList<string> Lines)> Servers(RenderedCluster tree) =>
        Corefile(tree.NodeLocalDns, Container(tree.NodeLocalDns, 0)).Split("\n}\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(lines => lines.Length > 0)
            .Select(lines => ((IReadOnlyList<string>)lines[0].TrimEnd(' ', '{').Split(' '), Lines(lines.Skip(1))));

    private static IReadOnlyList<string> Lines(string text) => Lines(text.Split('\n'));

    private static IReadOnlyList<string> Lines(IEnumerable<string> lines) => [.. lines.Select(line => line.Trim())];

    /// <summary>The Corefile of the container: each container may use another file of the ConfigMap.</summary>
    private static string Corefile(IEnumerable<Resource> layer, Resource container) =>
        Files(layer).Map("data").TryGetValue(FileOf(container), out var text) ? text
            : throw new MissingException($"the ConfigMap has no {FileOf(container)}, which a container reads");

    private static string FileOf(Resource container) => Path.GetFileName(Argument(container, "-basecorefile"));

    private static Resource Files(IEnumerable<Resource> layer) => layer.Single(resource => resource.Kind == "ConfigMap");

    private static Resource Container(IEnumerable<Resource> layer, int index) =>
        layer.Single(resource => resource.Kind == "DaemonSet").Parts("spec.template.spec.containers")[index];

    private static string Argument(Resource container, string name) =>
        After(container.Texts("args"), name) ?? throw new MissingException($"the cache has no argument {name}");

    private static string? After(IEnumerable<string> arguments, string name) =>
        arguments.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();

    private static Resource Find(RenderedCluster tree, string kind, string name) =>
        tree.NodeLocalDns.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"{kind} {name} does not exist");

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("caches on nodes without a taint alone", "NodeLocal.1", "nodes with a taint", tree =>
            Daemon(tree, "spec.template.spec.tolerations", new JsonArray())),
        new("a cache in the network of its pod", "NodeLocal.1", "on an interface of the pod", tree =>
            Daemon(tree, "spec.template.spec.hostNetwork", false)),
        new("a cache beside the Service's address", "NodeLocal.1", "go past the cache", tree =>
            Daemon(tree, "spec.template.spec.containers[0].args[1]", "169.254.20.11")),
        new("a stop without a second interface", "NodeLocal.1", "takes its addresses off the node", tree =>
            Daemon(tree, "spec.template.spec.containers[0].lifecycle", null)) { Definition = OnServiceAddress },
        new("a second interface that the cache deletes", "NodeLocal.1", "deletes that interface itself", tree =>
            Daemon(tree, "spec.template.spec.containers[0].lifecycle.preStop.exec.command[4]", "nodelocaldns"))
            { Definition = OnServiceAddress },
        new("the cache's own address first", "NodeLocal.1", "have no way", tree =>
            Daemon(tree, "spec.template.spec.containers[0].args[1]", "169.254.20.10,10.245.0.10")) { Definition = OnServiceAddress },
        new("rules that stay at the Service's address", "NodeLocal.1", "nobody would answer", tree =>
            tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").At("spec.template.spec.containers[0].args")!.AsArray()
                .Add("-skipteardown=true")) { Definition = OnServiceAddress },
        new("one cache after the other on its own address", "NodeLocal.1", "no DNS until the next cache runs", tree =>
            Daemon(tree, "spec.updateStrategy.rollingUpdate", new JsonObject { ["maxUnavailable"] = 1 })),
        new("a cache that takes the address of the next one", "NodeLocal.1", "takes the address of the newer one", tree =>
            tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").At("spec.template.spec.containers[0].args")!.AsArray()
                .RemoveAll(argument => (string?)argument == "-skipteardown=true")),
        new("a cache that stops at once behind the redirect", "NodeLocal.1", "before Cilium has taken the redirect away", tree =>
            Daemon(tree, "spec.template.spec.containers[0].lifecycle", null)) { Definition = BehindRedirect },
        new("a cache that is ready until it is gone", "NodeLocal.1", "stays ready", tree =>
            tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").At("spec.template.spec.containers")!.AsArray()
                .RemoveAt(1)) { Definition = BehindRedirect },
        new("a probe of the second container that hangs too long", "NodeLocal.1", "before Cilium has taken the redirect away", tree =>
            Daemon(tree, "spec.template.spec.containers[1].readinessProbe.timeoutSeconds", 5)) { Definition = BehindRedirect },
        new("a second container that listens elsewhere", "NodeLocal.1", "nothing answers the probe", tree =>
            Corefile(tree, $"health :{NodeLocalDnsNames.ReadinessPort}", $"health :{NodeLocalDnsNames.HealthPort}", container: 1))
            { Definition = BehindRedirect },
        new("the cache asks over UDP", "NodeLocal.3", "over UDP", tree => Corefile(tree, "force_tcp", "")),
        new("the cache behind the redirect asks over UDP", "NodeLocal.3", "over UDP", tree => Corefile(tree, "force_tcp", ""))
            { Definition = BehindRedirect },
        new("the cache asks nobody", "NodeLocal.3", "has nobody to ask", tree =>
            JsonPath.Set(
                tree.NodeLocalDns.Single(resource => resource.Kind == "Service" && resource.Name == NodeLocalDnsNames.UpstreamService)
                    .Document,
                "spec.selector", new JsonObject { ["k8s-app"] = "other" })),
        new("the substrate's names by way of CoreDNS", "NodeLocal.8", "does not ask the substrate's own servers", tree =>
            Corefile(tree, "forward . ${SUBSTRATE_SERVERS} {", $"forward . {CoreDnsWord} {{\n        force_tcp")),
        new("allow-dns for CoreDNS's pods alone", "NodeLocal.9", "NetworkPolicy: the cache at 10.245.0.10 is out of reach", tree =>
            JsonPath.Set(tree.AllowDns[1].Document, "spec.egress[0].to", new JsonArray(tree.AllowDns[1].At("spec.egress[0].to[0]")!
                .DeepClone()))) { Definition = OnServiceAddress },
        new("allow-dns without the node of the pod", "NodeLocal.9", "CiliumNetworkPolicy: the cache at 10.245.0.10 is out of reach",
            tree => tree.AllowDns[0].At("spec.egress")!.AsArray().RemoveAt(1)) { Definition = OnServiceAddress },
        new("allow-dns to every address", "NodeLocal.9", "a tunnel out", tree =>
            JsonPath.Set(tree.AllowDns[1].Document, "spec.egress[0].to[1].ipBlock.cidr", "0.0.0.0/0")),
        new("caches that keep the former servers", "NodeLocal.8", "do not reach a cache that runs", tree =>
            Daemon(tree, "spec.template.metadata.annotations", new JsonObject())),
    ];

    private static void Daemon(SabotagedTree tree, string path, JsonNode? value) =>
        JsonPath.Set(tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").Document, path, value);

    private static void Corefile(SabotagedTree tree, string text, string instead, int container = 0)
    {
        var file = FileOf(Container(tree.NodeLocalDns, container));
        var data = Files(tree.NodeLocalDns).Document["data"]!.AsObject();
        data[file] = ((string)data[file]!).Replace(text, instead);
    }
}
