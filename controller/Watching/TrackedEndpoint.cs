using System.Collections.Immutable;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A Service with health checks.</summary>
internal sealed class ManagedService(V1Service service, HealthPolicy policy, WriteState? sliceWrites = null)
{
    public V1Service Service { get; set; } = service;

    public HealthPolicy Policy { get; set; } = policy;

    public ObjectName Name => Service.FullName();

    public Dictionary<string, TrackedEndpoint> Endpoints { get; } = new(StringComparer.Ordinal);

    public ProbeShare Share { get; } = new();

    /// <summary>True if its own slices differ from the addresses and ports of the Service.</summary>
    public bool HasStaleSlices { get; set; }

    public bool HasSlicesToWrite => Policy.Removal == RemovalMethod.EndpointSlices && (HasStaleSlices || SliceWrites.IsUnknown);

    /// <summary>Own slices are written as a whole.</summary>
    public WriteState SliceWrites { get; } = sliceWrites ?? new WriteState();

    public int Healthy => Endpoints.Values.Count(e => e.Endpoint.State == EndpointState.Serving && e.History.Failures == 0);

    public int Unhealthy => Endpoints.Values.Count(e => e.Endpoint.State == EndpointState.Removed || e.History.Failures > 0);

    public (string, string)[] Labels => LabelsOf(Name);

    /// <summary>The labels of a Service's metrics.</summary>
    public static (string, string)[] LabelsOf(ObjectName service) => [("namespace", service.Namespace ?? ""), ("service", service.Name)];

    /// <summary>Invalid annotations that do not prevent the health checks.</summary>
    public IReadOnlyList<string> Tolerated { get; set; } = [];

    /// <summary>The pods that are not probed, with the named port that each of them lacks.</summary>
    public SortedDictionary<string, string> WithoutPort { get; } = new(StringComparer.Ordinal);

    /// <summary>All problems that its owner can correct.</summary>
    public IReadOnlyList<string> Problems => WithoutPort.FirstOrDefault() is not { Key: { } pod, Value: var port } ? Tolerated :
    [
        .. Tolerated,
        $"{pod} has no container port named '{port}', so it is not probed and stays in DNS: name the port in its container, or write "
            + $"another {Annotations.Port}",
    ];

    /// <summary>Notes whether a pod lacks the named port; true if that changed.</summary>
    public bool ObservePort(string pod, string? missing)
    {
        if (missing is null)
        {
            return WithoutPort.Remove(pod);
        }

        var before = WithoutPort.GetValueOrDefault(pod);
        WithoutPort[pod] = missing;
        return before != missing;
    }

    /// <summary>An endpoint whose pod has this owner.</summary>
    public TrackedEndpoint? OwnedBy(string uid) =>
        Endpoints.Values.FirstOrDefault(endpoint => OwnerSelectors.OwnerOf(endpoint.Endpoint.Pod)?.Uid == uid);

    /// <summary>
    /// Endpoints that may change, in the order of decisions: the last failed is restored first, the longest failing is removed first.
    /// </summary>
    public IReadOnlyList<TrackedEndpoint> Undecided()
    {
        List<TrackedEndpoint>? found = null;
        foreach (var endpoint in Endpoints.Values)
        {
            if (endpoint.Endpoint.State == EndpointState.Removed
                || endpoint.Removal.Write.IsUnknown
                || (endpoint.Endpoint.State == EndpointState.Serving && endpoint.History.Failures >= Policy.FailureThreshold))
            {
                (found ??= []).Add(endpoint);
            }
        }

        return found is null ? [] : [.. found.OrderBy(OrderOf)];

        static TimeSpan OrderOf(TrackedEndpoint endpoint) => (endpoint.Endpoint.State, endpoint.History.FailingSince) switch
        {
            (EndpointState.Removed, null) => TimeSpan.MinValue,
            (EndpointState.Removed, { } since) => -since,
            var (_, since) => since ?? TimeSpan.MaxValue,
        };
    }
}

