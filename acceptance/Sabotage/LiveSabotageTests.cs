namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>
/// Proves that live checks can fail, nightly and with <c>--filter TestCategory=LiveSabotage</c>: the sabotage's check fails with the
/// expected message, the drift report shows a changed delivered object, and every other check that is not disruptive passes.
/// </summary>
[Explicit("breaks a running cluster on purpose, and takes its time")]
public sealed class LiveSabotageTests
{
    /// <summary>Every manual change of a delivered object is drift.</summary>
    private const string Drift = "AC6.3";

    private static IEnumerable<TestCaseData> Cases() => CasesOf(Feature.Always, "LiveSabotage");

    [TestCaseSource(nameof(Cases))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_check_alone(LiveSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "a sabotage breaks DNS on purpose; the setting may-disrupt allows it");
        await ClientPods.Ensure(cluster, cancellationToken);
        // Before the sabotage, because the trial creates a policy itself.
        var enforced = await PolicyEnforcement.IsEnforced(cluster, cancellationToken);
        cluster.Needs(enforced || !sabotage.NeedsEnforcement, "the network plugin of this cluster enforces no NetworkPolicy");
        var check = Catalog.Checks.Single(entry => entry.Id == sabotage.Check);
        await check.RunLive(cluster, cancellationToken);
        try
        {
            await sabotage.Do(cluster, cancellationToken);
            await TestContext.Progress.WriteLineAsync($"{cluster.Role}: {sabotage.Name}: {check.Id} has to fail, and no other check");
            await ShouldFail(check, sabotage, cluster, cancellationToken);
            var others = await FailedBeside(check, sabotage.Companions.Keys, cluster, cancellationToken);
            others.Keys.Append(check.Id).Contains(Drift).ShouldBe(sabotage.IsDrift, "what the drift report shows");
            others.Where(other => other.Key != Drift && !sabotage.Companions.ContainsKey(other.Key))
                .Select(other => $"{other.Key}: {other.Value}")
                .ShouldBeEmpty($"'{sabotage.Name}' fails other checks too");
        }
        finally
        {
            await sabotage.Undo(cluster, CancellationToken.None);
            await Rollout.Done(cluster, CancellationToken.None);
        }

        await check.RunLive(cluster, cancellationToken);
    }

    internal static IEnumerable<TestCaseData> CasesOf(Feature switchedOn, string category) =>
        from sabotage in Sabotages.Live
        where Catalog.Checks.Single(check => check.Id == sabotage.Check).Criterion.SwitchesOn == switchedOn
        select new TestCaseData(sabotage).SetName($"Live sabotage is caught: {sabotage.Name} ({sabotage.Check})").SetCategory(category);

    /// <summary>Checks that the sabotage's check fails while the cluster is broken, and passes afterwards.</summary>
    internal static async Task IsCaught(LiveSabotage sabotage, LiveCluster cluster, CancellationToken cancellationToken)
    {
        var check = Catalog.Checks.Single(entry => entry.Id == sabotage.Check);
        try
        {
            await sabotage.Do(cluster, cancellationToken);
            await ShouldFail(check, sabotage, cluster, cancellationToken);
        }
        finally
        {
            await sabotage.Undo(cluster, CancellationToken.None);
        }

        await check.RunLive(cluster, cancellationToken);
    }

    private static async Task ShouldFail(Check check, LiveSabotage sabotage, LiveCluster cluster, CancellationToken cancellationToken)
    {
        var message = await Failure(check, cluster, cancellationToken);
        message.ShouldNotBeNull($"'{sabotage.Name}' was not noticed");
        message.ShouldContain(sabotage.ExpectedMessage, customMessage: message);
    }

    /// <summary>The check's message; null if it passes or is skipped.</summary>
    /// <param name="timeScale">The factor for the check's time limits.</param>
    private static async Task<string?> Failure(
        Check check, LiveCluster cluster, CancellationToken cancellationToken, double timeScale = 0.3)
    {
        using var scale = Eventually.ScaledBy(timeScale);
        return await check.Failure(cluster, cancellationToken);
    }

    /// <summary>
    /// Runs all other checks that are not disruptive, a few at a time. One that fails unexpectedly runs again alone and with its full time
    /// limits: the first failure may be a busy machine's.
    /// </summary>
    private static async Task<IReadOnlyDictionary<string, string>> FailedBeside(
        Check sabotaged, IEnumerable<string> expected, LiveCluster cluster, CancellationToken cancellationToken)
    {
        var failed = new ConcurrentDictionary<string, string>();
        var checks = Catalog.Checks.Where(check => check.Live is not null && !check.Disruptive && check.Id != sabotaged.Id).ToList();
        await Parallel.ForEachAsync(
            checks,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (check, token) =>
            {
                if (await Failure(check, cluster, token) is { } message)
                {
                    failed[check.Id] = message;
                }
            });
        foreach (var check in checks.Where(check => failed.ContainsKey(check.Id) && check.Id != Drift)
            .ExceptBy(expected, check => check.Id))
        {
            if (await Failure(check, cluster, cancellationToken, timeScale: 1) is null)
            {
                failed.TryRemove(check.Id, out _);
            }
        }

        return failed;
    }
}

/// <summary>
/// The same for checks of parts that are off by default. Separate, because the cluster then has another definition, which is drift for the
/// other checks.
/// </summary>
[Explicit("breaks a running cluster on purpose, and takes its time")]
public sealed class PartSabotageTests
{
    private OptionalFeature? on;

    private static IEnumerable<TestCaseData> Cases() => OptionalFeature.All
        .SelectMany(part => LiveSabotageTests.CasesOf(part.Feature, part.Category));

    [TestCaseSource(nameof(Cases))]
    [CancelAfter(600_000)]
    public async Task Is_caught_by_its_check(LiveSabotage sabotage, CancellationToken cancellationToken)
    {
        var cluster = await LiveClusters.Get(Repository.Roles[0], cancellationToken);
        cluster.Needs(cluster.MayDisrupt, "a sabotage breaks DNS on purpose; the setting may-disrupt allows it");
        var feature = Catalog.Checks.Single(check => check.Id == sabotage.Check).Criterion.SwitchesOn;
        var part = OptionalFeature.Of(feature)!;
        if (on != part)
        {
            await SwitchOff();
            on = part;
        }

        var delivered = await part.Deliver(cluster, cancellationToken);
        if (sabotage.NeedsEnforcement)
        {
            await ClientPods.Ensure(cluster, cancellationToken);
            cluster.Needs(
                await PolicyEnforcement.IsEnforced(cluster, cancellationToken),
                "the network plugin of this cluster enforces no NetworkPolicy");
        }

        await LiveSabotageTests.IsCaught(sabotage, delivered, cancellationToken);
    }

    [OneTimeTearDown]
    public Task SwitchOff() => on?.Remove(Repository.Roles[0], CancellationToken.None) ?? Task.CompletedTask;
}
