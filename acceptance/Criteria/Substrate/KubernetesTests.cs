using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Every check of Kubernetes on the hosts of a substrate, and its sabotages; one at a time, for they share addresses.</summary>
[Parallelizable(ParallelScope.Self)]
[Platform("Linux", Reason = "the programs are Debian's")]
public sealed class KubernetesTests
{
    private static readonly Lazy<RenderedCluster> Tree = new(() => RenderedCluster.From(StorySample.Substrates, "knot"));

    [OneTimeTearDown]
    public void ForgetTheCertificates() => KubernetesHosts.Forget();

    private static IEnumerable<TestCaseData> Checks() =>
        from check in Catalog.Checks
        where check.KubernetesMethod is not null
        select new TestCaseData(check).SetName($"{check}").SetCategory("Substrate");

    [TestCaseSource(nameof(Checks))]
    [CancelAfter(900_000)]
    public async Task Holds_on_real_programs(Check check, CancellationToken cancellationToken)
    {
        await using var hosts = await Prepare(check.Id, null, cancellationToken);
        await check.KubernetesMethod!(hosts, cancellationToken);
    }

    private static IEnumerable<HostSabotage> All => Sabotages.Host.Where(
        sabotage => Catalog.Checks.Any(check => check.Id == sabotage.Check && check.KubernetesMethod is not null));

    private static IEnumerable<TestCaseData> Sabotaged()
    {
        foreach (var sabotage in All)
        {
            var test = new TestCaseData(sabotage).SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Check})")
                .SetCategory("Substrate").SetCategory("Sabotage");
            yield return sabotage.Check is "Substrate.12" or "Substrate.13" or "Substrate.14" or "Substrate.27"
                ? test
                : test.Explicit("etcd and API servers take minutes: --filter TestCategory=Substrate&TestCategory=Sabotage");
        }
    }

    [TestCaseSource(nameof(Sabotaged))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_check(HostSabotage sabotage, CancellationToken cancellationToken)
    {
        await using var hosts = await Prepare(sabotage.Check, sabotage, cancellationToken);
        await sabotage.ShouldBeNoticed(async () =>
        {
            using var scale = Eventually.ScaledBy(0.5);
            await Catalog.Checks.Single(check => check.Id == sabotage.Check).KubernetesMethod!(hosts, cancellationToken);
        });
    }

    [Test]
    public void Every_check_is_proven_by_a_sabotage() => Catalog.Checks.Where(check => check.KubernetesMethod is not null)
        .Select(check => check.Id).Except(All.Select(sabotage => sabotage.Check)).ShouldBeEmpty();

    /// <summary>Most of them run only where somebody asks for them: what they change may be written otherwise by then.</summary>
    [Test]
    public void Every_sabotage_fits_the_files_that_the_generator_writes()
    {
        foreach (var sabotage in All)
        {
            var settings = Tree.Value.Definition.Substrate!;
            settings = settings with { Kubernetes = Adjusting(sabotage.Check)?.Invoke(settings.Kubernetes!) ?? settings.Kubernetes };
            var files = HostFiles.Of(Tree.Value, settings, "kubernetes");
            var before = new Dictionary<string, string>(files);
            Should.NotThrow(() => sabotage.Apply(files), sabotage.Name);
            files.Count(file => before[file.Key] != file.Value).ShouldBe(1, $"'{sabotage}' changes nothing, or more than one file");
        }
    }

    private static Task<KubernetesHosts> Prepare(string check, HostSabotage? sabotage, CancellationToken cancellationToken) =>
        KubernetesHosts.Prepare(Tree.Value, sabotage, cancellationToken, Adjusting(check));

    /// <summary>What the definition has otherwise for a check.</summary>
    private static Func<KubernetesSettings, KubernetesSettings>? Adjusting(string check) => check switch
    {
        ThreeControlPlanes.ThreeMembersId => ThreeControlPlanes.WithThreeMembers,
        ThreeControlPlanes.ControlPlanesId => ThreeControlPlanes.WithThreeControlPlanes,
        _ => null,
    };
}
