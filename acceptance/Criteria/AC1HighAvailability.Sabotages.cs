using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Sabotage;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC1HighAvailability
{
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
            """{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""", rolls: true).With(Counted, "AC3.2", "AC3.3"),
        LiveSabotage.Deleted("budget deleted", "AC1.2", "there is no PodDisruptionBudget", LiveChanges.Budget),
        Patched("budget's selector changed", "AC1.2", "pods that the budget counts", LiveChanges.Budget,
            """{"spec":{"selector":{"matchLabels":{"k8s-app":"coredns"}}}}""",
            """{"spec":{"selector":{"matchLabels":{"k8s-app":"kube-dns"}}}}""", rolls: false),
        Patched("all pods pinned to one node", "AC1.3", "two pods share a node", Deployment,
            """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"WORKER"},"topologySpreadConstraints":null}}}}""",
            """{"spec":{"template":{"spec":{"nodeSelector":null,"topologySpreadConstraints":SPREAD}}}}""", rolls: true),
    ];
}
