namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Budgets of other workloads than CoreDNS, in each form of the API.</summary>
public sealed class BudgetTests
{
    [TestCase("minAvailable: 1", "replicas: 1", true)]
    [TestCase("minAvailable: 1", "", true)]
    [TestCase("minAvailable: 1", "replicas: 2", false)]
    [TestCase("minAvailable: 2", "replicas: 2", true)]
    [TestCase("minAvailable: 3", "replicas: 2", true)]
    [TestCase("minAvailable: 0", "replicas: 1", false)]
    [TestCase("minAvailable: 50%", "replicas: 1", true)]
    [TestCase("minAvailable: 50%", "replicas: 2", false)]
    [TestCase("minAvailable: 51%", "replicas: 2", true)]
    [TestCase("minAvailable: 100%", "replicas: 3", true)]
    [TestCase("maxUnavailable: 0", "replicas: 3", true)]
    [TestCase("maxUnavailable: 0%", "replicas: 3", true)]
    [TestCase("maxUnavailable: 1%", "replicas: 3", false)]
    [TestCase("maxUnavailable: 1", "replicas: 1", false)]
    [TestCase("minAvailable: 1", "replicas: 0", false)]
    public void A_drain_is_blocked_where_no_pod_may_go(string limit, string replicas, bool blocks) =>
        Check($"spec: {{{limit}, selector: {{matchLabels: {{app: shop}}}}}}", replicas)
            .ShouldBe(blocks ? ["pdb-blocks-drain"] : []);

    [TestCase("spec: {minAvailable: 1, selector: {}}", true)]
    [TestCase("spec: {minAvailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [shop]}]}}", true)]
    [TestCase("spec: {minAvailable: 1}", false)]
    public void Every_form_of_a_selector_is_read(string spec, bool blocks) => Check(spec, "").Contains("pdb-blocks-drain").ShouldBe(blocks);

    [Test]
    public void The_fewest_pods_are_those_of_the_scaler() =>
        Check("spec: {minAvailable: 1, selector: {matchLabels: {app: shop}}}", "replicas: 4", """
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: shop, namespace: shop}
            spec: {maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}}
            """).ShouldBe(["pdb-blocks-drain"]);

    [Test]
    public void Two_budgets_on_one_pod_are_a_finding() =>
        Check("spec: {maxUnavailable: 1, selector: {matchLabels: {app: shop}}}", "", """
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: all, namespace: shop}
            spec: {maxUnavailable: 1, selector: {}}
            """).ShouldBe(["pdb-overlap"]);

    [Test]
    public void A_budget_of_another_namespace_is_not_about_these_pods() =>
        Check("spec: {maxUnavailable: 1, selector: {matchLabels: {app: shop}}}", "", """
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: all, namespace: kube-system}
            spec: {minAvailable: 100%, selector: {matchLabels: {app: shop}}}
            """).ShouldBe(["pdb-selector"]);

    private static IEnumerable<string> Check(string spec, string replicas, string more = "") => new LintFixture("", "")
        .Apply("shop.yaml", $$$"""
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: shop, namespace: shop}
            {{{spec}}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop, namespace: shop}
            spec:
              selector: {matchLabels: {app: shop}}
              template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: a, image: a}]}}
              {{{replicas}}}
            {{{more}}}
            """).Check().Select(finding => finding.Rule).Distinct();
}
