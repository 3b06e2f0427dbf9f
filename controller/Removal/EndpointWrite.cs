namespace PlatformGitOps.Controller.Removal;

/// <summary>One write to the cluster.</summary>
internal sealed record EndpointWrite
{
    private const int MostNamed = 10;

    /// <summary>The Service of its metrics and Events.</summary>
    public required V1Service Service { get; init; }

    public required RemovalMechanism Mechanism { get; init; }

    /// <summary>
    /// <see cref="Verdict.Keep"/> removes the note of a label that exists again, or writes slices in their current state.
    /// </summary>
    public required Verdict Verdict { get; init; }

    /// <summary>True to only read the pod, because the result of the last write is unknown.</summary>
    public bool IsRead { get; init; }

    /// <summary>A pod, or addresses that are written together.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    public string Endpoint => Endpoints.Count <= MostNamed
        ? string.Join(", ", Endpoints)
        : $"{string.Join(", ", Endpoints.Take(MostNamed))} and {Endpoints.Count - MostNamed} more";

    public required string Reason { get; init; }

    /// <summary>A second change in the same write: addresses that are restored while others are removed.</summary>
    public EndpointWrite? Next { get; init; }

    /// <summary>The pod at the time of the decision.</summary>
    public V1Pod? Pod { get; init; }

    /// <summary>The Services for which it is removed.</summary>
    public IReadOnlyList<string> WantedBy { get; init; } = [];

    /// <summary>
    /// Pods that must still be endpoints: read from the API server right before a removal, because the caches may be behind.
    /// </summary>
    public IReadOnlyList<RemainingPod> RemainingPods { get; init; } = [];

    /// <summary>All addresses of the Service and their readiness: slices are written as a whole.</summary>
    public IReadOnlyDictionary<string, bool> Readiness { get; init; } = new Dictionary<string, bool>();

    /// <summary>Removes or restores a pod.</summary>
    public static EndpointWrite OfPod(
        TrackedEndpoint endpoint, V1Pod pod, Decision decision, IReadOnlyList<RemainingPod> remainingPods) => new()
        {
            Service = endpoint.Service.Service,
            Mechanism = endpoint.Removal.Mechanism,
            Verdict = decision.Verdict,
            Endpoints = [endpoint.Endpoint.Id],
            Reason = decision.Reason,
            Pod = pod,
            WantedBy = [.. decision.WantedBy.Select(name => name.ToString())],
            RemainingPods = remainingPods,
        };

    /// <summary>Removes and restores addresses of a Service. Without any, its slices are corrected.</summary>
    public static EndpointWrite OfAddresses(ManagedService service, IReadOnlyList<(TrackedEndpoint Endpoint, Decision Decision)> decided)
    {
        var readiness = service.Endpoints.ToDictionary(
            e => e.Key, e => e.Value.Endpoint.State == EndpointState.Serving, StringComparer.Ordinal);
        foreach (var (endpoint, decision) in decided)
        {
            readiness[endpoint.Endpoint.Id] = decision.Verdict == Verdict.Restore;
        }

        var going = decided.Where(one => one.Decision.Verdict == Verdict.Remove).ToArray();
        var coming = decided.Where(one => one.Decision.Verdict == Verdict.Restore).ToArray();
        return (going, coming) switch
        {
            ([], []) => Part(Verdict.Keep, []) with { Reason = "the slices differ from the Service" },
            ([], _) => Part(Verdict.Restore, coming),
            (_, []) => Part(Verdict.Remove, going),
            _ => Part(Verdict.Remove, going) with { Next = Part(Verdict.Restore, coming) },
        };

        EndpointWrite Part(Verdict verdict, (TrackedEndpoint Endpoint, Decision Decision)[] part) => new()
        {
            Service = service.Service,
            Mechanism = RemovalMechanism.Of(service.Policy),
            Verdict = verdict,
            Endpoints = [.. part.Select(one => one.Endpoint.Endpoint.Id)],
            Reason = string.Join("; ", part.Select(one => one.Decision.Reason).Distinct()),
            WantedBy = [service.Name.ToString()],
            Readiness = readiness,
        };
    }

