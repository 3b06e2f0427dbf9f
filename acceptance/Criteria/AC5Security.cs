using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC5",
    "Pods run without root, without a writable root and with no capability but the one the image needs; policies let DNS in and " +
        "nothing else")]
[Check("AC5.1", "Pod runs as non-root", "runAsNonRoot: true, and the process has uid {user}",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep runAsNonRoot")]
[Check("AC5.2", "Read-only root filesystem", "readOnlyRootFilesystem: true, and the root is mounted ro",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep readOnlyRootFilesystem")]
[Check("AC5.3", "Capabilities dropped", "drop: [ALL], add: [NET_BIND_SERVICE]",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o yaml | grep -A 4 capabilities")]
[Check("AC5.4", "System calls are filtered", "seccompProfile RuntimeDefault, and seccomp mode 2 of the process",
    Command = "kubectl --context {context} -n kube-system get pod -l k8s-app=kube-dns -o jsonpath={.items[0].spec.securityContext}")]
[Check("AC5.5", "The pod has a ServiceAccount of its own", "serviceAccountName: coredns",
    Command = "kubectl --context {context} -n kube-system get deployment coredns -o jsonpath={.spec.template.spec.serviceAccountName}")]
[Check("AC5.6", "DNS traffic allowed", "Resolution succeeds from a workload namespace",
    Command = TypedCommands.FromWorkload + "nslookup kubernetes.default",
    Needs = Feature.NetworkPolicy)]
[Check("AC5.7", "Network policy blocks other sources and ports", "no connection, except metrics for the monitoring and probes for the node",
    Command = TypedCommands.FromWorkload + "nc -zv -w 2 <pod-ip> 8080",
    Needs = Feature.NetworkPolicy)]
[Check("AC5.8", "{policy} exists", "Policy allow-dns present in namespaces that include it, for DNS alone",
    Command = "kubectl --context {context} get {policies} -A | grep allow-dns")]
public static partial class AC5Security
{
    [StaticCheck("AC5.1", "runAsNonRoot with a user number, which the kubelet needs because the image only names its user")]
    public static void NonRoot(RenderedCluster tree)
    {
        Effective(tree, "runAsNonRoot").ShouldBe("true");
        var user = User(tree);
        user.ShouldNotBeNull("the kubelet refuses runAsNonRoot for a user without a number");
        user.ShouldNotBe("0", "the pod runs as root");
    }

    [StaticCheck("AC5.2", "readOnlyRootFilesystem of the release")]
    public static void ReadOnlyRoot(RenderedCluster tree) =>
        tree.Values.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, "the root filesystem can be written to");

    [StaticCheck("AC5.3", "capabilities and allowPrivilegeEscalation: NET_BIND_SERVICE stays, or the binary cannot be executed at all")]
    public static void Capabilities(RenderedCluster tree)
    {
        tree.Values.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], "capabilities are kept that DNS does not need");
        tree.Values.Texts("securityContext.capabilities.add").ShouldBe(
            ["NET_BIND_SERVICE"],
                "the published binary has this file capability: without it in the bounding set exec fails, and more is not needed");
        tree.Values.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, "a process could gain privileges");
    }

    [StaticCheck("AC5.4", "the seccomp profile RuntimeDefault")]
    public static void Seccomp(RenderedCluster tree) =>
        Effective(tree, "seccompProfile.type").ShouldBe("RuntimeDefault", "system calls are not filtered");

    [StaticCheck("AC5.5", "serviceAccount of the release: a name of its own, and that the chart creates it")]
    public static void Account(RenderedCluster tree)
    {
        var account = tree.Values.Text("serviceAccount.name") ?? "default";
        account.ShouldNotBe("default", "every pod of the namespace would get the right to list all Services");
        tree.Values.Flag("serviceAccount.create").ShouldBe(true, $"the chart does not create the ServiceAccount {account}");
    }

    [StaticCheck("AC5.6", "the ingress policies of the DNS pods, tried with a workload's query over UDP and TCP")]
    public static void DnsAllowed(RenderedCluster tree)
    {
        Ingress(tree, Source.Workload, "UDP", 53).ShouldBeTrue("a workload's UDP query is blocked");
        Ingress(tree, Source.Workload, "TCP", 53).ShouldBeTrue("a workload's TCP query is blocked");
    }

    [StaticCheck("AC5.7", "the same policies, tried with other sources and ports: metrics are for the monitoring, probes for the node")]
    public static void OthersBlocked(RenderedCluster tree)
    {
        Ingress(tree, Source.World, "UDP", 53).ShouldBeFalse("anyone outside the cluster can query it: an open resolver");
        Ingress(tree, Source.Workload, "TCP", 9153).ShouldBeFalse("any workload may read the metrics");
        Ingress(tree, Source.Workload, "TCP", 8080).ShouldBeFalse("any workload may reach the health endpoint");
        Ingress(tree, Source.Workload, "TCP", 8181).ShouldBeFalse("any workload may reach the ready endpoint");
        Ingress(tree, Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"]), "TCP", 9153).ShouldBeTrue("the monitoring cannot scrape");
    }

    [StaticCheck("AC5.8", "the component's rules in both policy APIs, tried with the DNS pods, with their other ports and with other pods")]
    public static void WorkloadAsks(RenderedCluster tree)
    {
        var dns = new Destination("kube-system", tree.PodLabels);
        var other = new Destination("some-workload", tree.PodLabels);
        tree.AllowDns.Select(policy => policy.Kind)
            .ShouldBe(["CiliumNetworkPolicy", "NetworkPolicy"], "the component has to exist in both policy APIs");
        foreach (var policy in tree.AllowDns)
        {
            EgressDecision.Allows(policy, dns, "UDP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot query over UDP");
            EgressDecision.Allows(policy, dns, "TCP", 53).ShouldBeTrue($"{policy.Kind}: the workload cannot query over TCP");
            EgressDecision.Allows(policy, dns, "TCP", 9153)
                .ShouldBeFalse($"{policy.Kind}: the workload reaches other ports of the DNS pods");
            EgressDecision.Allows(policy, other, "UDP", 53)
                .ShouldBeFalse($"{policy.Kind}: the workload reaches any pod on port 53, a tunnel out");
        }

        EgressDecision.Isolates(tree.AllowDns[0]).ShouldBeFalse("the component cuts the workload off from everything but DNS");
    }

    private static bool Ingress(RenderedCluster tree, Source source, string protocol, int port) =>
        IngressDecision.Allows(tree.Delivered, tree.PodLabels, source, protocol, port);

    internal static string? User(RenderedCluster tree) => Effective(tree, "runAsUser");

    private static string? Effective(RenderedCluster tree, string field) =>
        tree.Values.Text($"securityContext.{field}") ?? tree.Values.Text($"podSecurityContext.{field}");

    private const string NeverReady = "a pod that may list nothing runs beside the others, is scraped and queried, and never becomes ready";
    private const string ShutOut = "queries the DNS pods from a workload or from the monitoring, which the policy blocks";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("root", "AC5.1", "runs as root", tree => tree.Value("podSecurityContext.runAsUser", 0)),
        new("non-root without a number", "AC5.1", "the kubelet refuses", tree => tree.Value("podSecurityContext.runAsUser", null)),
        new("a writable root filesystem", "AC5.2", "can be written to",
            tree => tree.Value("securityContext.readOnlyRootFilesystem", false)),
        new("NET_BIND_SERVICE dropped, as the story asks", "AC5.3", "exec fails",
            tree => tree.Value("securityContext.capabilities.add", new JsonArray())),
        new("one capability more", "AC5.3", "more is not needed",
            tree => tree.Value("securityContext.capabilities.add", new JsonArray("NET_BIND_SERVICE", "NET_ADMIN"))),
        new("nothing dropped", "AC5.3", "capabilities are kept", tree => tree.Value("securityContext.capabilities.drop", new JsonArray())),
        new("privilege escalation allowed", "AC5.3", "gain privileges",
            tree => tree.Value("securityContext.allowPrivilegeEscalation", true)),
        new("no seccomp profile", "AC5.4", "not filtered", tree => tree.Value("podSecurityContext.seccompProfile", null)),
        new("the namespace's default account", "AC5.5", "every pod of the namespace", tree => tree.Value("serviceAccount", null)),
        new("an account that the chart does not create", "AC5.5", "does not create", tree => tree.Value("serviceAccount.create", false)),
        new("policy that blocks workloads", "AC5.6", "UDP query is blocked", tree => Ingress(tree).RemoveAt(0)),
        new("policy that lets UDP in and forgets TCP", "AC5.6", "TCP query is blocked",
            tree => Ingress(tree)[0]!["toPorts"]![0]!["ports"]![0]!["protocol"] = "UDP"),
        new("policy that lets everyone in", "AC5.7", "open resolver", tree => Ingress(tree)
            .Add(new JsonObject { ["fromEntities"] = new JsonArray("all") })),
        new("no policy", "AC5.7", "open resolver", tree => tree.Remove("CiliumNetworkPolicy", "coredns-ingress")),
        new("policy that shuts the monitoring out", "AC5.7", "cannot scrape", tree => Ingress(tree).RemoveAt(2)),
        new("allow-dns forgets TCP", "AC5.8", "cannot query over TCP",
            tree => tree.AllowDns[0].At("spec.egress[0].toPorts[0].ports[0]")!["protocol"] = "UDP"),
        new("allow-dns for pods that are not DNS", "AC5.8", "cannot query over UDP", tree => JsonPath.Set(
            tree.AllowDns[1].Document, "spec.egress[0].to[0].podSelector",
            new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "dns" } })),
        new("allow-dns for every port", "AC5.8", "reaches other ports", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject()
            .Remove("ports")),
        new("allow-dns to everyone", "AC5.8", "a tunnel out", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject().Remove("to")),
        new("allow-dns that cuts the workload off", "AC5.8", "cuts the workload off", tree => tree.AllowDns[0].At("spec")!.AsObject()
            .Remove("enableDefaultDeny")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("root", "AC5.1", "the user of the process", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":false,"runAsUser":0}}}}}""", rolls: true),
        Container("a writable root filesystem", "AC5.2", "ro", "readOnlyRootFilesystem", "false"),
        Container("one capability more", "AC5.3", "more or less than NET_BIND_SERVICE", "capabilities",
            """{"add":["NET_BIND_SERVICE","NET_ADMIN"],"drop":["ALL"]}"""),
        Patched("no seccomp profile", "AC5.4", "no seccomp filter", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"Unconfined"}}}}}}""", rolls: true),
        new LiveSabotage(
            "another account", "AC5.5", "coredns", (cluster, token) => UseAccount(cluster, "default", token),
            (cluster, token) => UseAccount(cluster, "coredns", token))
            .With(NeverReady, "AC3.2", "AC3.3", "AC3.6", "AC4.2", "AC5.6"),
        LiveSabotage.Deleted("policy deleted", "AC5.7", "no ingress policy was delivered", IngressPolicy),
        Patched("policy that blocks workloads", "AC5.6", "ok", IngressPolicy,
            IsCilium ? """{"spec":{"ingress":[{}]}}""" : """{"spec":{"ingress":[]}}""", rolls: false)
            .With(ShutOut, QueriedFromOutside()) with { NeedsEnforcement = true },
        Patched("policy that lets everyone in", "AC5.7", "a workload reaches port", IngressPolicy,
            IsCilium ? """{"spec":{"ingress":[{"fromEntities":["all"]}]}}""" : """{"spec":{"ingress":[{}]}}""", rolls: false)
            with { NeedsEnforcement = true },
    ];

    /// <summary>A policy without a rule blocks monitoring and all workloads; only the pod's own node has access.</summary>
    private static IEnumerable<string> QueriedFromOutside() =>
        Catalog.Checks.Select(check => check.Id)
            .Where(id => id.StartsWith("AC2.", StringComparison.Ordinal) || id.StartsWith("Bootstrap.", StringComparison.Ordinal))
            .Concat(["AC3.1", "AC3.2", "AC3.3", "AC3.4", "AC5.7", "AC5.8"]);

    /// <summary>A pod with the wrong account cannot list anything and never becomes ready, so a rollout would not end.</summary>
    private static async Task UseAccount(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        var patch = """{"spec":{"template":{"spec":{"serviceAccountName":"NAME","serviceAccount":"NAME"}}}}""".Replace(
            "NAME", name);
        await Patch(cluster, Deployment, patch, rolls: name == "coredns", cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).ShouldContain(pod => pod.Text("spec.serviceAccountName") == name),
            $"a pod with the account {name} is created",
            cancellationToken);
    }

    private static JsonArray Ingress(SabotagedTree tree) => tree.Get("CiliumNetworkPolicy", "coredns-ingress")
        .At("spec.ingress")!.AsArray();
}
