using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC1",
    "The Deployment coredns is available with the replicas of the cluster's settings, kept by a PodDisruptionBudget and spread over nodes")]
[Check("AC1.1", "Deployment Available with {COREDNS_REPLICAS} replicas", "{COREDNS_REPLICAS}/{COREDNS_REPLICAS} READY",
    Command = "kubectl --context {context} -n kube-system get deployment coredns")]
[Check("AC1.2", "PDB enabled {budget}", "{budget}, and its selector matches the pods",
    Command = "kubectl --context {context} -n kube-system get pdb coredns-pdb -o yaml")]
[Check("AC1.3", "Pods on different nodes", "Different NODE values, after three rollouts too",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=kube-dns -o wide")]
public static class AC1HighAvailability
{
    [StaticCheck("AC1.1", "replicaCount of the release against COREDNS_REPLICAS, which must be at least 2")]
    public static void Replicas(RenderedCluster tree)
    {
        var replicas = tree.Values.Number("replicaCount");
        replicas.ShouldNotBeNull("the release sets no replicas");
        replicas.ToString().ShouldBe(tree.Settings["COREDNS_REPLICAS"], "the release's replicas are not those of the cluster's settings");
        replicas.Value.ShouldBeGreaterThanOrEqualTo(2, "one replica is not high availability");
    }

    [StaticCheck("AC1.2", "the PodDisruptionBudgets that select the pods: exactly one, coredns-pdb, with 1 ≤ minAvailable < replicas")]
    public static void Budget(RenderedCluster tree)
    {
        var pods = tree.PodLabels;
        var budgets = tree.Delivered.Where(resource => resource.Kind == "PodDisruptionBudget").ToList();
        budgets.ShouldNotBeEmpty("no PodDisruptionBudget is delivered");
        var matching = budgets.Where(budget => Selectors.Matches(budget.Part("spec.selector"), pods)).ToList();
        matching.ShouldNotBeEmpty($"no PodDisruptionBudget selects pods labelled {Labels(pods)}");
        (matching.Count + (ChartHasABudget(tree) ? 1 : 0)).ShouldBe(1, "the API server evicts no pod that two budgets select");
        var budget = matching[0];
        budget.Name.ShouldBe("coredns-pdb");
        if (tree.Definition.Dns.BudgetFollows)
        {
            budget.Text("spec.maxUnavailable").ShouldBe("25%", "an autoscaler decides how many pods there are");
            budget.At("spec.minAvailable").ShouldBeNull("the API server takes one of the two");
            return;
        }

        var least = budget.Number("spec.minAvailable");
        least.ShouldNotBeNull("the budget sets no minAvailable");
        least.Value.ShouldBeGreaterThanOrEqualTo(1, "the budget protects no pod");
        // From the settings, not the release: AC1.1 reports a wrong number of replicas.
        var replicas = int.Parse(tree.Settings["COREDNS_REPLICAS"], CultureInfo.InvariantCulture);
        least.Value.ShouldBeLessThan(replicas, "a budget of all replicas never lets a drain finish");
    }

    [StaticCheck("AC1.3", "a spread over kubernetes.io/hostname whose selector matches the pods and which counts one revision only")]
    public static void Spread(RenderedCluster tree)
    {
        var spreads = tree.Values.Parts("topologySpreadConstraints")
            .Where(spread => spread.Text("topologyKey") == "kubernetes.io/hostname").ToList();
        spreads.ShouldNotBeEmpty("nothing keeps the pods on different nodes");
        var spread = spreads[0];
        Selectors.Matches(spread.Part("labelSelector"), tree.PodLabels)
            .ShouldBeTrue($"the spread counts no pods: its selector misses {Labels(tree.PodLabels)}");
        spread.Number("maxSkew").ShouldBe(1);
        spread.Texts("matchLabelKeys").ShouldContain(
            "pod-template-hash", "without it the pods of the old revision count, and a rollout can end with both new pods on one node");
    }

    /// <summary>
    /// The chart copies the value into its own PodDisruptionBudget, which selects its pods unless the value has a selector.
    /// </summary>
    private static bool ChartHasABudget(RenderedCluster tree) =>
        tree.Values.Part("podDisruptionBudget") is { Document.Count: > 0 } budget
        && (budget.Part("selector") is not { } selector || Selectors.Matches(selector, tree.PodLabels));

    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Join(", ", labels.Select(label => $"{label.Key}={label.Value}"));

    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");

    [LiveCheck("AC1.1", "available replicas of the Deployment, and as many ready pods behind it")]
    public static Task Replicas(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async token =>
        {
            var deployment = await cluster.Require(Deployment, token);
            var replicas = await Rollout.Replicas(cluster, token);
            deployment.Number("status.availableReplicas")
                .ShouldBe(replicas, $"status.availableReplicas: {Conditions.Say(deployment, "Available")}");
            (await cluster.StayingDnsPods(token)).Count(pod => Conditions.Holds(pod, "Ready")).ShouldBe(replicas, "ready pods");
        },
        "all replicas of the settings serve",
        cancellationToken);

    [LiveCheck("AC1.2", "the budget's status counts the DNS pods; evicting them all at once is refused for the last", Disruptive = true)]
    public static async Task Budget(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await Replicas(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token =>
            {
                var budget = await cluster.Require(ResourceKind.PodDisruptionBudget.Named("coredns-pdb", "kube-system"), token);
                budget.Number("status.expectedPods").ShouldBe(await Rollout.Replicas(cluster, token), "pods that the budget counts");
                budget.Number("status.disruptionsAllowed").ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(1, "a drain would never finish");
            },
            "the budget counts the pods that run",
            cancellationToken);

        var evicted = new List<bool?>();
        foreach (var pod in await cluster.StayingDnsPods(cancellationToken))
        {
            evicted.Add(await cluster.Api.Evict("kube-system", pod.Name, cancellationToken));
        }

        evicted.ShouldContain(true, "no pod can be evicted");
        evicted.ShouldContain(false, "all pods were evicted at once: the budget protects none");
        await Replicas(cluster, cancellationToken);
    }

    [LiveCheck("AC1.3", "the nodes of the pods, at first and after each of three rollouts", Disruptive = true)]
    public static async Task Spread(LiveCluster cluster, CancellationToken cancellationToken)
    {
        EvidenceLog.Applies(cluster.Cluster.Capabilities.WorkerNodes >= 2 ? null : "one node alone may have pods: nothing can spread");
        for (var rollout = 0; rollout <= 3; rollout++)
        {
            if (rollout > 0)
            {
                await Rollout.Restart(cluster, cancellationToken);
            }

            var pods = await cluster.EachDnsPod(cancellationToken);
            var nodes = pods.Select(pod => pod.Text("spec.nodeName")).ToList();
            var open = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).Count(node => MayHave(node, pods[0]));
            // An autoscaler may want more pods than there are nodes.
            nodes.GroupBy(node => node).ShouldAllBe(
                group => group.Count() <= (pods.Count + open - 1) / open,
                $"after {rollout} rollouts two pods share a node: {string.Join(", ", nodes)}");
        }
    }

    /// <summary>True if the node's taints allow the pod.</summary>
    private static bool MayHave(Resource node, Resource pod) => node.Parts("spec.taints")
        .Where(taint => taint.Text("effect") is "NoSchedule" or "NoExecute")
        .All(taint => pod.Parts("spec.tolerations").Any(one =>
            (one.Text("key") is null || one.Text("key") == taint.Text("key"))
            && (one.Text("effect") is null || one.Text("effect") == taint.Text("effect"))
            && (one.Text("operator") == "Exists" || (one.Text("value") ?? "") == (taint.Text("value") ?? ""))));

    private const string Counted = "the targets are counted against the replicas of the settings";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("one replica", "AC1.1", "not high availability", tree => tree.Setting("COREDNS_REPLICAS", "1")),
        new("replicas written into the release", "AC1.1", "not those of the cluster's settings", tree => tree.Value("replicaCount", 3)),
        new("no budget", "AC1.2", "no PodDisruptionBudget is delivered", tree => tree.Remove("PodDisruptionBudget", "coredns-pdb")),
        new("budget whose selector matches nothing", "AC1.2", "no PodDisruptionBudget selects",
            tree => tree.Set(
                "PodDisruptionBudget", "coredns-pdb", "spec.selector.matchLabels", new JsonObject { ["k8s-app"] = "coredns" })),
        new("budget of all replicas", "AC1.2", "never lets a drain finish", tree => tree.Setting("COREDNS_MIN_AVAILABLE", "2")),
        new("budget of nothing", "AC1.2", "protects no pod", tree => tree.Setting("COREDNS_MIN_AVAILABLE", "0")),
        new("the chart's budget beside our own", "AC1.2", "evicts no pod that two budgets select",
            tree => tree.Value("podDisruptionBudget", new JsonObject { ["minAvailable"] = 1 })),
        new("the seeds' values: enabled in the budget", "AC1.2", "evicts no pod that two budgets select",
            tree => tree.Value("podDisruptionBudget", new JsonObject { ["enabled"] = true, ["minAvailable"] = 1 })),
        new("no spread", "AC1.3", "nothing keeps the pods on different nodes",
            tree => tree.Value("topologySpreadConstraints", new JsonArray())),
        new("spread whose selector matches nothing", "AC1.3", "counts no pods",
            tree => tree.Value("topologySpreadConstraints[0].labelSelector.matchLabels", new JsonObject { ["k8s-app"] = "coredns" })),
        new("spread that rollouts break", "AC1.3", "of the old revision count",
            tree => tree.Value("topologySpreadConstraints[0].matchLabelKeys", null)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("scaled down by hand", "AC1.1", "status.availableReplicas", Deployment,
            """{"spec":{"replicas":1}}""", rolls: true).With(Counted, "AC3.2", "AC3.3"),
        LiveSabotage.Deleted("budget deleted", "AC1.2", $"{LiveChanges.Budget} does not exist", LiveChanges.Budget),
        Patched("budget's selector changed", "AC1.2", "pods that the budget counts", LiveChanges.Budget,
            """{"spec":{"selector":{"matchLabels":{"k8s-app":"coredns"}}}}""", rolls: false),
        Patched("all pods pinned to one node", "AC1.3", "two pods share a node", Deployment,
            """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"WORKER"},"topologySpreadConstraints":null}}}}""",
            rolls: true),
    ];
}
