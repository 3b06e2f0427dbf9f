using System.Globalization;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC1",
    "The Deployment coredns is available with the replicas of the cluster's settings, kept by a PodDisruptionBudget and spread over nodes")]
[Check("AC1.1", "Deployment Available with {COREDNS_REPLICAS} replicas", "{COREDNS_REPLICAS}/{COREDNS_REPLICAS} READY",
    Command = "kubectl --context {context} -n kube-system get deployment coredns")]
[Check("AC1.2", "PDB enabled {budget}", "{budget}, and its selector matches the pods",
    Command = "kubectl --context {context} -n kube-system get pdb coredns-pdb -o yaml")]
[Check("AC1.3", "Pods on different nodes", "Different NODE values, after three rollouts too",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=kube-dns -o wide")]
public static partial class AC1HighAvailability
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
        // The settings and not the release: AC1.1 reports a wrong number of replicas.
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

    /// <summary>The chart copies the value into a budget of its own, which selects its pods unless the value has a selector.</summary>
    private static bool ChartHasABudget(RenderedCluster tree) =>
        tree.Values.Part("podDisruptionBudget") is { Document.Count: > 0 } budget
        && (budget.Part("selector") is not { } selector || Selectors.Matches(selector, tree.PodLabels));

    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Join(", ", labels.Select(label => $"{label.Key}={label.Value}"));
}
