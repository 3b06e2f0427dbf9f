using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>All checks of Kubernetes on a substrate's hosts, and their sabotages; one at a time, because they share addresses.</summary>
[Parallelizable(ParallelScope.Self)]
[Platform("Linux", Reason = "the programs are Debian's")]
public sealed class KubernetesTests : HostTests<KubernetesHosts>
{
    private static readonly Lazy<RenderedCluster> Tree = new(() => RenderedCluster.From(StorySample.Substrates, "knot"));

    [OneTimeTearDown]
    public void ForgetTheCertificates() => KubernetesHosts.Forget();

    private static IEnumerable<TestCaseData> Checks() => All.Select(check => Row($"{check}", check));

    [TestCaseSource(nameof(Checks))]
    [CancelAfter(900_000)]
    public Task Holds_on_real_programs(Check check, CancellationToken cancellationToken) => Holds(check, "knot", cancellationToken);

    private static IEnumerable<TestCaseData> Sabotaged() => AllSabotages.Select(sabotage =>
        sabotage.Check is "Substrate.12" or "Substrate.13" or "Substrate.14" or "Substrate.27"
            ? Row(sabotage, sabotage.Check)
            : Row(sabotage, sabotage.Check)
                .Explicit("etcd and API servers take minutes: --filter TestCategory=Substrate&TestCategory=Sabotage"));

    [TestCaseSource(nameof(Sabotaged))]
    [CancelAfter(600_000)]
    public Task Is_caught_by_its_check(HostSabotage sabotage, CancellationToken cancellationToken) => IsCaught(sabotage, cancellationToken);

    /// <summary>Most sabotages only run on request: by then the files may have changed.</summary>
    [Test]
    public void Every_sabotage_fits_the_files_that_the_generator_writes()
    {
        foreach (var sabotage in AllSabotages)
        {
            var settings = Tree.Value.Definition.Substrate!;
            settings = settings with { Kubernetes = Adjusting(sabotage.Check)?.Invoke(settings.Kubernetes!) ?? settings.Kubernetes };
            var files = HostFiles.Of(Tree.Value, settings, "kubernetes");
            var before = new Dictionary<string, string>(files);
            Should.NotThrow(() => sabotage.Apply(files), sabotage.Name);
            files.Count(file => before[file.Key] != file.Value).ShouldBe(1, $"'{sabotage}' changes nothing, or more than one file");
        }
    }

    private protected override Task<KubernetesHosts> Start(
        Check check, string cluster, HostSabotage? sabotage, CancellationToken cancellationToken) =>
        KubernetesHosts.Prepare(Tree.Value, sabotage, cancellationToken, Adjusting(check.Id));

    /// <summary>Changes of the definition for single checks.</summary>
    private static Func<KubernetesSettings, KubernetesSettings>? Adjusting(string check) => check switch
    {
        ThreeControlPlanes.ThreeMembersId => ThreeControlPlanes.WithThreeMembers,
        ThreeControlPlanes.ControlPlanesId => ThreeControlPlanes.WithThreeControlPlanes,
        _ => null,
    };
}
