using System.Text;
using System.Text.Json.Nodes;
using k8s;
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
    private const int LargestData = 900_000;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReleaseGrace = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectName, GeoService> _services = [];
    private readonly Dictionary<ObjectName, (V1ObjectReference About, string Text)> _invalid = [];
    private readonly GeoOptions _options;
    private readonly ApiConnection _connection;
    private readonly ApiClient _client;
    private readonly EndpointProber _prober;
    private readonly GeoProbes _probes;
    private readonly LeaderElector _elector;
    private readonly ServiceProblems _problems;
    private readonly List<Reflector> _reflectors = [];
    private readonly ObjectName _zones;
    private readonly ZoneFolder _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ControllerMetrics _common = new();
    private V1ConfigMap? _current;
    private string? _served;
    private bool _dirty = true;
    private long _decidedAt;
    private long _turnedAt;
    private int _failures;
    private long _nextWrite;
    private HashSet<string> _open = [];

    public GeoHost(ApiConnection connection, string identity, string folder, GeoOptions options, TimeProvider time, ILoggerFactory logs)
    {
        (_options, _connection, _time) = (options, connection, time);
        _log = logs.CreateLogger("geo");
        _client = new ApiClient(connection, time);
        _prober = new EndpointProber(time, time.GetTimestamp());
        _probes = new GeoProbes(_prober, options.Probes, time, Metrics, _log) { Changed = () => Volatile.Write(ref _dirty, true) };
        _zones = new ObjectName(connection.Namespace, options.ZonesName);
        _elector = new LeaderElector(_client, _zones, identity, options.LeaderElection, time, _common, logs.CreateLogger("election"));
        _problems = new ServiceProblems(new EventRecorder(_client, identity, time, logs.CreateLogger("events")), _log);
        _folder = new ZoneFolder(folder);
        (_turnedAt, _decidedAt, _nextWrite) = (time.GetTimestamp(), time.GetTimestamp(), time.GetTimestamp());
        string?[] scopes = options.Namespaces.Count == 0 ? [null] : [.. options.Namespaces];
        foreach (var ns in scopes)
        {
            Reflect(WatchedResources.Services(ns) with { Transform = Trim }, OnService);
        }

        Reflect(WatchedResources.ConfigMap(_zones), OnZones);

        void Reflect<T>(WatchedResource<T> resource, Action<Delta<T>> emit)
            where T : class, IMetadata<V1ObjectMeta> => _reflectors.Add(
                new Reflector<T>(_client, resource, options.WatchSilence, emit, time, _common, logs.CreateLogger("watch")));
    }

    public GeoMetrics Metrics { get; } = new();

    /// <summary>CoreDNS has zones. The API server may be away from then on.</summary>
    public bool IsSynced => _reflectors.TrueForAll(reflector => reflector.HasSynced) && Volatile.Read(ref _served) is not null;

    public bool IsLeading => _elector.MayAct;

    public string? Stuck =>
        _time.GetElapsedTime(Interlocked.Read(ref _turnedAt)) >= StuckAfter ? "the event loop"
        : _elector.SinceLastTurn >= StuckAfter ? "the leader election"
        : _reflectors.TrueForAll(reflector => reflector.IsAlive) ? null
        : "a watch";

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
        var tasks = _reflectors.Select(reflector => reflector.RunAsync(stop.Token)).Append(TurnsAsync(stop.Token))
            .Append(_elector.RunAsync(role => _common.Leader.Set(role == Role.Leader ? 1 : 0), stop.Token)).ToList();
        // None of them ends by itself; one that does ends the instance, and its exception is thrown below.
        var first = await Task.WhenAny(tasks);
        await stop.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _probes.DisposeAsync();
        using var limit = new CancellationTokenSource(ReleaseGrace, _time);
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
                    var (wish, problems) = GeoServiceReader.Read(item, _options);
                    Forget(item.FullName());
                    if (problems.Count > 0)
                    {
                        _invalid[item.FullName()] = (EventRecorder.About(item), string.Join("; ", problems));
                    }
                    else if (wish is not null)
                    {
                        _services[item.FullName()] = wish;
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
        _invalid.Remove(name);
    }

    private void OnZones(Delta<V1ConfigMap> delta)
    {
        if (delta is Delta<V1ConfigMap>.Present { Item: var item } && item.FullName() == _zones)
        {
            lock (_lock)
            {
                _current = item;
            }

            Volatile.Write(ref _dirty, true);
        }
    }

    private async Task TurnsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Interlocked.Exchange(ref _turnedAt, _time.GetTimestamp());
            try
            {
                await TurnAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The edge of a turn: whatever it was, it is tried again, later each time.
                Failed(e.Message, e is ApiException or HttpRequestException or IOException or TimeoutException ? null : e);
            }

            await Task.Delay(Turn, _time, cancellationToken);
        }
    }

    private async Task TurnAsync(CancellationToken cancellationToken)
    {
        V1ConfigMap? current;
        GeoService[] services;
        // Asked first: of a list that comes in meanwhile a part would look like the whole.
        var synced = _reflectors.TrueForAll(reflector => reflector.HasSynced);
        lock (_lock)
        {
            (current, services) = (_current, [.. _services.Values]);
        }

        Serve(current);
        _probes.Follow(services.SelectMany(service => service.Targets));
        if (!synced || _time.GetTimestamp() < _nextWrite
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
        Show(answers, services);
        if (!IsLeading)
        {
            // Whoever takes over writes at once.
            Volatile.Write(ref _dirty, true);
            return;
        }

        await ReportAsync(answers, cancellationToken);
        await WriteAsync(current ?? throw new IOException("there is no such ConfigMap"), answers, cancellationToken);
    }

    private void Serve(V1ConfigMap? current)
    {
        if (current?.Data?.TryGetValue(ZoneText.SerialKey, out var serial) == true && serial != _served
            && ZoneText.Views(_options).All(view => current.Data.ContainsKey(ZoneText.ZoneFile(view))))
        {
            _folder.Write(current.Data);
            Volatile.Write(ref _served, serial);
            Metrics.Serial.Set(uint.TryParse(serial, out var number) ? number : 0);
            Log.GeoServed(_log, serial);
        }
    }

    private async Task WriteAsync(V1ConfigMap current, GeoAnswers answers, CancellationToken cancellationToken)
    {
        var old = current.Data ?? new Dictionary<string, string>();
        var before = old.TryGetValue(ZoneText.SerialKey, out var text) && uint.TryParse(text, out var serial) ? serial : 0;
        var same = ZoneText.Files(_options, answers, before);
        if (same.Count == old.Count && same.All(file => old.TryGetValue(file.Key, out var kept) && kept == file.Value))
        {
            return;
        }

        var files = ZoneText.Files(_options, answers, ZoneText.NextSerial(before, _time.GetUtcNow()));
        if (files.Sum(file => (long)file.Value.Length) > LargestData)
        {
            throw new IOException($"the zones are larger than a ConfigMap may be ({answers.Names.Length} names)");
        }

        var data = new JsonObject();
        foreach (var (name, content) in files)
        {
            data[name] = content;
        }

        foreach (var gone in old.Keys.Where(name => !files.ContainsKey(name)))
        {
            data[gone] = null;
        }

        // On exactly the version that was seen: of two writers the second gets a conflict and looks again.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = current.Metadata.ResourceVersion },
            ["data"] = data,
        };
        var written = await _client.CallAsync(
            (api, token) => api.CoreV1.PatchNamespacedConfigMapAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch), _zones.Name, _zones.Namespace, cancellationToken: token),
            cancellationToken);
        lock (_lock)
        {
            _current = _current?.Metadata.ResourceVersion == current.Metadata.ResourceVersion ? written : _current;
        }

        _failures = 0;
        Metrics.Writes.Increment(("result", "success"));
        Log.GeoWritten(_log, _zones, files[ZoneText.SerialKey]);
    }

    private void Failed(string reason, Exception? unexpected)
    {
        Metrics.Writes.Increment(("result", "failure"));
        Log.GeoWriteFailed(_log, _zones, reason);
        if (unexpected is not null)
        {
            _common.InternalErrors.Increment(("component", "geo"));
            Log.InternalError(_log, "geo", _zones.ToString(), unexpected);
        }

        var wait = Backoff.Delay(++_failures, Random.Shared.NextDouble());
        _nextWrite = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
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

    private async Task ReportAsync(GeoAnswers answers, CancellationToken cancellationToken)
    {
        List<(ObjectName Name, V1ObjectReference About, string Text)> problems;
        lock (_lock)
        {
            problems = [.. _invalid.Select(invalid => (invalid.Key, invalid.Value.About, invalid.Value.Text))];
        }

        problems.AddRange(answers.Problems.Select(problem => (problem.Service, EventRecorder.About(problem.Service), problem.Problem)));
        await _problems.ReportAsync(problems, cancellationToken);
    }
}
