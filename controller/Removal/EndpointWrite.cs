namespace PlatformGitOps.Controller.Removal;

/// <summary>One write to the cluster.</summary>
internal sealed record EndpointWrite
{
    private const int MostNamed = 10;

    /// <summary>Whose metrics and Events tell of it.</summary>
    public required V1Service Service { get; init; }

    public required RemovalMechanism Mechanism { get; init; }

    /// <summary><see cref="Verdict.Keep"/> ends the note of a label that is there again, or writes slices as they are.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Nothing is written: the pod is read, because nobody knows what became of the last write.</summary>
    public bool IsRead { get; init; }

    /// <summary>A pod, or the addresses that are written together.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    public string Endpoint => Endpoints.Count <= MostNamed
        ? string.Join(", ", Endpoints)
        : $"{string.Join(", ", Endpoints.Take(MostNamed))} and {Endpoints.Count - MostNamed} more";

    public required string Reason { get; init; }

    /// <summary>What else the same write does: addresses that come back while others go.</summary>
    public EndpointWrite? Also { get; init; }

    /// <summary>The pod as it was when this was decided.</summary>
    public V1Pod? Pod { get; init; }

    /// <summary>The Services that want it out.</summary>
    public IReadOnlyList<string> WantedBy { get; init; } = [];

    /// <summary>What must still serve: read from the API server right before a removal, because the caches may be behind.</summary>
    public IReadOnlyList<Witness> Witnesses { get; init; } = [];

    /// <summary>Every address of the Service and whether it serves, for slices, which are written as a whole.</summary>
    public IReadOnlyDictionary<string, bool> Readiness { get; init; } = new Dictionary<string, bool>();

    /// <summary>A pod goes or comes back.</summary>
    public static EndpointWrite OfPod(TrackedEndpoint endpoint, V1Pod pod, Decision decision, IReadOnlyList<Witness> witnesses) => new()
    {
        Service = endpoint.Service.Service,
        Mechanism = endpoint.Removal.Mechanism,
        Verdict = decision.Verdict,
        Endpoints = [endpoint.Endpoint.Id],
        Reason = decision.Reason,
        Pod = pod,
        WantedBy = [.. decision.WantedBy.Select(name => name.ToString())],
        Witnesses = witnesses,
    };

    /// <summary>Addresses of a Service go and come back. With none of them its slices are written as they should be.</summary>
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
            _ => Part(Verdict.Remove, going) with { Also = Part(Verdict.Restore, coming) },
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

    /// <summary>A pod that no Service under health checks excludes any more; those that did may be gone.</summary>
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

    /// <summary>All addresses of a Service whose slices nobody checks any more are ready.</summary>
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

/// <summary>A pod that serves a Service and stays.</summary>
internal sealed record Witness(V1Service Service, V1Pod Pod);

/// <summary>What became of a change.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    /// <summary>The pods that the API server showed meanwhile. They count at once, whenever the watch comes to show them.</summary>
    public IReadOnlyList<Delta<V1Pod>> Pods { get; init; } = [];

    public IReadOnlyList<Delta<V1EndpointSlice>> Slices { get; init; } = [];

    internal sealed record Done : ApplyOutcome;

    /// <summary>The object is gone or differs from what was decided about: there is nothing to change.</summary>
    internal sealed record Obsolete(string Why) : ApplyOutcome;

    /// <summary>The next pass decides again.</summary>
    /// <param name="Why">The reason.</param>
    /// <param name="RetryAfter">How long the server asks to be left alone.</param>
    /// <param name="MayBeWritten">It was sent, and no answer says that it was refused.</param>
    internal sealed record Failed(string Why, TimeSpan? RetryAfter = null, bool MayBeWritten = false) : ApplyOutcome;
}

/// <summary>The writes to one object: one at a time, with a pause after each, whoever asks for them.</summary>
internal sealed class WriteState
{
    private int _failures;
    private TimeSpan _nextAt;

    public bool IsRunning { get; private set; }

    /// <summary>The last write was sent and not answered: the object must be read before anything is known about it.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>Whatever the caches show, the object may be in DNS or not. It counts as not.</summary>
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