    /// <summary>Reads the pod again.</summary>
    public static EndpointWrite Read(V1Pod pod) =>
        OfOrphan(pod, default, [], Verdict.Keep, "nobody knows what became of the last write") with { IsRead = true };

    /// <summary>Restores a pod that no Service with health checks excludes anymore; those that did may be deleted.</summary>
    public static EndpointWrite OfOrphan(
        V1Pod pod, RemovalMechanism mechanism, IReadOnlyList<string> services, Verdict verdict, string reason)
    {
        var name = services.Count > 0 && ObjectName.TryParse(services[0], out var parsed)
            ? parsed
            : new ObjectName(pod.Metadata.NamespaceProperty, services.Count > 0 ? services[0] : "");
        return new EndpointWrite
        {
            Service = new V1Service { Metadata = new V1ObjectMeta { Name = name.Name, NamespaceProperty = name.Namespace } },
            Mechanism = mechanism,
            Verdict = verdict,
            Endpoints = [pod.Metadata.Name],
            Reason = reason,
            Pod = pod,
        };
    }

    /// <summary>Makes all addresses ready in the slices of a Service without health checks.</summary>
    public static EndpointWrite OpenSlices(V1Service service, IEnumerable<V1EndpointSlice> own) => new()
    {
        Service = service,
        Mechanism = new RemovalMechanism(RemovalMethod.EndpointSlices, ""),
        Verdict = Verdict.Restore,
        Endpoints = ["all addresses"],
        Reason = "the Service is no longer under health checks",
        Readiness = own.SelectMany(slice => slice.Endpoints ?? []).SelectMany(endpoint => endpoint.Addresses ?? []).Distinct()
            .ToDictionary(address => address, _ => true, StringComparer.Ordinal),
    };
}

/// <summary>A pod that stays an endpoint of a Service.</summary>
internal sealed record RemainingPod(V1Service Service, V1Pod Pod);

/// <summary>The result of a write.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    /// <summary>The pods that the API server returned. They apply at once, before the watch shows them.</summary>
    public IReadOnlyList<Delta<V1Pod>> Pods { get; init; } = [];

    public IReadOnlyList<Delta<V1EndpointSlice>> Slices { get; init; } = [];

    /// <summary>Slices with the name of a new one, which this controller did not create.</summary>
    public IReadOnlyList<V1EndpointSlice> Foreign { get; init; } = [];

    internal sealed record Done : ApplyOutcome;

    /// <summary>The object is deleted or differs from the decision's input: there is nothing to change.</summary>
    internal sealed record Obsolete(string Why) : ApplyOutcome;

    /// <summary>The next pass decides again.</summary>
    /// <param name="Why">The reason.</param>
    /// <param name="RetryAfter">How long the server asks to wait (Retry-After).</param>
    /// <param name="MayBeWritten">True if it was sent and not refused.</param>
    internal sealed record Failed(string Why, TimeSpan? RetryAfter = null, bool MayBeWritten = false) : ApplyOutcome;
}

/// <summary>The state of writes to one object: one at a time, with a pause after each, for all Services.</summary>
internal sealed class WriteState
{
    private int _failures;
    private TimeSpan _nextAt;

    public bool IsRunning { get; private set; }

    /// <summary>The last write was sent but not answered: the object must be read first.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>True if the object may or may not be in DNS, whatever the caches show. It then counts as removed.</summary>
    public bool IsUncertain => IsRunning || IsUnknown;

    public bool MayBegin(TimeSpan now) => !IsRunning && now >= _nextAt;

    public void Begin() => IsRunning = true;

    public void End(ApplyOutcome outcome, TimeSpan now, TimeSpan pause)
    {
        IsRunning = false;
        var failed = outcome as ApplyOutcome.Failed;
        IsUnknown = failed is { MayBeWritten: true } || (failed is not null && IsUnknown);
        _failures = failed is null ? 0 : _failures + 1;
        _nextAt = now + (outcome is ApplyOutcome.Done
            ? pause
            : Backoff.Delay(Math.Max(1, _failures), Random.Shared.NextDouble(), failed?.RetryAfter));
    }
}