/// <summary>A pod and the writes to it.</summary>
internal sealed class TrackedPod(V1Pod pod)
{
    public V1Pod Pod { get; set; } = pod;

    /// <summary>When this process last read or wrote it. Older states from a watch or a list are ignored.</summary>
    public long ReadAt { get; set; }

    public WriteState Write { get; } = new();

    /// <summary>The most consecutive failures in a Service.</summary>
    public int Failures => RemovalStates.Values.SelectMany(removal => removal.Endpoints)
        .Select(endpoint => endpoint.History.Failures).DefaultIfEmpty().Max();

    /// <summary>One for each mechanism by which Services with health checks remove it.</summary>
    public Dictionary<RemovalMechanism, RemovalState> RemovalStates { get; } = [];
}

/// <summary>The removal of a pod or address by one mechanism: one state for all Services that check it.</summary>
internal sealed class RemovalState(RemovalMechanism mechanism, WriteState write, TrackedPod? pod)
{
    public RemovalMechanism Mechanism { get; } = mechanism;

    /// <summary>Shared by all removals of a pod, and by all addresses of a Service.</summary>
    public WriteState Write { get; } = write;

    /// <summary>Null for addresses.</summary>
    public TrackedPod? Pod { get; } = pod;

    /// <summary>The endpoint in each of the Services.</summary>
    public List<TrackedEndpoint> Endpoints { get; } = [];

    /// <summary>The times of its removals, the latest last.</summary>
    public ImmutableArray<TimeSpan> Times { get; set; } = [];

    public bool IsRemoved => Endpoints.Exists(endpoint => endpoint.Endpoint.State == EndpointState.Removed);

    /// <summary>True if this pass has decided to remove or restore it; the write starts after the last decision of its Service.</summary>
    public bool IsPending { get; set; }

    /// <summary>Changes the state without a write, in a dry run.</summary>
    public void ToggleInDryRun()
    {
        var state = IsRemoved ? EndpointState.Serving : EndpointState.Removed;
        Endpoints.ForEach(endpoint => endpoint.Endpoint = endpoint.Endpoint with { State = state });
    }
}

/// <summary>The controller's state of one endpoint of one Service.</summary>
internal sealed class TrackedEndpoint
{
    public TrackedEndpoint(ManagedService service, RemovalState removal, Endpoint endpoint, ProbeTarget target)
    {
        (Service, Removal, Endpoint, Target) = (service, removal, endpoint, target);
        removal.Endpoints.Add(this);
    }

    public ManagedService Service { get; }

    public RemovalState Removal { get; }

    public Endpoint Endpoint { get; set; }

    public ProbeTarget Target { get; set; }

    public EndpointHistory History { get; set; } = EndpointHistory.Empty;

    /// <summary>Increased if the probe target changes: earlier results are then invalid.</summary>
    public int Generation { get; set; }

    public TimeSpan Due { get; set; }

    /// <summary>The valid entry in the queue; earlier entries of the endpoint are skipped.</summary>
    public long Ticket { get; set; }

    public bool IsInFlight { get; set; }

    /// <summary>No longer an endpoint of the Service.</summary>
    public bool IsGone { get; set; }

    public Guard HeldBy { get; set; }

    /// <summary>
    /// While a write runs or its result is unknown, the endpoint counts as removed, so that no Service ends up with fewer endpoints than
    /// assumed.
    /// </summary>
    public EndpointState State => Endpoint.State == EndpointState.Serving && (Removal.Write.IsUncertain || Removal.IsPending)
        ? EndpointState.Removed
        : Endpoint.State;

    /// <summary>Clears its history; running probes are ignored.</summary>
    public void Forget()
    {
        (History, Removal.Times) = (EndpointHistory.Empty, []);
        Generation++;
    }

    public ObservedEndpoint Observe() => new()
    {
        Service = Service.Name,
        State = State,
        Node = Endpoint.Node,
        IsPod = Endpoint.Pod is not null,
        History = History,
    };
}
