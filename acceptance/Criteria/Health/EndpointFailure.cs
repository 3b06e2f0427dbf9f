namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>One endpoint of a fleet stops answering and recovers, and how long that may take.</summary>
internal static class EndpointFailure
{
    /// <summary>Waits are longer than the bars: a check measures first, and judges then.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    internal static readonly TimeSpan Back = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan FastBar = TimeSpan.FromSeconds(5);
    internal static readonly Dictionary<string, string> Fast = new() { ["profile"] = "fast" };

    /// <summary>One of the endpoints, and it alone, leaves DNS within the bar and comes back.</summary>
    internal static async Task OutAndBack(
        LiveCluster cluster, string name, IReadOnlyDictionary<string, string> asked, FleetShape shape, TimeSpan bar,
        CancellationToken cancellationToken, int pods = 3)
    {
        var fleet = await Fleet.Deploy(cluster, name, pods, asked, shape, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            await InTime(fleet, follower, bar, cancellationToken);
            var others = fleet.Pods.Skip(1).Select(fleet.AddressOf).ToList();
            (await follower.From(DateTimeOffset.MinValue, fleet, cancellationToken)).Where(line => line.Answers.Count > 0).ShouldContain(
                line => others.All(line.Answers.Contains) && line.Answers.Count == others.Count, $"{name}: others went too");
        }
        finally
        {
            await fleet.Remove();
        }
    }

    internal static async Task InTime(Fleet fleet, Follower follower, TimeSpan bar, CancellationToken cancellationToken)
    {
        var failure = await FailureTimes.Of(fleet, follower, fleet.Pods[0], Patience, cancellationToken);
        EvidenceLog.Observed(failure.ToString());
        await TestContext.Out.WriteLineAsync(failure.ToString());
        var scale = Settings.SuiteSettings.Current.BudgetScale;
        failure.Gone.ShouldBeLessThan(bar * scale, $"{fleet.Name}: a failing endpoint was in DNS for too long");
        failure.Back.ShouldBeLessThan(Back * scale, $"{fleet.Name}: a recovered endpoint was missing for too long");
    }
}
