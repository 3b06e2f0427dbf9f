namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Containers, volumes, mounts and probes of the DNS pods that are right, or about which the tree does not say enough.</summary>
public sealed class PodNameTests
{
    private const string Refused = "pod-refused";
    private const string Late = "readiness-after-timeout";
    private const string Mount = "[{name: data, mountPath: /data}]";

    private const string Unknown = "  valuesFrom: [{kind: Secret, name: dns-values}]\n  values:\n";
    private const string Probe = "    readinessProbe:\n      enabled: true\n      initialDelaySeconds: 5\n";

    [TestCase("extraVolumeMounts: " + Mount + "\n")]
    [TestCase("extraContainers: [{name: side, image: 'x:1', securityContext: {runAsNonRoot: true}, volumeMounts: " + Mount + "}]\n")]
    [TestCase("initContainers: [{name: first, image: 'x:1', securityContext: {runAsNonRoot: true}, volumeMounts: " + Mount + "}]\n")]
    public void A_mount_with_its_volume_is_right(string value)
    {
        Tree(value, "extraVolumes: [{name: data, emptyDir: {}}]\n").Said(Refused).ShouldBeEmpty();
        Tree(value, "").Said(Refused).ShouldHaveSingleItem().ShouldStartWith("The mount 'data' has no volume");
        Tree(value, "").Value("  values:\n", Unknown).Said(Refused).ShouldBeEmpty("a Secret may have its volume");
    }

    [Test]
    public void A_second_container_is_refused_with_its_Deployment() => Tree(
            "extraContainers: [{name: coredns, image: 'x:1', securityContext: {runAsNonRoot: true}}]\n", "").Said(Refused)
        .ShouldBe(["Two containers of the DNS pods are called 'coredns', and one is the chart's: the API server refuses the Deployment."]);

    [TestCase("5m", "", "", "upgrade")]
    [TestCase("15m", "", "")]
    [TestCase("15m", "timeout: 5m", "", "installation", Description = "the first one alone")]
    [TestCase("5m", "timeout: 15m", "timeout: 15m")]
    [TestCase("5m", "disableWait: true", "disableWait: true")]
    [TestCase("5m", "disableWait: true", "", "upgrade")]
    [TestCase("5m", "", "disableWait: true", "installation")]
    public void A_late_probe_fails_what_waits_for_it(string timeout, string install, string upgrade, params string[] fails)
    {
        var tree = Slow.Value("  timeout: 5m\n", $"  timeout: {timeout}\n")
            .Value("    crds: Create\n", $"    crds: Create\n    {install}\n")
            .Value("    crds: CreateReplace\n", $"    crds: CreateReplace\n    {upgrade}\n");
        tree.Said(Late).ShouldBe(fails.Select(action =>
            $"A pod is ready 600 s after its start at the earliest, and Flux gives an {action} up after 5m."));
    }

    [Test]
    public void A_Secret_that_is_not_in_the_tree_may_have_another_probe() =>
        Slow.Value("  values:\n", Unknown).Said(Late).ShouldBeEmpty();

    private static LintFixture Slow => new LintFixture("", "").Value(Probe, Probe.Replace("5", "600"));

    private static LintFixture Tree(string value, string volumes) => new LintFixture("", "").AddValues(value + volumes);
}
