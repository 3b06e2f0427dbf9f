namespace PlatformGitOps.Controller.Tests.Geo;

public sealed class GeoTargets
{
    [Test]
    public async Task A_target_that_leaves_takes_its_loop_and_its_verdict_with_it()
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

    /// <summary>Its probes end when they are cancelled.</summary>
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
