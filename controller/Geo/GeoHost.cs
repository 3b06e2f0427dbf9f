using System.Text;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Hosting;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Geo;

/// <summary>
/// An instance of <c>geo</c>, next to a CoreDNS. It watches Services and probes their addresses; the leader decides and writes the zones
/// into their ConfigMap; every instance writes that ConfigMap's data as files for its CoreDNS, because a volume would be updated a minute
/// late.
/// </summary>
internal sealed class GeoHost : IStatus, IDisposable
{
    private static readonly TimeSpan PassInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DecideAtLeastEvery = TimeSpan.FromSeconds(5);

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
    private long _lastPassAt;
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
        _problems = new ServiceProblems(new EventRecorder(_client, identity, time, logs.CreateLogger("events")), time, _log);
        _served = new ServedZones(new ZoneFolder(folder), options, Metrics, time, _log);
        (_lastPassAt, _decidedAt) = (time.GetTimestamp(), time.GetTimestamp());
        _watches = new WatchSet(_client, options.WatchSilence, time, _common, logs.CreateLogger("watch"));
        foreach (var ns in WatchedResources.Scopes(options.Namespaces))
        {
            _watches.Add(WatchedResources.Services(ns) with { Transform = Trim }, OnService);
        }

        _watches.Add(WatchedResources.ConfigMap(name), delta => OnZones(name, delta));
    }

    public GeoMetrics Metrics { get; } = new();

    /// <summary>CoreDNS has zones. From then on the API server may be unavailable.</summary>
    public bool IsSynced => _watches.HasSynced && _served.HasZones;

    public bool IsLeading => _elector.MayAct;

    public string? Stuck =>
        _watches.StuckLoop([_time.GetElapsedTime(Interlocked.Read(ref _lastPassAt))], [_elector.SinceLastAttempt]);

    public string WriteMetrics()
    {
        var text = new StringBuilder(_common.Write());
        Metrics.Write(text);
        return text.ToString();
    }

    /// <summary>Runs until cancelled, then releases the Lease.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Log.Started(_log, _options.Zone, _connection.Server, false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = _watches.RunAsync(stop.Token).Append(RunPassesAsync(stop.Token))
            .Append(_elector.RunAsync(role => _common.Leader.Set(role == Role.Leader ? 1 : 0), stop.Token)).ToList();
        // No task ends by itself; if one does, the instance ends with its exception, thrown below.
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

                    if (routed is not null)
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
            _zones.Observe(item);
            Volatile.Write(ref _dirty, true);
        }
    }

    private async Task RunPassesAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                Interlocked.Exchange(ref _lastPassAt, _time.GetTimestamp());
                try
                {
                    RunPass(cancellationToken);
                }
                catch (Exception e)
                {
                    RecordFailure(e);
                }

                await Task.Delay(PassInterval, _time, cancellationToken);
            }
        }
        finally
        {
            // Release the Lease after the last write.
            await Task.WhenAll(_writing, _reporting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does not wait for the API server: a slow answer must not delay the served zones or the next pass.</summary>
    private void RunPass(CancellationToken cancellationToken)
    {
        GeoService[] services;
        // Read first: a list that arrives meanwhile would be read partially.
        var synced = _watches.HasSynced;
        // Read before the zones: a write that ends in between would make them outdated.
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
            || !(Volatile.Read(ref _dirty) || _time.GetElapsedTime(_decidedAt) >= DecideAtLeastEvery))
        {
            return;
        }

        // Later changes are handled in the next pass.
        Volatile.Write(ref _dirty, false);
        _decidedAt = _time.GetTimestamp();
        if (!_probes.IsSettled)
        {
            Volatile.Write(ref _dirty, true);
            return;
        }

        var answers = GeoDecider.Decide(_options, services, _probes.Verdict);
        answers = answers with { Problems = answers.Problems.AddRange(probed.Problems) };
        ExportMetrics(answers, services);
        if (!IsLeading)
        {
            // A new leader writes at once.
            Volatile.Write(ref _dirty, true);
            return;
        }

        _writing = WriteAsync(current, answers, cancellationToken);
        if (_reporting.IsCompleted)
        {
            // Changes during the writing of Events are reported in a later pass.
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
            RecordFailure(e);
        }
    }

    /// <summary>Catches exceptions of a pass or a write; it is retried, with increasing back-off for writes.</summary>
    private void RecordFailure(Exception failure)
    {
        _zones.RecordFailure(failure);
        Volatile.Write(ref _dirty, true);
    }

    private void ExportMetrics(GeoAnswers answers, GeoService[] services)
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
        // After the zones: there can be many Events, each as slow as the API server.
        await writing;
        List<(ObjectName Name, V1ObjectReference About, string Text)> problems;
        lock (_lock)
        {
            problems =
            [
                .. _invalid.Select(invalid => (invalid.Key, invalid.Value.About, invalid.Value.Text)),
                // Without the uid, kubectl describe does not show the Event. A deleted Service needs none.
                .. answers.Problems.Where(problem => _references.ContainsKey(problem.Service))
                    .Select(problem => (problem.Service, _references[problem.Service], problem.Problem)),
            ];
        }

        // One Event for each Service, with all its problems.
        await _problems.ReportAsync([.. problems.GroupBy(problem => problem.Name).Select(
            own => (own.Key, own.First().About, string.Join("; ", own.Select(problem => problem.Text))))], cancellationToken);
    }
}
