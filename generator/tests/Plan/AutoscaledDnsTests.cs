namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>A chart that leaves the number of replicas to an autoscaler leaves it to Kubernetes' default first.</summary>
[TestFixture]
public sealed class AutoscaledDnsTests
{
    private static readonly EditedTree Fixed = Tree("kind: none");
    private static readonly EditedTree Horizontal = Tree("kind: hpa, maxReplicas: 4");
    private static readonly EditedTree Proportional = Tree("kind: proportional, maxReplicas: 4");

    [Test]
    public void Switching_an_autoscaler_on_says_that_one_pod_runs_for_a_while()
    {
        foreach (var scaled in new[] { Horizontal, Proportional })
        {
            var result = Fixed.To(scaled);

            Release(result).Reason.ShouldNotBeNull().ShouldContain("one pod runs until the autoscaler acts");
            result.Refused.ShouldBeFalse("one pod answers");
        }
    }

    [Test]
    public void Switching_it_off_says_how_many_pods_may_become_how_many()
    {
        Release(Horizontal.To(Fixed)).Reason.ShouldBe("Helm sets 2 replicas at once, where the autoscaler runs up to 4");
        Release(Proportional.To(Fixed)).Reason.ShouldBe("Helm sets 2 replicas at once, where the autoscaler runs up to 4");
    }

    [TestCase("replicaCount: 3", "hpa: {enabled: true}", "Helm sets 3 replicas at once")]
    [TestCase("replicaCount: 3", "hpa: {enabled: true}, autoscaler: {max: 9}", "Helm sets 3 replicas at once")]
    [TestCase("{}", "autoscaler: {enabled: true, max: 9}", "Helm sets 1 replicas at once, where the autoscaler runs up to 9")]
    public void A_maximum_that_is_not_written_is_not_named(string now, string before, string reason) =>
        ReleaseChange.Shrunk(Chart(before), Chart(now.Trim('{', '}'))).ShouldBe(reason);

    [Test]
    public void Switching_to_another_kind_says_nothing()
    {
        Release(Horizontal.To(Proportional)).Reason.ShouldBeNull();
    }

    private static Manifest Chart(string values) =>
        Given.Manifest("{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: coredns}, "
            + $"spec: {{chart: {{spec: {{chart: coredns}}}}, values: {{{values}}}}}}}");

    private static Change Release(PlanResult result) =>
        result.Clusters.Single().Changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "coredns" });

    private static EditedTree Tree(string autoscaling) =>
        EditedTree.Of(Given.Platform(Given.Cluster($"dns: {{ autoscaling: {{ {autoscaling} }} }}")));
}
