using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Hosting;

/// <summary>Settings of one instance.</summary>
/// <param name="Identity">The pod's name, the holder identity in the Lease.</param>
/// <param name="DryRun">True to write nothing.</param>
internal sealed record HostSettings(string Identity, bool DryRun = false);

/// <summary>One instance: creates reflectors, elections and reconcilers, runs them, and stops them in the right order.</summary>
internal sealed class ControllerHost : IStatus, IDisposable
{
    private readonly ApiConnection _connection;
    private readonly ApiClient _client;
    private readonly EndpointProber _prober;
    private readonly ControllerOptions _options;
    private readonly Shard[] _shards;
    private readonly ShardGroup? _group;
    private readonly WatchSet _watches;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly HostSettings _settings;
    private volatile bool _stopping;

    public ControllerHost(
        ApiConnection connection, HostSettings settings, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_connection, _settings, _time, _logs) = (connection, settings, time, logs);
        _options = options = options with { Networks = options.Networks.Without(connection.Server) };
        _log = logs.CreateLogger("controller");
        _client = new ApiClient(connection, time);
        var origin = time.GetTimestamp();
        _prober = new EndpointProber(time, origin, EndpointProber.LoadAuthorities(options.AuthoritiesFile));
        _group = options.Shards > 1 && !settings.DryRun ? CreateGroup() : null;
        var events = settings.DryRun ? null : new EventRecorder(_client, settings.Identity, time, logs.CreateLogger("events"));
        var api = new ObjectApi(_client);
        var telemetry = new Telemetry(Metrics, events, _log);
        _shards = [.. Enumerable.Range(0, options.Shards).Select(index => CreateShard(index, api, telemetry, origin))];
        _watches = new WatchSet(_client, options.WatchSilence, time, Metrics, logs.CreateLogger("watch"));
        foreach (var ns in WatchedResources.Scopes(options.Namespaces))
        {
            Watch(WatchedResources.Services(ns), (reconciler, delta) => reconciler.Enqueue(delta));
            Watch(WatchedResources.Pods(ns), (reconciler, delta) => reconciler.Enqueue(delta));
            if (options.Networks.Declarable.Count > 0)
            {
                Watch(WatchedResources.EndpointSlices(ns), (reconciler, delta) => reconciler.Enqueue(delta));
            }
        }
    }

    public ControllerMetrics Metrics { get; } = new();

    public bool IsSynced => _watches.HasSynced;

    /// <summary>The name of a stuck loop; null if none is stuck.</summary>
    public string? Stuck => _watches.StuckLoop(
        _shards.Select(shard => shard.Reconciler.SinceLastPass),
        _shards.Select(shard => shard.SinceLastAttempt).Append(_group?.SinceLastAttempt));

    public bool IsLeading => Leads.Any();

    /// <summary>The shards that this instance leads.</summary>
    public IEnumerable<int> Leads => _shards.Index().Where(one => one.Item.MayAct).Select(one => one.Index);

    /// <summary>True if this instance leads the namespace's shard.</summary>
    public bool ActsFor(string ns) => ShardOf(ns).MayAct;

    public string WriteMetrics() => Metrics.Write();

    /// <summary>Runs until cancelled. Then it starts no more writes, waits for running ones, and releases the Leases.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Log.Started(_log, _settings.Identity, _connection.Server, _settings.DryRun);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] tasks =
        [
            .. _watches.RunAsync(stop.Token),
            .. _shards.Select(shard => shard.Reconciler.RunAsync(() => IsSynced, () => _watches.IsCurrent, stop.Token)),
        ];

        // The elections run until the last writes have ended: an expired Lease would let another instance start too early.
        using var endElections = new CancellationTokenSource();
        List<Task> elections = [.. _shards.Select(shard => shard.RunElectionAsync(endElections.Token))];
        if (_group is not null)
        {
            elections.Add(_group.RunAsync(endElections.Token));
        }

        // No task ends by itself; if one does, the instance ends with its exception, thrown below.
        var first = await Task.WhenAny(tasks.Concat(elections));
        _stopping = true;
        await stop.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Log.Stopping(_log, _shards.Sum(shard => shard.Writer.Running));
        await Task.WhenAll(_shards.Select(shard => shard.Writer.LastWrites)).WaitAsync(Shard.WriteGrace, _time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await endElections.CancelAsync();
        await Task.WhenAll(elections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(LeaderElector.ReleaseGrace, _time);
        // Leave the group first: otherwise another instance could give a shard to this one.
        await (_group?.LeaveAsync(limit.Token) ?? Task.CompletedTask);
        await Task.WhenAll(_shards.Select(shard => shard.ReleaseAsync(limit.Token)));
        if (!cancellationToken.IsCancellationRequested)
        {
            await first;
        }
    }

    public void Dispose()
    {
        foreach (var shard in _shards)
        {
            shard.Dispose();
        }

        _prober.Dispose();
        _client.Dispose();
    }

    private Shard ShardOf(string? ns) => _shards[Sharding.ShardOf(ns, _shards.Length)];

    private ShardGroup CreateGroup()
    {
        var election = _options.LeaderElection;
        var members = new Members(_settings.Identity, election, _time) { IsReady = () => !_stopping && IsSynced && Stuck is null };
        var gate = CreateElector(election.LeaseName, ShardGroup.NameOf(_options.Shards), () => true, members);
        return new ShardGroup(
            gate, _settings.Identity, election, _time, () => [.. _shards.Select(shard => shard.Holder)],
            (shard, instance, token) => _shards[shard].HandOverAsync(instance, token));
    }

    /// <summary>With one shard, names have no shard suffix.</summary>
    private Shard CreateShard(int index, ObjectApi api, Telemetry telemetry, long origin)
    {
        var name = _options.LeaderElection.LeaseName + (_options.Shards > 1 ? $"-{index}" : "");
        var elector = _settings.DryRun
            ? null
            : CreateElector(name, _settings.Identity, MayAcquire, null);
        // A released shard goes to an instance that can lead it at once.
        bool MayAcquire() => _group is null || (_group.MayAct && IsSynced);
        bool MayAct() => (elector?.MayAct ?? true) && (_group?.MayAct ?? true);

        var own = telemetry with { Labels = _options.Shards > 1 ? [("shard", $"{index}")] : [] };
        var writer = new ChangeWriter(_settings.DryRun ? null : new Applier(api, MayAct, _time), own, _time);
        var reconciler = new Reconciler(_options, _prober, writer, api, own, _time, origin);
        return new Shard(elector, writer, reconciler, MayAct, _time, _log);
    }

    private LeaderElector CreateElector(string lease, string identity, Func<bool> mayAcquire, Members? members) => new(
        _client, new ObjectName(_connection.Namespace, lease), identity, _options.LeaderElection, _time, Metrics,
        _logs.CreateLogger("election"))
    {
        Members = members,
        MayAcquire = mayAcquire,
    };

    private void Watch<T>(WatchedResource<T> resource, Action<Reconciler, Delta<T>> enqueue)
        where T : class, IMetadata<V1ObjectMeta>
    {
        _watches.Add(resource, Emit);

        void Emit(Delta<T> delta)
        {
            var ns = delta switch
            {
                Delta<T>.Present { Item.Metadata.NamespaceProperty: var present } => present,
                Delta<T>.Absent { Name.Namespace: var absent } => absent,
                _ => null,
            };
            foreach (var shard in delta is Delta<T>.Synced ? _shards : [ShardOf(ns)])
            {
                enqueue(shard.Reconciler, delta);
            }
        }
    }
}
