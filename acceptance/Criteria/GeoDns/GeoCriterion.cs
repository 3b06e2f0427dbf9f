using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

[Criterion("Geo", "With geographic routing, clients outside get the addresses of the region that suits them and that is up",
    SwitchesOn = Feature.GeoRouting)]
[Check("Geo.1", "Clients outside may ask, and keep their address", "UDP and TCP from everywhere, from the client's own address",
    Command = "dig @<address of the Service> <name> +subnet=<network of the client>")]
[Check("Geo.2", "Each client gets the answer of its region", "another answer in each view, and no name outside of the zone",
    Command = "kubectl --context {context} -n kube-system get deployment geo-dns -o wide")]
[Check("Geo.3", "The writer has its own narrow rights, and the server none", "Services to read, one ConfigMap and one Lease to write",
    Command = "kubectl --context {context} -n kube-system get roles,clusterroles -o yaml")]
[Check("Geo.4", "A region that dies leaves the answers within 10 s and comes back", "at most 10 s, without the TTL of the answer",
    Command = "dig @<address of the Service> <name>, once a second")]
[Check("Geo.5", "Clients reach the servers' port 53 and no other one", "no connection from a workload to metrics, health and readiness",
    Needs = Feature.NetworkPolicy,
    Command = TypedCommands.FromWorkload + "nc -zv -w 2 <pod-ip> 8080")]
public static class GeoCriterion
{
    private const string Pod = "spec.template.spec";

    internal static readonly int[] Scraped = [GeoDnsNames.ServerMetricsPort, GeoDnsNames.WriterPort];
    internal static readonly int[] OwnPorts = [.. Scraped, GeoDnsNames.HealthPort, GeoDnsNames.ReadyPort];

    [StaticCheck("Geo.5", "the policies of its layer, tried with the monitoring, a workload and the world")]
    public static void OwnPortsClosed(RenderedCluster tree)
    {
        var labels = Find(tree, "Deployment", GeoDnsNames.Name).Map("spec.template.metadata.labels");
        foreach (var port in OwnPorts)
        {
            Allows(Source.Workload, port).ShouldBeFalse($"any workload reaches port {port}");
            Allows(Source.World, port).ShouldBeFalse($"the world reaches port {port}");
        }

        foreach (var port in Scraped)
        {
            Allows(Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"]), port)
                .ShouldBeTrue($"the monitoring cannot scrape port {port}");
        }

        bool Allows(Source source, int port) => IngressDecision.Allows(tree.GeoDns, labels, source, "TCP", port);
    }

    [StaticCheck("Geo.4", "the way out of its pods, tried with a pod behind a load balancer of the cluster")]
    public static void ReachesItsOwnRegion(RenderedCluster tree)
    {
        // kube-proxy, and Cilium instead of it, translate the load balancer's address to the pod's before the policy.
        var @namespace = tree.Definition.Of<GeoDnsSettings>()!.Namespaces.Select(name => name.Text).FirstOrDefault("some-workload");
        var pod = new Destination(@namespace, new Dictionary<string, string> { ["app"] = "shop" });
        foreach (var policy in tree.GeoDns.Where(resource => resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal)))
        {
            EgressDecision.Allows(policy, pod, "TCP", 8443).ShouldBeTrue($"{policy.Kind}: the cluster takes its own region for dead");
        }
    }

