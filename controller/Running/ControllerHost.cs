using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Leadership;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>One instance: reflectors, election and loop, put together, run, and taken down in the right order.</summary>
public sealed class ControllerHost : IDisposable
{
    private static readonly TimeSpan WriteGrace = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(15);

    private readonly KubernetesClient _client;
    private readonly Prober _prober;
    private readonly LeaderElector? _elector;
    private readonly ControllerLoop _loop;
    private readonly List<IReflector> _reflectors = [];
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HostSettings _settings;

    public ControllerHost(ClusterConnection connection, HostSettings settings, ControllerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        _settings = settings;
        _time = time;
        _log = logs.CreateLogger("controller");
        _client = new KubernetesClient(connection, time);
        var origin = time.GetTimestamp();
        _prober = new Prober(time, origin, Authorities.Load(options.AuthoritiesFile));
        var lease = new ObjectName(connection.Namespace, options.LeaderElection.LeaseName);
        _elector = settings.DryRun
            ? null
            : new LeaderElector(_client, lease, settings.Identity, options.LeaderElection, time, logs.CreateLogger("election"));
        ILeadership leadership = _elector is null ? new NoElection() : _elector;
        _loop = new ControllerLoop(new LoopParts
        {
            Options = options,
            Prober = _prober,
            Applier = new Applier(_client, leadership, time),
            Events = new EventRecorder(_client, settings.Identity, time, logs.CreateLogger("events")),
            Metrics = Metrics,
            Time = time,
            Origin = origin,
            Log = _log,
            IsSynced = () => IsSynced,
            IsCurrent = () => _reflectors.TrueForAll(reflector => reflector.IsCurrent),
            DryRun = settings.DryRun,
        });
        string?[] scopes = options.Namespaces.Count == 0 ? [null] : [.. options.Namespaces];
        foreach (var ns in scopes)
        {
            var scope = new ReflectorScope { Namespace = ns, Silence = options.WatchSilence };
            var log = logs.CreateLogger("watch");
            _reflectors.Add(new Reflector<Service>(_client, Resources.Services, scope, _loop.Tell, time, Metrics, log));
            _reflectors.Add(new Reflector<Pod>(_client, Resources.Pods, scope with { FieldSelector = "status.phase=Running" }, _loop.Tell, time, Metrics, log));
            _reflectors.Add(new Reflector<EndpointSlice>(
                _client, Resources.EndpointSlices, scope with { LabelSelector = OwnSlices.Selector }, _loop.Tell, time, Metrics, log));
        }
    }

    public ControllerMetrics Metrics { get; } = new();

    public bool IsSynced => _reflectors.TrueForAll(reflector => reflector.HasSynced);

    public bool IsAlive => _loop.SinceLastTurn < StuckAfter;

    public bool IsLeading => _elector?.MayAct ?? true;

    /// <summary>Runs until cancelled. Then: no new writes, those under way are waited for, and only then is the lease given back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Log.Started(_log, _settings.Identity, _client.Server, _settings.DryRun);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loop = _loop.RunAsync(stop.Token);
        var tasks = _reflectors.Select(reflector => reflector.RunAsync(stop.Token)).Append(loop).ToList();
        if (_elector is null)
        {
            _loop.Tell(true);
        }

        // The election goes on while the last writes end: a lease that ran out meanwhile would let another instance in too early.
        using var endElection = new CancellationTokenSource();
        var election = _elector?.RunAsync(_loop.Tell, endElection.Token) ?? Task.CompletedTask;
        try
        {
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual end.
        }
        finally
        {
            await stop.CancelAsync();
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await LastWritesAsync();
            await endElection.CancelAsync();
            await election;
            await ReleaseAsync();
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _prober.Dispose();
        _client.Dispose();
    }

    private async Task LastWritesAsync()
    {
        Log.Stopping(_log, _loop.WritesUnderWay);
        await _loop.LastWrites.WaitAsync(WriteGrace, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReleaseAsync()
    {
        if (_elector is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), _time);
            await _elector.ReleaseAsync(limit.Token);
        }
    }
}
