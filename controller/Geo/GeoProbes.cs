using System.Collections.Immutable;

namespace PlatformGitOps.Controller.Geo;

/// <summary>Runs a probe loop for each address of a Service. Every instance probes, so a new leader has verdicts.</summary>
internal sealed class GeoProbes(IProber prober, TargetRules rules, TimeProvider time, GeoMetrics metrics, ILogger log) : IAsyncDisposable
{
    private readonly long _origin = time.GetTimestamp();
    private readonly Dictionary<GeoTarget, TargetLoop> _loops = [];
    private readonly List<Task> _ending = [];

    private TimeSpan? _begun;
    private bool _settled;

    /// <summary>Called after each change of a verdict.</summary>
    public Action Changed { get; set; } = () => { };

    public TargetVerdict Verdict(GeoTarget target) =>
        _loops.TryGetValue(target, out var loop) ? loop.Health.At(Now, rules) : TargetVerdict.Unknown;

    /// <summary>
    /// True if the addresses at start-up have a verdict or had enough time for one. Later addresses do not count: a user who creates one
    /// Service after the other would block all names.
    /// </summary>
    public bool IsSettled => (_settled |= _loops.Keys.All(target => Verdict(target) != TargetVerdict.Unknown))
        || Now - _begun > rules.Settled;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Starts and stops loops. Not thread-safe, also not with reading verdicts.</summary>
    public void Follow(IEnumerable<GeoTarget> targets)
    {
        _ending.RemoveAll(end => end.IsCompleted);
        var wanted = targets.ToHashSet();
        foreach (var gone in _loops.Keys.Where(target => !wanted.Contains(target)).ToArray())
        {
            _loops.Remove(gone, out var loop);
            _ending.Add(loop!.DisposeAsync().AsTask());
        }

        foreach (var target in wanted.Where(target => !_loops.ContainsKey(target)).ToArray())
        {
            _begun ??= Now;
            _loops[target] = new TargetLoop((loop, token) => RunAsync(target, loop, token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Follow([]);
        await Task.WhenAll(_ending);
    }

    private async Task RunAsync(GeoTarget target, TargetLoop loop, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = Now;
            var result = await prober.ProbeAsync(target.At(rules.Timeout), cancellationToken);
            if (result.Unexpected is { } unexpected)
            {
                Log.InternalError(log, "probe", $"{target.Address}", unexpected);
            }

            cancellationToken.ThrowIfCancellationRequested();
            var before = loop.Health.Verdict;
            var health = loop.Health = loop.Health.With(result.Healthy, Now, rules);
            metrics.Probes.Increment(("result", result.Healthy ? "healthy" : "unhealthy"));
            if (health.Verdict != before)
            {
                Log.GeoVerdict(log, $"{target.Address}", health.Verdict, result.Detail);
                Changed();
            }

            var period = health is { Verdict: TargetVerdict.Healthy, Failures: 0 } ? rules.Interval : rules.RetryInterval;
            var wait = started + period - Now;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken);
        }
    }

    /// <summary>A loop and its results, which end together.</summary>
    private sealed class TargetLoop : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private TargetHealth _health = TargetHealth.Empty;

        public TargetLoop(Func<TargetLoop, CancellationToken, Task> run) => _running = Task.Run(() => run(this, _stop.Token));

        public TargetHealth Health
        {
            get => Volatile.Read(ref _health);
            set => Volatile.Write(ref _health, value);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}

/// <summary>The probed addresses, by age of their Services, so that a new Service takes no probe from another. Pure.</summary>
/// <param name="Targets">The addresses up to the limit.</param>
/// <param name="Problems">Problems of the Services with more addresses.</param>
internal sealed record ProbedTargets(
    IReadOnlyCollection<GeoTarget> Targets, IReadOnlyCollection<(ObjectName Service, string Problem)> Problems)
{
    public static ProbedTargets Of(IEnumerable<GeoService> services, int most)
    {
        var probed = new HashSet<GeoTarget>();
        var problems = new List<(ObjectName, string)>();
        foreach (var service in services.OrderBy(service => service.Created)
            .ThenBy(service => service.Name.ToString(), StringComparer.Ordinal))
        {
            probed.UnionWith(service.Targets.Except(probed).Take(most - probed.Count).ToArray());
            if (service.Targets.Except(probed).Count() is > 0 and var left)
            {
                problems.Add((service.Name, $"the zone has more than {most} addresses, and those of the oldest Services come first: "
                    + $"{left} of {service.Targets.Count} are not probed, and so never healthy; divide the zone"));
            }
        }

        return new ProbedTargets(probed, problems);
    }
}

/// <summary>The health of an address.</summary>
internal enum TargetVerdict
{
    /// <summary>Not enough results yet, or only old ones.</summary>
    Unknown,
    Healthy,
    Unhealthy,
}

/// <summary>The results of one address. Times are monotonic, since the start of the process.</summary>
internal sealed record TargetHealth
{
    public static TargetHealth Empty { get; } = new();

    public TargetVerdict Verdict { get; init; }

    public int Failures { get; init; }

    public int Successes { get; init; }

    public ImmutableArray<TimeSpan> Drops { get; init; } = [];

    public TimeSpan? LastResult { get; init; }

    public TargetHealth With(bool healthy, TimeSpan now, TargetRules rules)
    {
        var next = healthy
            ? this with { Failures = 0, Successes = Successes + 1, LastResult = now }
            : this with { Failures = Failures + 1, Successes = 0, LastResult = now };
        var needed = Verdict == TargetVerdict.Unhealthy
            ? Flapping.SuccessesNeeded(Drops, rules.SuccessThreshold, rules.MaxFlapDoublings, rules.FlapWindow, now)
            : 1;
        return next switch
        {
            { Verdict: not TargetVerdict.Healthy } when next.Successes >= needed => next with { Verdict = TargetVerdict.Healthy },
            { Verdict: not TargetVerdict.Unhealthy } when next.Failures >= rules.FailureThreshold => next with
            {
                Verdict = TargetVerdict.Unhealthy,
                // Not for an address that was never healthy.
                Drops = next.Verdict == TargetVerdict.Healthy ? Flapping.With(Drops, now, rules.FlapWindow) : Drops,
            },
            _ => next,
        };
    }

    /// <summary>The verdict, or Unknown if its last result is too old.</summary>
    public TargetVerdict At(TimeSpan now, TargetRules rules) =>
        LastResult is { } last && now - last <= rules.Stale ? Verdict : TargetVerdict.Unknown;
}
