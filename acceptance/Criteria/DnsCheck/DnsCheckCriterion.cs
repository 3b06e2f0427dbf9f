using PlatformGitOps.Generator.Apps.DnsCheck;

namespace PlatformGitOps.Acceptance.Criteria.DnsCheck;

/// <summary>Static checks use a tree with the check enabled.</summary>
[Criterion("DnsCheck", "With dnsCheck, Flux calls a delivery done only when names resolve on every node", SwitchesOn = Feature.DnsCheck)]
[Check("DnsCheck.1", "A pod on every node asks the cluster's DNS", "as many ready pods as nodes",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=dns-check -o wide")]
[Check("DnsCheck.2", "It asks for the names of the definition by their full name", "{DNS_CHECK_NAMES}",
    Command = "kubectl --context {context} -n kube-system exec daemonset/dns-check -- nslookup kubernetes.default.svc.{CLUSTER_DOMAIN}.")]
[Check("DnsCheck.3", "Without DNS no node is ready, and with DNS each is again", "0 ready pods, then as many as nodes",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=dns-check -o wide")]
[Check("DnsCheck.4", "A delivery that changes CoreDNS replaces the pods, and Flux waits for them", "another revision of the DaemonSet",
    Command = "kubectl --context {context} -n kube-system get daemonset dns-check -o yaml | grep delivered")]
public static class DnsCheckCriterion
{
    private const string Pod = "spec.template.spec";
    private const string Probe = "readinessProbe.exec.command";

    [StaticCheck("DnsCheck.1", "tolerations, network, resolver and image of the DaemonSet")]
    public static void OnEveryNode(RenderedCluster tree)
    {
        var pod = Daemons(tree).Part(Pod)!;
        pod.Parts("tolerations").ShouldContain(entry => entry.Text("operator") == "Exists" && entry.Text("key") == null
            && entry.Text("effect") == null, "nodes with a taint do not ask");
        pod.Map("nodeSelector").ShouldBe(new Dictionary<string, string> { ["kubernetes.io/os"] = "linux" }, "only some nodes ask");
        pod.Text("dnsPolicy").ShouldBeOneOf([null, "ClusterFirst"], "it asks another DNS than workloads do");
        pod.Flag("hostNetwork").ShouldNotBe(true, "it asks in another way than workloads do");
        Container(tree).Text("image").ShouldBe(tree.Settings[DnsCheckNames.ImageVariable], "not the image of the cluster's settings");
    }

    [StaticCheck("DnsCheck.2", "the command of the readiness probe, after substitution")]
    public static void Names(RenderedCluster tree)
    {
        var wanted = Wanted(tree.Definition);
        var words = string.Join(' ', Container(tree).Texts(Probe)).Split(' ');
        words.Where(word => word.EndsWith('.')).ShouldBe(wanted, "other names than the definition's");
        words.ShouldContain(
            $"-type={(tree.Definition.Services.Family == AddressFamily.InterNetwork ? "a" : "aaaa")}",
            "an address of the other family would do");
    }

    [StaticCheck("DnsCheck.3", "period and time limit of the readiness probe")]
    public static void Ready(RenderedCluster tree)
    {
        var probe = Container(tree).Part("readinessProbe")!;
        probe.Number("timeoutSeconds").ShouldNotBeNull().ShouldBeLessThanOrEqualTo(probe.Number("periodSeconds")!.Value);
        (probe.Number("periodSeconds") * probe.Number("failureThreshold")).ShouldNotBeNull()
            .ShouldBeLessThanOrEqualTo(Unready, "a node without DNS stays ready for long");
    }

    [StaticCheck("DnsCheck.4",
        "what the Flux Kustomization waits for, and the annotations of the pods here and with one replica of CoreDNS more")]
    public static void Replaced(RenderedCluster tree)
    {
        var flux = tree.Flux.Single(resource => resource.Name == $"cluster-{tree.Role}-{DnsCheckNames.Name}");
        flux.Parts("spec.dependsOn").Select(dependency => dependency.Text("name"))
            .ShouldContain($"cluster-{tree.Role}-coredns", "it does not ask the CoreDNS that is delivered");
        flux.Flag("spec.wait").ShouldBe(true, "Flux does not wait for the pods");
        var changed = RenderedCluster.From(DefinedTree.Generated(OneMore(tree.Defined.Platform), null), tree.Role);
        var (here, there) = (Revision(tree), Revision(changed));
        here.Keys.ShouldBe([DnsCheckNames.DeliveredAnnotation, DnsCheckNames.DeliveredBaseAnnotation], ignoreOrder: true,
            "the pods do not say what was delivered");
        here.ShouldNotBe(there, "the pods that asked the CoreDNS before stay");
    }

    /// <summary>The names that a cluster's nodes query, with the trailing dot.</summary>
    private static List<string> Wanted(Cluster cluster) =>
    [
        $"kubernetes.default.svc.{cluster.Domain}.", .. cluster.Of<DnsCheckSettings>()!.Names.Select(name => $"{name}."),
    ];

    private static Platform OneMore(Platform platform) =>
        platform.InEachCluster(cluster => cluster with { Dns = cluster.Dns with { Replicas = cluster.Dns.Replicas + 1 } });

    private static IReadOnlyDictionary<string, string> Revision(RenderedCluster tree) =>
        Daemons(tree).Map("spec.template.metadata.annotations");

    private static Resource Container(RenderedCluster tree) => Daemons(tree).Parts($"{Pod}.containers").Single();

    private static Resource Daemons(RenderedCluster tree) =>
        tree.DnsCheck.FirstOrDefault(resource => resource.Kind == "DaemonSet" && resource.Name == DnsCheckNames.Name)
        ?? throw new MissingException($"DaemonSet {DnsCheckNames.Name} does not exist");

    /// <summary>The number of seconds after which a node without DNS is not ready.</summary>
    private const int Unready = 30;

    [LiveCheck("DnsCheck.1", "the status of the DaemonSet, and the number of nodes", Disruptive = true)]
    public static async Task OnEveryNode(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
    }

    [LiveCheck("DnsCheck.2", "what the command of the readiness probe prints in each pod", Disruptive = true)]
    public static async Task Names(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
        var command = (await cluster.Require(ProvenCluster.DaemonSet, cancellationToken))
            .Texts($"{Pod}.containers[0].{Probe}");
        foreach (var pod in await ProvenCluster.Pods(cluster, cancellationToken))
        {
            var answer = await cluster.Api.Exec(pod.Namespace!, pod.Name, null, command, cancellationToken);
            EvidenceLog.Observed($"{pod.Text("spec.nodeName")}: {answer.Output}");
            foreach (var name in Wanted(cluster.Tree.Definition))
            {
                answer.Output.ShouldContain(name.TrimEnd('.'), Case.Sensitive, $"{pod.Name} does not ask for it");
            }
        }
    }

    [LiveCheck("DnsCheck.3",
        "the status of the DaemonSet while no CoreDNS runs, and after; where each node has a cache, its pods stay ready",
        Disruptive = true)]
    public static async Task Ready(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await ProvenCluster.Of(live, cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
        // The probe's time limit, and the time until the kubelet and the API server report it.
        var limit = TimeSpan.FromSeconds(2 * Unready);
        await Outage.While(
            cluster,
            // A cache on the node answers from its content for an hour: names resolve for its pods, so the node is ready.
            token => cluster.Tree.NodeLocalDns.Count > 0
                ? Throughout.For(limit, inner => AllReady(cluster, inner), "the caches answer in place of CoreDNS", token)
                : Eventually.Within(
                    limit,
                    async inner => (await cluster.Require(ProvenCluster.DaemonSet, inner)).Number("status.numberReady")
                        .ShouldBe(0, "nodes that are ready without DNS"),
                    "no node is ready without DNS",
                    token),
            cancellationToken);
        await ProvenCluster.Resolves(cluster, cancellationToken);
    }

    private static async Task AllReady(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var daemons = await cluster.Require(ProvenCluster.DaemonSet, cancellationToken);
        daemons.Number("status.numberReady").ShouldBe(daemons.Number("status.desiredNumberScheduled"), "nodes on which the names resolve");
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("nodes without a taint alone ask", "DnsCheck.1", "nodes with a taint", tree =>
            Change(tree, $"{Pod}.tolerations", new JsonArray())),
        new("the pods ask the node's resolver", "DnsCheck.1", "another DNS than workloads", tree =>
            Change(tree, $"{Pod}.dnsPolicy", "Default")),
        new("another name than the definition's", "DnsCheck.2", "other names than the definition's", tree =>
            Change(tree, $"{Pod}.containers[0].{Probe}[2]", "echo localhost. | xargs -n 1 nslookup -type=${DNS_CHECK_TYPE}")),
        new("a node without DNS stays ready for minutes", "DnsCheck.3", "stays ready for long", tree =>
            Change(tree, $"{Pod}.containers[0].readinessProbe.failureThreshold", 30)),
        new("the pods do not say what was delivered", "DnsCheck.4", "do not say what was delivered", tree =>
            Change(tree, "spec.template.metadata.annotations", new JsonObject())),
        new("Flux does not wait for the check", "DnsCheck.4", "Flux does not wait", tree =>
            JsonPath.Set(tree.Flux.Single(resource => resource.Name.EndsWith($"-{DnsCheckNames.Name}", StringComparison.Ordinal)).Document,
                "spec.wait", false)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Restored("a name that does not exist", "DnsCheck.2", "nodes on which the names resolve", daemons =>
            JsonPath.Set(daemons, $"{Pod}.containers[0].{Probe}[2]", "nslookup nobody.invalid.")),
        Restored("a node does not ask", "DnsCheck.1", "nodes that ask", daemons =>
            JsonPath.Set(daemons, $"{Pod}.nodeSelector", new JsonObject { ["acceptance.platform-gitops.io/nowhere"] = "true" })),
    ];

    private static LiveSabotage Restored(string name, string check, string expectedMessage, Action<JsonObject> change) =>
        LiveSabotage.Restoring(
            name, check, expectedMessage,
            (cluster, token) => cluster.Require(ProvenCluster.DaemonSet, token),
            (cluster, before, token) =>
            {
                var changed = before.Copy();
                change(changed.Document);
                return cluster.Api.Patch(ProvenCluster.DaemonSet, JsonPath.Patch(Pod, changed.At(Pod)!.DeepClone()), token);
            },
            async (cluster, before, token) =>
            {
                var spec = before.At(Pod)!.DeepClone().AsObject();
                // A merge patch removes fields with the value null.
                spec.TryAdd("nodeSelector", null);
                await cluster.Api.Patch(ProvenCluster.DaemonSet, JsonPath.Patch(Pod, spec), token);
                await ProvenCluster.Resolves(cluster, token);
            });

    private static void Change(SabotagedTree tree, string path, JsonNode? value) =>
        JsonPath.Set(tree.DnsCheck.Single(resource => resource.Kind == "DaemonSet").Document, path, value);
}
