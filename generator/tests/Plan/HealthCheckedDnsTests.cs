namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>CoreDNS goes under the health controller in two steps, because Helm changes the Service before it replaces the pods.</summary>
[TestFixture]
public sealed class HealthCheckedDnsTests
{
    private static readonly EditedTree Without = EditedTree.Of(Given.Platform(Given.Infra));
    private static readonly EditedTree Labelled = Tree("enabled: true");
    private static readonly EditedTree Under = Tree("enabled: true, coreDns: true");
    private static readonly EditedTree Released = Tree("enabled: true, coreDns: true, release: true");

    [Test]
    public void Both_steps_at_once_are_refused_in_a_cluster_that_runs()
    {
        var result = Without.To(Under);

        result.Refused.ShouldBeTrue();
        var release = Release(result);
        release.EndangersDns.ShouldBeTrue();
        release.Reason.ShouldNotBeNull().ShouldContain("dns.aikernel.io/serve");
        (result with { AllowPrune = true }).Refused.ShouldBeFalse();
    }

    [Test]
    public void One_after_the_other_is_not()
    {
        Without.To(Labelled).Refused.ShouldBeFalse();
        Labelled.To(Under).Refused.ShouldBeFalse();
    }

    [Test]
    public void Back_goes_at_once()
    {
        Under.To(Labelled).Refused.ShouldBeFalse();
        Released.To(Without).Refused.ShouldBeFalse("the Service selects fewer labels before the pods lose one");
    }

    [Test]
    public void The_controller_does_not_go_before_what_it_took_out_is_back()
    {
        foreach (var running in new[] { Labelled, Under })
        {
            var result = running.To(Without);

            result.ExitCode.ShouldBe(3);
            var gone = result.Clusters.Single().Changes.Single(change => change.EndangersDns);
            gone.Id.Title.ShouldBe("Deployment kube-system/dns-health-controller");
            gone.Reason.ShouldNotBeNull().ShouldContain("First write 'release: true' under healthController");
            (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
        }
    }

    [Test]
    public void With_a_release_between_them_it_is_switched_off_and_may_come_back()
    {
        var stops = Under.To(Released);
        stops.ExitCode.ShouldBe(0);
        stops.Clusters.Single().Changes.Where(change => change.Kind != ChangeKind.Change)
            .Select(change => $"{change.Kind} {change.Id.Title}").ShouldBe(
            [
                "Create Job kube-system/dns-health-controller", "Prune Deployment kube-system/dns-health-controller",
                "Prune PodDisruptionBudget kube-system/dns-health-controller", "Prune Service kube-system/dns-health-controller",
                "Prune PrometheusRule kube-system/dns-health-controller", "Prune ServiceMonitor kube-system/dns-health-controller",
            ], ignoreOrder: true);
        Released.To(Without).ExitCode.ShouldBe(0);
        Released.To(Under).ExitCode.ShouldBe(0);
    }

    [Test]
    public void Another_image_makes_the_Job_again()
    {
        var changed = Tree("enabled: true, coreDns: true, release: true, image: \"registry.example.com/other:1\"");

        var job = Released.To(changed).Clusters.Single().Changes.Single(change => change.Id.Kind == "Job");

        job.Kind.ShouldBe(ChangeKind.Replace);
        job.Reason.ShouldNotBeNull().ShouldContain("creates it again");
    }

    [Test]
    public void A_new_cluster_gets_both_at_once() =>
        EditedTree.Of(Given.Platform(Given.Apps))
            .To(EditedTree.Of(Given.Platform(Given.Apps, Checked("enabled: true, coreDns: true")))).Refused.ShouldBeFalse();

    private static Change Release(PlanResult result) =>
        result.Clusters.Single().Changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "coredns" });

    private static EditedTree Tree(string keys) => EditedTree.Of(Given.Platform(Checked(keys)));

    private static Cluster Checked(string keys) => Given.Cluster($"healthController: {{ {keys} }}");
}
