namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>All checks of one kind of hosts, and their sabotages.</summary>
/// <typeparam name="THosts">The hosts that the checks take.</typeparam>
public abstract class HostTests<THosts>
    where THosts : IAsyncDisposable
{
    private protected static IEnumerable<Check> All => Catalog.Checks.Where(check => check.On<THosts>() is not null);

    private protected static IEnumerable<HostSabotage> AllSabotages =>
        Sabotages.Host.Where(sabotage => All.Any(check => check.Id == sabotage.Check));

    private protected static TestCaseData Row(string name, params object[] arguments) =>
        new TestCaseData(arguments).SetName(name).SetCategory("Substrate");

    private protected static TestCaseData Row(HostSabotage sabotage, string check) =>
        Row($"Sabotage is caught: {sabotage.Name} ({check})", sabotage).SetCategory("Sabotage");

    /// <summary>Checks whose sabotage is of another kind.</summary>
    private protected virtual IEnumerable<string> ProvenElsewhere => [];

    private protected abstract Task<THosts> Start(Check check, string cluster, HostSabotage? sabotage, CancellationToken cancellationToken);

    private protected async Task Holds(Check check, string cluster, CancellationToken cancellationToken)
    {
        await using var hosts = await Start(check, cluster, null, cancellationToken);
        await check.On<THosts>()!(hosts, cancellationToken);
    }

    private protected async Task IsCaught(HostSabotage sabotage, CancellationToken cancellationToken)
    {
        var check = All.Single(entry => entry.Id == sabotage.Check);
        await sabotage.ShouldBeDetected(async () =>
        {
            await using var hosts = await Start(check, sabotage.Cluster, sabotage, cancellationToken);
            using var scale = Eventually.ScaledBy(0.5);
            await check.On<THosts>()!(hosts, cancellationToken);
        });
    }

    [Test]
    public void Every_check_is_proven_by_a_sabotage() => All.Select(check => check.Id)
        .Except(Sabotages.Host.Select(sabotage => sabotage.Check)).Except(ProvenElsewhere).ShouldBeEmpty();
}
