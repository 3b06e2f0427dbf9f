using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Clusters;

public sealed class MachineTests
{
    private static readonly HashSet<string> Everything = ["docker", "kind", "kubectl", "helm", "git"];

    [Test]
    public void Kind_is_taken_where_it_can_be_had() =>
        ThisMachine.Choose(new SuiteSettings(), Everything, null).ShouldBe((ClusterChoice.Kind, ""));

    [Test]
    public void Without_kind_a_container_engine_is_enough_for_k3s() =>
        ThisMachine.Choose(new SuiteSettings(), new HashSet<string> { "docker", "kubectl", "helm" }, null).Choice
            .ShouldBe(ClusterChoice.K3s);

    [Test]
    public void Named_contexts_go_before_clusters_that_would_have_to_be_made() =>
        ThisMachine.Choose(new SuiteSettings { Contexts = new Dictionary<string, string> { ["infra"] = "prod" } }, Everything, "no engine")
            .Choice.ShouldBe(ClusterChoice.Existing);

    [Test]
    public void Without_an_engine_the_reason_says_what_would_help()
    {
        var (choice, why) = ThisMachine.Choose(new SuiteSettings(), new HashSet<string>(), "the docker command is not on PATH");
        choice.ShouldBe(ClusterChoice.None);
        why.ShouldBe("no container engine answers: the docker command is not on PATH; "
            + "start Docker, or name kubeconfig contexts in context-<cluster>");
    }

    [TestCase("helm", DeliveryChoice.Helm)]
    [TestCase("git", DeliveryChoice.Flux)]
    [TestCase("kubectl", DeliveryChoice.Flux)]
    public void A_missing_program_is_named(string program, DeliveryChoice delivery) =>
        ThisMachine.Choose(new SuiteSettings { Delivery = delivery }, Everything.Where(name => name != program).ToHashSet(), null)
            .WhyNone.ShouldContain(program);
}
