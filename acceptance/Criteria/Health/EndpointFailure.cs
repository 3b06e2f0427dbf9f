namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>Failure and recovery of one endpoint of a fleet, and the allowed times.</summary>
internal static class EndpointFailure
{
    /// <summary>Longer than the limits: a check measures first, and then compares.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    internal static readonly TimeSpan Back = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan FastBar = TimeSpan.FromSeconds(5);
    internal static readonly Dictionary<string, string> Fast = new() { ["profile"] = "fast" };

    /// <summary>One endpoint, and no other, leaves DNS within the limit and returns.</summary>
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
