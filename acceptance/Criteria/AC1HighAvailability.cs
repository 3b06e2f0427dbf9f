using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("AC1", "The Deployment coredns is available with the replicas of the cluster's settings, kept by a PodDisruptionBudget and spread over nodes")]
public static partial class AC1HighAvailability
{
    [Row("AC1.1", "Deployment available with the replicas of the settings",
        Sees = "spec.replicas of the chart's Deployment against COREDNS_REPLICAS, which must be at least 2")]
    public static void Replicas(RenderedCluster tree)
    {
        var replicas = tree.Deployment.Number("spec.replicas");
        replicas.ShouldNotBeNull("the Deployment sets no replicas");
        replicas.ToString().ShouldBe(tree.Settings["COREDNS_REPLICAS"], "the Deployment's replicas are not those of the cluster's settings");
        replicas.Value.ShouldBeGreaterThanOrEqualTo(2, "one replica is no high availability");
    }

    [Row("AC1.2", "PodDisruptionBudget keeps at least one pod",
        Sees = "the PodDisruptionBudgets whose selector matches the pods: exactly one, coredns-pdb, with 1 ≤ minAvailable < replicas")]
    public static void Budget(RenderedCluster tree)
    {
        var pods = tree.PodTemplate.Labels;
        var budgets = tree.All.Where(resource => resource.Kind == "PodDisruptionBudget").ToList();
        budgets.ShouldNotBeEmpty("no PodDisruptionBudget is delivered");
        var matching = budgets.Where(budget => Selectors.Matches(budget.Part("spec.selector"), pods)).ToList();
        matching.ShouldNotBeEmpty($"no PodDisruptionBudget selects pods labelled {Labels(pods)}");
        matching.Count.ShouldBe(1, "the API server evicts no pod that two budgets select");
        var budget = matching[0];
        budget.Name.ShouldBe("coredns-pdb");
        var least = budget.Number("spec.minAvailable");
        least.ShouldNotBeNull("the budget sets no minAvailable");
        least.Value.ShouldBeGreaterThanOrEqualTo(1, "the budget protects no pod");
        // Not tree.Deployment: a wrong number of replicas is AC1.1's to tell, a budget that no drain can pass is this row's.
        least.Value.ShouldBeLessThan(int.Parse(tree.Settings["COREDNS_REPLICAS"], System.Globalization.CultureInfo.InvariantCulture), "a budget of all replicas never lets a drain finish");
    }

    [Row("AC1.3", "Pods run on different nodes, after rollouts too",
        Sees = "a spread over kubernetes.io/hostname whose selector matches the pods and which counts one revision only")]
    public static void Spread(RenderedCluster tree)
    {
        var pods = tree.PodTemplate.Labels;
        var spreads = tree.PodTemplate.Parts("spec.topologySpreadConstraints")
            .Where(spread => spread.Text("topologyKey") == "kubernetes.io/hostname").ToList();
        spreads.ShouldNotBeEmpty("nothing keeps the pods on different nodes");
        var spread = spreads[0];
        Selectors.Matches(spread.Part("labelSelector"), pods).ShouldBeTrue($"the spread counts no pods: its selector misses {Labels(pods)}");
        spread.Number("maxSkew").ShouldBe(1);
        spread.Texts("matchLabelKeys").ShouldContain(
            "pod-template-hash", "without it the pods of the old revision count, and a rollout can end with both new pods on one node");
    }

    private static string Labels(IReadOnlyDictionary<string, string> labels) =>
        string.Join(", ", labels.Select(label => $"{label.Key}={label.Value}"));
}
