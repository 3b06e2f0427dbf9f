using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// What only systemd shows: restarts, sandboxes, timers and path units. Each test has two containers whose PID 1 it is; one test at a
/// time.
/// </summary>
[Parallelizable(ParallelScope.Self)]
[Category("Systemd")]
[Platform("Linux", Reason = "the hosts are Debian's")]
public sealed class SystemdTests
{
    private static readonly Lazy<DefinedTree> Tree = new(() =>
        DefinedTree.Generated(DefinedTree.Read(Path.Combine(StorySample.Folder, "definitions", "substrate.yaml")), null));

    private static IEnumerable<Check> All => Catalog.Checks.Where(check => check.SystemdMethod is not null);

    private static IEnumerable<TestCaseData> Checks() =>
        from check in All
        from cluster in check.Id == SubstrateCriterion.KubernetesUnitsId ? new[] { "knot" } : ["knot", "bind"]
        select new TestCaseData(check, cluster).SetName($"{check} [{cluster}]").SetCategory("Substrate");

    [TestCaseSource(nameof(Checks))]
    [CancelAfter(300_000)]
    public async Task Holds_under_systemd(Check check, string cluster, CancellationToken cancellationToken)
    {
        await using var hosts = await Start(check, cluster, null, cancellationToken);
        await check.SystemdMethod!(hosts, cancellationToken);
    }

    private static IEnumerable<TestCaseData> Sabotaged() => SubstrateCriterion.SystemdSabotages.Select(sabotage =>
        new TestCaseData(sabotage).SetName($"Sabotage is caught: {sabotage.Name} ({sabotage.Check})")
            .SetCategory("Substrate").SetCategory("Sabotage"));

    [TestCaseSource(nameof(Sabotaged))]
    [CancelAfter(300_000)]
    public async Task Is_caught_by_its_check(HostSabotage sabotage, CancellationToken cancellationToken)
    {
        var check = Catalog.Checks.Single(entry => entry.Id == sabotage.Check);
        string? failure = null;
        await using var hosts = await Start(check, "knot", sabotage, cancellationToken);
        try
        {
            using (Eventually.Hurry(0.5))
            {
                await check.SystemdMethod!(hosts, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is ShouldAssertException or NeverHeldException or TimeoutException)
        {
            failure = exception.Message;
        }

        failure.ShouldNotBeNull($"'{sabotage}' was not noticed");
        failure.ShouldContain(sabotage.ExpectedMessage);
    }

    [Test]
    public void Every_check_is_proven_by_a_sabotage() =>
        All.Select(check => check.Id).Except(SubstrateCriterion.SystemdSabotages.Select(sabotage => sabotage.Check)).ShouldBeEmpty();

    private static async Task<SystemdHosts> Start(
        Check check, string cluster, HostSabotage? sabotage, CancellationToken cancellationToken)
    {
        var tree = RenderedCluster.From(Tree.Value, cluster);
        if (check.Id != SubstrateCriterion.KubernetesUnitsId)
        {
            return await SystemdHosts.Start(
                tree, "dns", sabotage, settings => settings with { View = true, QueryLog = 5 }, cancellationToken);
        }

        KubernetesHosts.Need([.. KubernetesHosts.Programs]);
        var version = (await KubernetesHosts.VersionHere)!;
        return await SystemdHosts.Start(
            tree, "kubernetes", sabotage, settings => SubstrateCriterion.OnOneHost(settings, version), cancellationToken);
    }
}
