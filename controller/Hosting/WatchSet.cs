using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Hosting;

/// <summary>All watches of an instance.</summary>
internal sealed class WatchSet(ApiClient client, TimeSpan silence, TimeProvider time, ControllerMetrics metrics, ILogger log)
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    private readonly List<Reflector> _reflectors = [];

    public bool HasSynced => _reflectors.TrueForAll(reflector => reflector.HasSynced);

    public bool IsCurrent => _reflectors.TrueForAll(reflector => reflector.IsCurrent);

    public void Add<T>(WatchedResource<T> resource, Action<Delta<T>> emit)
        where T : class, IMetadata<V1ObjectMeta> =>
        _reflectors.Add(new Reflector<T>(client, resource, silence, emit, time, metrics, log));

    /// <summary>Starts all watches; no task ends before cancellation.</summary>
    public IEnumerable<Task> RunAsync(CancellationToken cancellationToken) =>
        _reflectors.Select(reflector => reflector.RunAsync(cancellationToken));

    /// <summary>The name of a stuck loop, for /healthz; null if none is stuck.</summary>
    /// <param name="loops">The times since the last pass of each event loop.</param>
    /// <param name="elections">The same for its elections; null for one in which it does not take part.</param>
    public string? StuckLoop(IEnumerable<TimeSpan> loops, IEnumerable<TimeSpan?> elections) =>
        loops.Any(since => since >= StuckAfter) ? "the event loop"
        : elections.Any(since => since >= StuckAfter) ? "the leader election"
        : _reflectors.TrueForAll(reflector => reflector.IsAlive) ? null
        : "a watch";
}
