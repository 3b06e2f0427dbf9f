using k8s.Models;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Hosting;

/// <summary>What differs from one instance to the next.</summary>
/// <param name="Identity">The pod's name: the holder of the Lease.</param>
/// <param name="DryRun">Everything but the writes.</param>
internal sealed record HostSettings(string Identity, bool DryRun = false);

/// <summary>One instance: creates reflectors, election and reconciler, runs them, and stops them in the right order.</summary>
internal sealed class ControllerHost : IStatus, IDisposable
{
    private static readonly TimeSpan WriteGrace = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan ReleaseGrace = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    private readonly ApiConnection _connection;
    private readonly ApiClient _client;
    private readonly EndpointProber _prober;
    private readonly LeaderElector? _elector;
    private readonly ChangeWriter _writer;
    private readonly Reconciler _reconciler;
    private readonly List<Reflector> _reflectors = [];
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HostSettings _settings;

    public ControllerHost(
        ApiConnection connection, HostSettings settings, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_connection, _settings, _time) = (connection, settings, time);
        options = options with { Networks = options.Networks.Without(connection.Server) };
        _log = logs.CreateLogger("controller");
        _client = new ApiClient(connection, time);
        var origin = time.GetTimestamp();
        _prober = new EndpointProber(time, origin, EndpointProber.LoadAuthorities(options.AuthoritiesFile));
        var lease = new ObjectName(connection.Namespace, options.LeaderElection.LeaseName);
        // A dry run writes nothing, so it needs no Lease.
        _elector = settings.DryRun
            ? null
            : new LeaderElector(_client, lease, settings.Identity, options.LeaderElection, time, Metrics, logs.CreateLogger("election"));
        var events = settings.DryRun ? null : new EventRecorder(_client, settings.Identity, time, logs.CreateLogger("events"));
        var api = new ObjectApi(_client);
        _writer = new ChangeWriter(settings.DryRun ? null : new Applier(api, () => IsLeading, time), events, Metrics, time, _log);
        _reconciler = new Reconciler(options, _prober, _writer, api, events, Metrics, time, origin, _log);
        var watchLog = logs.CreateLogger("watch");
        string?[] scopes = options.Namespaces.Count == 0 ? [null] : [.. options.Namespaces];
        foreach (var ns in scopes)
        {
            Reflect(WatchedResources.Services(ns), _reconciler.Enqueue);
            Reflect(WatchedResources.Pods(ns), _reconciler.Enqueue);
            if (options.Networks.Declarable.Count > 0)
            {
                Reflect(WatchedResources.EndpointSlices(ns), _reconciler.Enqueue);
            }
        }

        void Reflect<T>(WatchedResource<T> resource, Action<Delta<T>> emit)
            where T : class, IMetadata<V1ObjectMeta> =>
            _reflectors.Add(new Reflector<T>(_client, resource, options.WatchSilence, emit, time, Metrics, watchLog));
    }

    public ControllerMetrics Metrics { get; } = new();

    public bool IsSynced => _reflectors.TrueForAll(reflector => reflector.HasSynced);

    /// <summary>The loop that does not turn any more; null while all do.</summary>
    public string? Stuck =>
        _reconciler.SinceLastTurn >= StuckAfter ? "the event loop"
        : _elector?.SinceLastTurn >= StuckAfter ? "the leader election"
        : _reflectors.TrueForAll(reflector => reflector.IsAlive) ? null
        : "a watch";

    public bool IsLeading => _elector?.MayAct ?? true;

    public string WriteMetrics() => Metrics.Write();

    private bool IsCurrent => _reflectors.TrueForAll(reflector => reflector.IsCurrent);

    /// <summary>Runs until cancelled. Then no new write begins, running ones are waited for, and only then the Lease is released.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Log.Started(_log, _settings.Identity, _connection.Server, _settings.DryRun);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = _reflectors.Select(reflector => reflector.RunAsync(stop.Token))
            .Append(_reconciler.RunAsync(() => IsSynced, () => IsCurrent, stop.Token)).ToList();
        if (_elector is null)
        {
            _reconciler.EnqueueLeadership(true);
        }

        // The election goes on while the last writes end: a Lease that expired meanwhile would let another instance begin too early.
        using var endElection = new CancellationTokenSource();
        var election = _elector?.RunAsync(_reconciler.EnqueueLeadership, endElection.Token) ?? Task.CompletedTask;
        // None of them ends by itself; one that does ends the instance, and its exception is thrown below.
        var first = await Task.WhenAny(_elector is null ? tasks : tasks.Append(election));
        await stop.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Log.Stopping(_log, _writer.Running);
        await _writer.LastWrites.WaitAsync(WriteGrace, _time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await endElection.CancelAsync();
        await election.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_elector is not null)
        {
            using var limit = new CancellationTokenSource(ReleaseGrace, _time);
            await _elector.ReleaseAsync(limit.Token);
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            await first;
        }
    }

    public void Dispose()
    {
        _reconciler.Dispose();
        _prober.Dispose();
        _client.Dispose();
    }
}