    [StaticCheck("Geo.1", "the Service, and the policy of its pods")]
    public static void Open(RenderedCluster tree)
    {
        var service = Find(tree, "Service", GeoDnsNames.Name);
        service.Parts("spec.ports").Select(port => $"{port.Text("protocol")} {port.Number("port")}")
            .ShouldBe(["UDP 53", "TCP 53"], ignoreOrder: true, "a way of asking is missing");
        if (service.Text("spec.type") != "ClusterIP")
        {
            service.Text("spec.externalTrafficPolicy").ShouldBe("Local", "a node would put its address in the client's place");
        }

        if (tree.Definition.Second is not null)
        {
            service.Text("spec.ipFamilyPolicy").ShouldBe("PreferDualStack", "clients of the second family cannot ask");
        }

        Selectors.Matches(service.Map("spec.selector"), Find(tree, "Deployment", GeoDnsNames.Name).Map("spec.template.metadata.labels"))
            .ShouldBeTrue("nobody answers behind the Service");
        foreach (var policy in tree.GeoDns.Where(resource => resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal)))
        {
            policy.Parts("spec.ingress").ShouldContain(
                rule => Everybody(rule) && rule.Document.ToJsonString().Contains("53"),
                "the policy keeps clients out");
        }
    }

    [StaticCheck("Geo.2", "the Corefile, and the folder that it shares with the writer of the zones")]
    public static void Views(RenderedCluster tree)
    {
        var settings = tree.Definition.Of<GeoDnsSettings>()!;
        var lines = Config(tree).Map("data")[GeoDnsNames.Corefile].Split('\n').Select(line => line.Trim()).ToList();
        var zones = lines.Where(line => line.StartsWith("file ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToList();
        zones.Distinct().ShouldBe(
            settings.Regions.Where(region => region.Networks.Length + region.Countries.Length + region.Continents.Length > 0)
                .Select(region => region.Name.Text).Append(GeoDnsNames.DefaultView)
                .Select(view => $"{GeoDnsNames.ZonesFolder}/{view}.zone"),
            ignoreOrder: true, "a region has no answers of its own");
        lines.Count(line => line.StartsWith("view ", StringComparison.Ordinal))
            .ShouldBe(zones.Count - 1, "only the last answers are for everybody else");
        lines.Where(line => line.EndsWith($":{GeoDnsNames.DnsPort} {{", StringComparison.Ordinal))
            .ShouldAllBe(line => line == $"{settings.Zone}:{GeoDnsNames.DnsPort} {{", "it answers outside of its zone");
        lines.ShouldNotContain(line => line.StartsWith("forward ", StringComparison.Ordinal), "it resolves for everybody");
        lines.Count(line => line == "reload 1s").ShouldBe(2 * zones.Count, "a dead region stays in the answers");
        foreach (var container in Find(tree, "Deployment", GeoDnsNames.Name).Parts($"{Pod}.containers"))
        {
            container.Parts("volumeMounts").Select(mount => mount.Text("mountPath"))
                .ShouldContain(GeoDnsNames.ZonesFolder, $"{container.Text("name")} has another folder");
        }
    }

    [StaticCheck("Geo.3", "the roles of the ServiceAccount, and who of the pod has its token")]
    public static void Rights(RenderedCluster tree)
    {
        var zones = tree.GeoDns.Single(resource => resource.Kind == "Lease").Name;
        tree.GeoDns.ShouldContain(resource => resource.Kind == "ConfigMap" && resource.Name == zones, "the zones have no ConfigMap");
        Config(tree).Map("data")[GeoDnsNames.WriterConfig]
            .ShouldContain($"zones: {zones}\n", Case.Sensitive, "the writer writes elsewhere");
        var rules = tree.GeoDns.Where(resource => resource.Kind is "Role" or "ClusterRole").SelectMany(role => role.Parts("rules"))
            .Select(rule => string.Join(' ', new[] { "resources", "verbs", "resourceNames" }
                .Select(part => string.Join(',', rule.Texts(part))).Where(part => part.Length > 0)));
        rules.Distinct().ShouldBe(
            [$"configmaps get,list,watch,patch {zones}", $"leases get,patch {zones}", "services list,watch", "events create"],
            ignoreOrder: true, "other rights than it needs");
        var pod = Find(tree, "Deployment", GeoDnsNames.Name);
        pod.Flag($"{Pod}.automountServiceAccountToken").ShouldBe(false, "every container has the token");
        pod.Parts($"{Pod}.containers").Where(container => container.Parts("volumeMounts").Any(mount => mount.Text("name") == "token"))
            .Select(container => container.Text("name")).ShouldBe([GeoDnsNames.Writer], "the server that clients ask has the token");
    }

    private static bool Everybody(Resource rule) => rule.Parts("from").Count == 0 && rule.Parts("fromEndpoints").Count == 0
        && (rule.Texts("fromEntities").Count == 0 || rule.Texts("fromEntities").Contains("all"));

    private static Resource Config(RenderedCluster tree) =>
        tree.GeoDns.FirstOrDefault(resource => resource.Kind == "ConfigMap" && resource.Map("data").ContainsKey(GeoDnsNames.Corefile))
        ?? throw new MissingException("no ConfigMap has a Corefile");

    private static Resource Find(RenderedCluster tree, string kind, string name) =>
        tree.GeoDns.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"{kind} {name} does not exist");

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("nodes put their address in the client's place", "Geo.1", "in the client's place", tree =>
            Set(tree, "Service", "spec.externalTrafficPolicy", "Cluster")),
        new("clients outside are kept out", "Geo.1", "keeps clients out", tree =>
            tree.GeoDns.Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(0)),
        new("every port for everybody", "Geo.5", "any workload reaches port", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress[0]")!.AsObject().Remove("toPorts")),
        new("the monitoring is shut out of geographic routing", "Geo.5", "cannot scrape", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(1)),
        new("the writer is kept from pods", "Geo.4", "its own region for dead", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.egress")!.AsArray().RemoveAt(1)),
        new("no TCP", "Geo.1", "a way of asking", tree =>
            Find(tree, "Service").At("spec.ports")!.AsArray().RemoveAt(1)),
        new("one answer for all clients", "Geo.2", "for everybody else", tree =>
            Corefile(tree, text => text.Replace("view near", "# near"))),
        new("a resolver for everybody", "Geo.2", "resolves for everybody", tree =>
            Corefile(tree, text => text.Replace("minimal", "forward . 1.1.1.1"))),
        new("zones that are read once a minute", "Geo.2", "stays in the answers", tree =>
            Corefile(tree, text => text.Replace("reload 1s", "reload 1m"))),
        new("the writer may read Secrets", "Geo.3", "other rights", tree =>
            tree.GeoDns.Single(resource => resource.Kind == "ClusterRole").At("rules[0].resources")!.AsArray().Add("secrets")),
        new("the server has the token", "Geo.3", "that clients ask has the token", tree =>
            Find(tree, "Deployment").At("spec.template.spec.containers[0].volumeMounts")!.AsArray()
                .Add(new JsonObject { ["name"] = "token", ["mountPath"] = "/token" })),
    ];

    private static Resource Find(SabotagedTree tree, string kind) =>
        tree.GeoDns.Single(resource => resource.Kind == kind && resource.Name == GeoDnsNames.Name);

    private static void Set(SabotagedTree tree, string kind, string path, JsonNode value) =>
        JsonPath.Set(Find(tree, kind).Document, path, value);

    private static void Corefile(SabotagedTree tree, Func<string, string> change)
    {
        var data = tree.GeoDns.Single(resource => resource.Kind == "ConfigMap" && resource.Map("data").Count > 0).Document["data"]!;
        data[GeoDnsNames.Corefile] = change((string)data[GeoDnsNames.Corefile]!);
    }
}
