using System.Text;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Hosting;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Geo;

/// <summary>
/// One instance of <c>geo</c>, beside a CoreDNS. It follows Services and probes their addresses; the one with the Lease decides and writes
/// the zones into their ConfigMap; each gives that ConfigMap's data to its CoreDNS as files, since a volume would show them a minute late.
/// </summary>
internal sealed class GeoHost : IStatus, IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectName, GeoService> _services = [];
    private readonly Dictionary<ObjectName, V1ObjectReference> _references = [];
    private readonly Dictionary<ObjectName, (V1ObjectReference About, string Text)> _invalid = [];
    private readonly GeoOptions _options;
    private readonly ApiConnection _connection;
    private readonly ApiClient _client;
    private readonly EndpointProber _prober;
    private readonly GeoProbes _probes;
    private readonly LeaderElector _elector;
    private readonly ServiceProblems _problems;
    private readonly WatchSet _watches;
    private readonly ZonesWriter _zones;
    private readonly ServedZones _served;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ControllerMetrics _common = new();
    private bool _dirty = true;
    private long _decidedAt;
    private long _turnedAt;
    private Task _writing = Task.CompletedTask;
    private Task _reporting = Task.CompletedTask;
    private HashSet<string> _open = [];

    public GeoHost(ApiConnection connection, string identity, string folder, GeoOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_options, _connection, _time) = (options, connection, time);
        _log = logs.CreateLogger("geo");
        _client = new ApiClient(connection, time);
        _prober = new EndpointProber(time, time.GetTimestamp());
        _probes = new GeoProbes(_prober, options.Probes, time, Metrics, _log) { Changed = () => Volatile.Write(ref _dirty, true) };
        var name = new ObjectName(connection.Namespace, options.ZonesName);
        _zones = new ZonesWriter(_client, name, options, Metrics, _common, time, _log);
        _elector = new LeaderElector(_client, name, identity, options.LeaderElection, time, _common, logs.CreateLogger("election"));
        _problems = new ServiceProblems(new EventRecorder(_client, identity, time, logs.CreateLogger("events")), _log);
        _served = new ServedZones(new ZoneFolder(folder), options, Metrics, time, _log);
        (_turnedAt, _decidedAt) = (time.GetTimestamp(), time.GetTimestamp());
        _watches = new WatchSet(_client, options.WatchSilence, time, _common, logs.CreateLogger("watch"));
        foreach (var ns in WatchedResources.Scopes(options.Namespaces))
        {
            _watches.Add(WatchedResources.Services(ns) with { Transform = Trim }, OnService);
        }

        _watches.Add(WatchedResources.ConfigMap(name), delta => OnZones(name, delta));
    }

    public GeoMetrics Metrics { get; } = new();

    /// <summary>CoreDNS has zones. The API server may be away from then on.</summary>
    public bool IsSynced => _watches.HasSynced && _served.Any;

    public bool IsLeading => _elector.MayAct;

    public string? Stuck =>
        _watches.StuckLoop([_time.GetElapsedTime(Interlocked.Read(ref _turnedAt))], [_elector.SinceLastTurn]);

    public string WriteMetrics()
    {
        var text = new StringBuilder(_common.Write());
        Metrics.Write(text);
        return text.ToString();
    }

    /// <summary>Runs until cancelled, and gives the Lease back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Log.Started(_log, _options.Zone, _connection.Server, false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = _watches.RunAsync(stop.Token).Append(TurnsAsync(stop.Token))
            .Append(_elector.RunAsync(role => _common.Leader.Set(role == Role.Leader ? 1 : 0), stop.Token)).ToList();
        // None of them ends by itself; one that does ends the instance, and its exception is thrown below.
        var first = await Task.WhenAny(tasks);
        await stop.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _probes.DisposeAsync();
        using var limit = new CancellationTokenSource(LeaderElector.ReleaseGrace, _time);
        await _elector.ReleaseAsync(limit.Token);
        if (!cancellationToken.IsCancellationRequested)
        {
            await first;
        }
    }

    public void Dispose()
    {
        _prober.Dispose();
        _client.Dispose();
    }

    private static V1Service Trim(V1Service service)
    {
        service.Metadata.ManagedFields = null;
        return service;
    }

    private void OnService(Delta<V1Service> delta)
    {
        lock (_lock)
        {
            switch (delta)
            {
                case Delta<V1Service>.Present { Item: var item }:
                    var (routed, problems) = GeoServiceReader.Read(item, _options);
                    Forget(item.FullName());
                    if (problems.Count > 0)
                    {
                        _invalid[item.FullName()] = (EventRecorder.About(item), string.Join("; ", problems));
                    }
                    else if (routed is not null)
                    {
                        _services[item.FullName()] = routed;
                        _references[item.FullName()] = EventRecorder.About(item);
                    }

                    break;
                case Delta<V1Service>.Absent { Name: var name }:
                    Forget(name);
                    break;
            }
        }

        Volatile.Write(ref _dirty, true);
    }

    private void Forget(ObjectName name)
    {
        _services.Remove(name);
        _references.Remove(name);
        _invalid.Remove(name);
    }

    private void OnZones(ObjectName zones, Delta<V1ConfigMap> delta)
    {
        if (delta is Delta<V1ConfigMap>.Present { Item: var item } && item.FullName() == zones)
        {
            _zones.See(item);
            Volatile.Write(ref _dirty, true);
        }
    }

    private async Task TurnsAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                Interlocked.Exchange(ref _turnedAt, _time.GetTimestamp());
                try
                {
                    TakeTurn(cancellationToken);
                }
                catch (Exception e)
                {
                    Failed(e);
                }

                await Task.Delay(Turn, _time, cancellationToken);
            }
        }
        finally
        {
            // The Lease is given back after the last write.
            await Task.WhenAll(_writing, _reporting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for no answer of the API server: a slow one must delay neither what is served nor the next turn.</summary>
    private void TakeTurn(CancellationToken cancellationToken)
    {
        GeoService[] services;
        // Asked first: of a list that comes in meanwhile a part would look like the whole.
        var synced = _watches.HasSynced;
        // Of a write that ends meanwhile the zones before it would be taken for the present ones.
        var isWriting = !_writing.IsCompleted;
        var current = _zones.Current;
        lock (_lock)
        {
            services = [.. _services.Values];
        }

        _served.Serve(current);
        var probed = ProbedTargets.Of(services, _options.Probes.MostTargets);
        _probes.Follow(probed.Targets);
        if (!synced || isWriting || !_zones.MayWrite
            || !(Volatile.Read(ref _dirty) || _time.GetElapsedTime(_decidedAt) >= LookAgain))
        {
            return;
        }

        // What changes from here on is looked at in the next turn.
        Volatile.Write(ref _dirty, false);
        _decidedAt = _time.GetTimestamp();
        if (!_probes.IsSettled)
        {
            Volatile.Write(ref _dirty, true);
            return;
        }

        var answers = GeoDecider.Decide(_options, services, _probes.Verdict);
        answers = answers with { Problems = answers.Problems.AddRange(probed.Problems) };
        Show(answers, services);
        if (!IsLeading)
        {
            // Whoever takes over writes at once.
            Volatile.Write(ref _dirty, true);
            return;
        }

        _writing = WriteAsync(current, answers, cancellationToken);
        if (_reporting.IsCompleted)
        {
            // What comes while Events are on their way is reported when it is looked at again.
            _reporting = ReportAsync(_writing, answers, cancellationToken);
        }
    }

    private async Task WriteAsync(V1ConfigMap? seen, GeoAnswers answers, CancellationToken cancellationToken)
    {
        try
        {
            await _zones.WriteAsync(seen, answers, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(e);
        }
    }

    /// <summary>The edge of a turn and of a write: whatever it was, it is tried again, a write later each time.</summary>
    private void Failed(Exception failure)
    {
        _zones.Failed(failure);
        Volatile.Write(ref _dirty, true);
    }

    private void Show(GeoAnswers answers, GeoService[] services)
    {
        foreach (var region in _options.Regions)
        {
            var verdicts = services.Where(service => service.Region == region.Name).SelectMany(service => service.Targets)
                .Distinct().CountBy(_probes.Verdict).ToDictionary();
            foreach (var verdict in Enum.GetValues<TargetVerdict>())
            {
                Metrics.Targets.Set(verdicts.GetValueOrDefault(verdict), ("region", region.Name),
                    ("verdict", verdict.ToString().ToLowerInvariant()));
            }
        }

        var open = answers.Names.Where(name => name.FailsOpen).Select(name => name.Hostname).ToHashSet(StringComparer.Ordinal);
        foreach (var name in open.Where(name => !_open.Contains(name)))
        {
            Log.GeoFailsOpen(_log, name);
        }

        _open = open;
        Metrics.Names.Set(answers.Names.Length);
        Metrics.FailOpen.Set(open.Count);
        lock (_lock)
        {
            Metrics.Invalid.Set(_invalid.Keys.Concat(answers.Problems.Select(problem => problem.Service)).Distinct().Count());
        }
    }

    private async Task ReportAsync(Task writing, GeoAnswers answers, CancellationToken cancellationToken)
    {
        // The zones come first: there may be many Events, each as slow as the API server.
        await writing;
        List<(ObjectName Name, V1ObjectReference About, string Text)> problems;
        lock (_lock)
        {
            problems =
            [
                .. _invalid.Select(invalid => (invalid.Key, invalid.Value.About, invalid.Value.Text)),
                // Without its uid kubectl describe does not show the Event. A Service that is gone meanwhile needs none.
                .. answers.Problems.Where(problem => _references.ContainsKey(problem.Service))
                    .Select(problem => (problem.Service, _references[problem.Service], problem.Problem)),
            ];
        }

        // One Event for each Service, whatever the number of its problems.
        await _problems.ReportAsync([.. problems.GroupBy(problem => problem.Name).Select(
            own => (own.Key, own.First().About, string.Join("; ", own.Select(problem => problem.Text))))], cancellationToken);
    }
}
