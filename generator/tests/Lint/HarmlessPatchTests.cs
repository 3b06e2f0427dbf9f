namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>A patch that takes nothing away is not a finding, and one with a typing error gets the name that was meant.</summary>
public sealed class HarmlessPatchTests
{
    private const string InMetadata =
        "Write 'namespace: kube-system' in the metadata of the patch, or write kind and name beside the patch.";

    [Test]
    public void The_nearest_object_is_named_and_all_that_there_are()
    {
        var fix = LintCases.Of("chart-patches").First(fixture => fixture.Rule == "chart-patch-target").Check()
            .Single(finding => finding.Rule == "chart-patch-target").Fix;

        fix.ShouldStartWith("Did you mean Deployment coredns? The chart makes Deployment coredns, Service kube-dns, ConfigMap coredns, ");
        fix.ShouldContain("Service coredns-metrics");
    }

    [TestCase("a merge without the namespace", InMetadata)]
    [TestCase("a merge of another namespace", InMetadata)]
    [TestCase("a target of another namespace", "Write 'namespace: kube-system' in the target, or delete the namespace there.")]
    [TestCase("a target of an object without a namespace", "Delete the namespace in the target.")]
    [TestCase("a merge of an object without a namespace", "Delete the namespace in the metadata of the patch.")]
    public void The_namespace_is_named_where_kind_and_name_are_right(string about, string fix) =>
        LintCases.Of("chart-patches").Single(fixture => fixture.About == about).Check()
            .Single(finding => finding.Rule == "chart-patch-target").Fix.ShouldBe(fix);

    private static IEnumerable<LintFixture> Fixtures => LintCases.Of("harmless-patches");

    [TestCaseSource(nameof(Fixtures))]
    public void A_patch_that_takes_nothing_from_DNS_is_left_alone(LintFixture fixture) =>
        fixture.Check().Where(finding => finding.Rule.StartsWith("chart-patch", StringComparison.Ordinal)).ShouldBeEmpty();
}
