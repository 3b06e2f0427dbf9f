using System.Collections.Concurrent;
using System.Threading.Channels;
using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>
/// The one thread of thought: signals come in by a channel, and nothing else changes the state. Probes and writes run beside it and
/// come back as signals. The judgement itself is <see cref="Decider"/>.
/// </summary>
internal sealed partial class ControllerLoop : IWorldObserver, IDisposable
{
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(5);

    private readonly Channel<Signal> _signals = Channel.CreateUnbounded<Signal>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ProbeQueue _queue = new();
    private readonly List<ManagedService> _dirty = [];
    private readonly Dictionary<ObjectName, string> _invalid = [];
    private readonly ConcurrentDictionary<Task, string> _writes = [];
    private readonly World _world;
    private readonly LoopParts _parts;
    private readonly ITimer _timer;
    private bool _leading;
    private int _probing;
    private TimeSpan _hurriedAt = TimeSpan.MinValue;
    private TimeSpan _sweepAt;
    private long _beatAt;

    public ControllerLoop(LoopParts parts)
    {
        _parts = parts;
        _world = new World(parts.Options, new PolicyReader(parts.Options), this);
        _timer = parts.Time.CreateTimer(_ => _signals.Writer.TryWrite(new Signal.Tick()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The loop turned within this time: what /healthz asks.</summary>
    public TimeSpan SinceLastTurn => _parts.Time.GetElapsedTime(Interlocked.Read(ref _beatAt));

    public int WritesUnderWay => _writes.Count;

    /// <summary>Ends with the last of the writes that are under way now.</summary>
    public Task LastWrites => Task.WhenAll(_writes.Keys);

    private TimeSpan Now => _parts.Time.GetElapsedTime(_parts.Origin);

    private ControllerMetrics Metrics => _parts.Metrics;

    public void Tell(Delta<Service> delta) => _signals.Writer.TryWrite(new Signal.ServiceChanged(delta));

    public void Tell(Delta<Pod> delta) => _signals.Writer.TryWrite(new Signal.PodChanged(delta));

    public void Tell(Delta<EndpointSlice> delta) => _signals.Writer.TryWrite(new Signal.SliceChanged(delta));

    public void Tell(bool leading) => _signals.Writer.TryWrite(new Signal.Leading(leading));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _beatAt, _parts.Time.GetTimestamp());
        _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        while (await _signals.Reader.WaitToReadAsync(cancellationToken))
        {
            // Asked before the channel is emptied: what a list held is then known to have been taken in.
            var isSynced = _parts.IsSynced();
            while (_signals.Reader.TryRead(out var signal))
            {
                Take(signal);
            }

            var now = Now;
            if (_leading && isSynced)
            {
                Sweep(now);
                StartProbes(now, cancellationToken);
                Reconcile(now);
            }

            Interlocked.Exchange(ref _beatAt, _parts.Time.GetTimestamp());
            Arm(now);
        }
    }

    public void Dispose() => _timer.Dispose();

    public void Appeared(TrackedEndpoint endpoint)
    {
        if (_leading)
        {
            // Soon, but not all pods of a rollout in the same instant.
            _queue.Schedule(endpoint, Now + (TimeSpan.FromMilliseconds(500) * Random.Shared.NextDouble()));
        }

        Changed(endpoint.Service);
    }

    public void Changed(ManagedService service)
    {
        if (!service.Dirty)
        {
            service.Dirty = true;
            _dirty.Add(service);
        }
    }

    public void Managed(ManagedService service)
    {
        _invalid.Remove(service.Name);
        Metrics.InvalidServices.Set(_invalid.Count);
        Log.Managed(_parts.Log, service.Name, service.Endpoints.Count);
    }

    public void Invalid(Service service, IReadOnlyList<string> problems)
    {
        var text = string.Join("; ", problems);
        var name = service.Metadata.FullName;
        if (_invalid.GetValueOrDefault(name) != text)
        {
            _invalid[name] = text;
            Metrics.InvalidServices.Set(_invalid.Count);
            Log.InvalidService(_parts.Log, name, text);
            if (_leading)
            {
                Tell(About(service), true, "InvalidHealthCheck", text);
            }
        }
    }

    private void Take(Signal signal)
    {
        switch (signal)
        {
            case Signal.ServiceChanged { Delta: var delta }:
                if (delta is Delta<Service>.Absent { Name: var gone } && _invalid.Remove(gone))
                {
                    Metrics.InvalidServices.Set(_invalid.Count);
                }

                _world.Take(delta);
                break;
            case Signal.PodChanged { Delta: var delta }:
                _world.Take(delta);
                break;
            case Signal.SliceChanged { Delta: var delta }:
                _world.Take(delta);
                break;
            case Signal.Probed probed:
                Probed(probed);
                break;
            case Signal.Applied applied:
                Applied(applied);
                break;
            case Signal.Leading { Now: var leading }:
                Lead(leading);
                break;
        }
    }

    /// <summary>A new leader knows nothing yet: every endpoint starts with an empty history, at its own moment of the interval.</summary>
    private void Lead(bool leading)
    {
        _leading = leading;
        Metrics.Leader.Set(leading ? 1 : 0);
        Metrics.LeaderChanges.Increment();
        _queue.Clear();
        _sweepAt = Now;
        if (!leading)
        {
            return;
        }

        foreach (var service in _world.Managed)
        {
            Changed(service);
            foreach (var endpoint in service.Endpoints.Values)
            {
                endpoint.History = EndpointHistory.Empty;
                endpoint.Pending = null;
                endpoint.Generation++;
                _queue.Schedule(endpoint, Now + (service.Policy.Interval * Random.Shared.NextDouble()));
            }
        }
    }

    private void Arm(TimeSpan now)
    {
        var next = _leading ? _queue.NextDue ?? TimeSpan.MaxValue : TimeSpan.MaxValue;
        var wait = next - now;
        var longest = _dirty.Count > 0 ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);
        wait = wait > longest ? longest : wait < ShortestTick ? ShortestTick : wait;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Tell(ObjectReference about, bool warning, string reason, string message)
    {
        if (!_parts.DryRun)
        {
            _ = _parts.Events.WriteAsync(about, warning, reason, message, CancellationToken.None);
        }
    }

    private static ObjectReference About(Service service) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Namespace = service.Metadata.Namespace,
        Name = service.Metadata.Name,
        Uid = service.Metadata.Uid,
    };

    private static ObjectReference About(Pod pod) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Namespace = pod.Metadata.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
    };
}
