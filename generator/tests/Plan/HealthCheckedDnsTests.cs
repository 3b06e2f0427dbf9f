using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Tests.Emission;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>CoreDNS goes under the health controller in two steps, because Helm changes the Service before it replaces the pods.</summary>
[TestFixture]
public sealed class HealthCheckedDnsTests
{
    private static readonly PlanTree Without = Tree(null);
    private static readonly PlanTree Labelled = Tree(Sample.HealthController);
    private static readonly PlanTree Under = Tree(Sample.HealthController with { CoreDns = true });

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
        Under.To(Without).Refused.ShouldBeFalse("the Service selects fewer labels before the pods lose one");
    }

    [Test]
    public void A_new_cluster_gets_both_at_once() =>
        Without.To(PlanTree.Of(Sample.Platform(Sample.Infra,
            Sample.Apps with { HealthController = Sample.HealthController with { CoreDns = true } }))).Refused.ShouldBeFalse();

    private static Change Release(PlanResult result) =>
        result.Clusters.Single().Changes.Single(change => change.Id is { Kind: "HelmRelease", Name: "coredns" });

    private static PlanTree Tree(HealthControllerSettings? settings) =>
        PlanTree.Of(Sample.Platform(Sample.Infra with { HealthController = settings }));
}
