namespace PlatformGitOps.Controller.Tests.Geo;

public sealed class GeoTargets
{
    [Test]
    public async Task A_removed_target_loses_its_loop_and_verdict()
    {
        var (prober, target) = (new Endless(), GeoExample.Target("192.0.2.1"));
        await using var probes = new GeoProbes(
            prober, new TargetRules(), TimeProvider.System, new GeoMetrics(), NullLogger.Instance);
        probes.Follow([target]);
        var token = await prober.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));

        probes.Follow([]);

        probes.Verdict(target).ShouldBe(TargetVerdict.Unknown);
        await probes.DisposeAsync();
        Should.Throw<ObjectDisposedException>(() => token.WaitHandle, "the source of the loop's token is freed");
    }

    [Test]
    public void At_the_limit_the_targets_of_older_services_are_probed()
    {
        var older = GeoExample.Routed("eu", "192.0.2.1") with { Name = new("shop", "z") };
        var other = GeoExample.Routed("us", "192.0.2.1") with { Name = new("shop", "y"), Created = DateTime.UnixEpoch.AddDays(1) };
        var newer = GeoExample.Routed("us", "192.0.2.2") with { Name = new("shop", "x"), Created = DateTime.UnixEpoch.AddDays(2) };

        ProbedTargets.Of([newer, other, older], 2).Problems.ShouldBeEmpty("an address of two Services is probed once");
        var probed = ProbedTargets.Of([newer, other, older], 1);

        probed.Targets.ShouldBe(older.Targets);
        var (service, problem) = probed.Problems.ShouldHaveSingleItem();
        service.ShouldBe(newer.Name);
        problem.ShouldContain("more than 1 addresses");
    }

    /// <summary>Its probes only end by cancellation.</summary>
    private sealed class Endless : IProber
    {
        public TaskCompletionSource<CancellationToken> Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken)
        {
            Asked.TrySetResult(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("it never ends by itself");
        }
    }
}
