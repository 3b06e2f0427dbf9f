using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>
/// Cached Services, pods and EndpointSlices, and the endpoints derived from them. Only the reconciler uses it. Results of own writes and
/// reads apply at once; older watch events are then ignored.
/// </summary>
internal sealed class EndpointStore(ControllerOptions options, TimeProvider time)
{
    private readonly PolicyReader _policies = new(options);
    private readonly Dictionary<string, NamespaceObjects> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectName, ManagedService> _managed = [];
    private List<StoreChange> _changes = [];

    public IReadOnlyCollection<ManagedService> Managed => _managed.Values;

    public ManagedService? FindManaged(ObjectName service) => _managed.GetValueOrDefault(service);

    public IReadOnlyList<StoreChange> Apply(Delta<V1Service> delta)
    {
        switch (delta)
        {
            case Delta<V1Service>.Present { Item: var service }:
                ObjectsOf(service.Metadata.NamespaceProperty).Services[service.Metadata.Name] = service;
                Evaluate(service);
                break;
            case Delta<V1Service>.Absent { Name: var name } when ObjectsOf(name.Namespace).Services.Remove(name.Name):
                Unmanage(name);
                _changes.Add(new StoreChange.NotEnabled(name));
                break;
        }

        return DrainChanges();
    }

    /// <param name="delta">The pod, or its deletion.</param>
    /// <param name="isOwn">True if this process just read or wrote it.</param>
    public IReadOnlyList<StoreChange> Apply(Delta<V1Pod> delta, bool isOwn = false)
    {
        switch (delta)
        {
            case Delta<V1Pod>.Present { Item: var pod, ListedAt: var listedAt }:
                var pods = ObjectsOf(pod.Metadata.NamespaceProperty).Pods;
                if (!pods.TryGetValue(pod.Metadata.Name, out var tracked) || tracked.Pod.Metadata.Uid != pod.Metadata.Uid)
                {
                    RemovePod(pod.FullName());
                    pods[pod.Metadata.Name] = tracked = new TrackedPod(pod);
                }
                else if (pod.Metadata.IsBehind(tracked.Pod.Metadata) && !(listedAt > tracked.ReadAt))
                {
                    break;
                }

                tracked.Pod = pod;
                tracked.ReadAt = isOwn ? time.GetTimestamp() : tracked.ReadAt;
                foreach (var service in ObjectsOf(pod.Metadata.NamespaceProperty).Managed.Values)
                {
                    Track(service, tracked);
                }

                break;
            case Delta<V1Pod>.Absent { Name: var name }:
                RemovePod(name);
                break;
        }

        return DrainChanges();
    }

    public IReadOnlyList<StoreChange> Apply(Delta<V1EndpointSlice> delta, bool isOwn = false)
    {
        switch (delta)
        {
            case Delta<V1EndpointSlice>.Present { Item: var slice, ListedAt: var listedAt }:
                var slices = ObjectsOf(slice.Metadata.NamespaceProperty).Slices;
                var known = slices.GetValueOrDefault(slice.Metadata.Name);
                if (known.Slice is { } before
                    && before.Metadata.Uid == slice.Metadata.Uid
                    && slice.Metadata.IsBehind(before.Metadata) && !(listedAt > known.ReadAt))
                {
                    break;
                }

                slices[slice.Metadata.Name] = (slice, isOwn ? time.GetTimestamp() : known.ReadAt);
                var of = OwnSlices.ServiceOf(slice);
                _changes.Add(new StoreChange.SliceChanged(slice, ObjectsOf(of.Namespace).Services.GetValueOrDefault(of.Name)));
                TrackAddresses(of);
                break;
            case Delta<V1EndpointSlice>.Absent { Name: var name } when ObjectsOf(name.Namespace).Slices.Remove(name.Name, out var gone):
                _changes.Add(new StoreChange.SliceGone(name));
                TrackAddresses(OwnSlices.ServiceOf(gone.Slice));
                break;
        }

        return DrainChanges();
    }

    public IReadOnlyList<ObservedEndpoint> ObserveAll() =>
        [.. Managed.SelectMany(service => service.Endpoints.Values).Select(endpoint => endpoint.Observe())];

    /// <summary>The input of a decision; <paramref name="partition"/> depends on the whole cluster.</summary>
    public Observation Observe(RemovalState removal, bool isCurrent, Func<TimeSpan, PartitionView> partition) => new()
    {
        IsRemoved = removal.IsRemoved,
        IsUncertain = removal.Write.IsUncertain,
        Checks =
        [
            .. removal.Endpoints.Where(endpoint => endpoint.Endpoint.State != EndpointState.NotReady)
                .Select(endpoint => new ServiceCheck(endpoint.Service.Name, endpoint.Service.Policy, endpoint.History)),
        ],
        RemovedFor = removal is { Pod: { } pod, Mechanism.Method: RemovalMethod.ServeLabel }
            ? RemovalNote.Of(pod.Pod, removal.Mechanism.Label)?.Services ?? []
            : [],
        Removals = removal.Times,
        Served = () => [.. Served(removal).Select(service => Count(service, removal))],
        IsCurrent = isCurrent,
        Partition = partition,
    };

    /// <summary>
    /// For each Service that loses the pod, one that stays: a healthy one if possible. Without these pods the removal is not safe.
    /// </summary>
    public IReadOnlyList<RemainingPod> RemainingPods(RemovalState removal) =>
    [
        .. Served(removal).Where(service => removal.Pod is { } pod && EndpointResolver.Serves(service, pod.Pod))
            .Select(service => (
                Service: service,
                Pod: ObjectsOf(service.Metadata.NamespaceProperty).ServingPods(service).Where(pod => pod != removal.Pod)
                    .OrderBy(pod => pod.Failures).FirstOrDefault()))
            .Where(found => found.Pod is not null)
            .Select(found => new RemainingPod(found.Service, found.Pod!.Pod)),
    ];

    /// <inheritdoc cref="OrphanedRemovals"/>
    public IEnumerable<(WriteState Write, EndpointWrite Change)> Orphans() =>
        _namespaces.Values.SelectMany(objects => OrphanedRemovals.In(objects, options));

    private IEnumerable<V1Service> Served(RemovalState removal) => removal.Pod is { Pod: var pod }
        ? ObjectsOf(pod.Metadata.NamespaceProperty).Services.Values
            .Where(service => EndpointResolver.Loses(service, pod, removal.Mechanism))
        : removal.Endpoints.Take(1).Select(endpoint => endpoint.Service.Service);

    private ServedService Count(V1Service service, RemovalState removal)
    {
        var name = service.FullName();
        var hasIt = removal.Pod is { Pod: var pod } ? EndpointResolver.Serves(service, pod) : !removal.IsRemoved;
        if (_managed.TryGetValue(name, out var managed))
        {
            var endpoints = managed.Endpoints.Values;
            return new ServedService
            {
                Name = name,
                HasIt = hasIt,
                Serving = endpoints.Count(endpoint => endpoint.State == EndpointState.Serving),
                Returning = endpoints.Count(e =>
                    e.Endpoint.State == EndpointState.Removed && (e.Removal.Write.IsRunning || e.Removal.IsPending)),
                Total = endpoints.Count(endpoint => endpoint.Endpoint.State != EndpointState.NotReady),
                MinHealthy = managed.Policy.MinHealthy,
            };
        }

        return ObjectsOf(name.Namespace).Count(service, hasIt, options.Defaults.MinHealthy);
    }

    private void Evaluate(V1Service service)
    {
        var name = service.FullName();
        var result = _policies.Read(service);
        if (result is not PolicyResult.Valid { Policy: var policy, Problems: var tolerated })
        {
            Unmanage(name);
            _changes.Add(result is PolicyResult.Invalid { Problems: var problems }
                ? new StoreChange.Invalid(service, problems)
                : new StoreChange.NotEnabled(name));
            return;
        }

        if (_managed.TryGetValue(name, out var managed)
            && (managed.Service.Metadata.Uid != service.Metadata.Uid || RemovalMechanism.Of(managed.Policy) != RemovalMechanism.Of(policy)))
        {
            Unmanage(name);
            managed = null;
        }

        var isNew = managed is null;
        var objects = ObjectsOf(name.Namespace);
        managed ??= new ManagedService(service, policy, objects.SliceWrites(name.Name));
        managed.Service = service;
        managed.Policy = policy;
        _managed[name] = managed;
        objects.Managed[name.Name] = managed;
        if (policy.Removal == RemovalMethod.EndpointSlices)
        {
            TrackAddresses(name);
        }
        else
        {
            foreach (var pod in objects.Pods.Values)
            {
                Track(managed, pod);
            }
        }

        _changes.Add(new StoreChange.Updated(managed));
        if (isNew)
        {
            _changes.Add(new StoreChange.Managed(managed));
        }

        managed.Tolerated = tolerated;
        _changes.Add(new StoreChange.Tolerated(managed));
    }

    private void Unmanage(ObjectName name)
    {
        if (_managed.Remove(name, out var service))
        {
            ObjectsOf(name.Namespace).Managed.Remove(name.Name);
            foreach (var id in service.Endpoints.Keys.ToArray())
            {
                Remove(service, id);
            }

            _changes.Add(new StoreChange.Released(service));
        }
    }

    private void Track(ManagedService service, TrackedPod pod)
    {
        var resolved = service.Policy.Removal == RemovalMethod.EndpointSlices
            ? null
            : EndpointResolver.OfPod(service.Service, service.Policy, pod.Pod, options.Networks);
        ObservePort(service, pod.Pod.Metadata.Name, EndpointResolver.MissingPort(service.Service, service.Policy, pod.Pod));
        if (resolved is null)
        {
            Remove(service, pod.Pod.Metadata.Name);
            return;
        }

        var mechanism = RemovalMechanism.Of(service.Policy);
        if (!pod.RemovalStates.TryGetValue(mechanism, out var removal))
        {
            pod.RemovalStates[mechanism] = removal = new RemovalState(mechanism, pod.Write, pod);
        }

        Track(service, resolved, () => removal);
    }

    private void TrackAddresses(ObjectName name)
    {
        if (!_managed.TryGetValue(name, out var service) || service.Policy.Removal != RemovalMethod.EndpointSlices)
        {
            return;
        }

        V1EndpointSlice[] own =
        [
            .. ObjectsOf(name.Namespace).Slices.Values.Select(slice => slice.Slice)
                .Where(slice => OwnSlices.ServiceOf(slice) == name && OwnSlices.IsOwn(slice)),
        ];
        var endpoints = EndpointResolver.OfAddresses(service.Service, service.Policy, own);
        service.HasStaleSlices = OwnSlices.AreStale(service.Service, service.Policy.Addresses, own);
        foreach (var gone in service.Endpoints.Keys.Except(endpoints.Select(item => item.Id)).ToArray())
        {
            Remove(service, gone);
        }

        foreach (var resolved in endpoints)
        {
            Track(service, resolved, () => new RemovalState(RemovalMechanism.Of(service.Policy), service.SliceWrites, null));
        }
    }

    private void Track(ManagedService service, Endpoint resolved, Func<RemovalState> removal)
    {
        var target = ProbeTarget.From(service.Policy, resolved.Address);
        if (!service.Endpoints.TryGetValue(resolved.Id, out var endpoint))
        {
            service.Endpoints[resolved.Id] = endpoint = new TrackedEndpoint(service, removal(), resolved, target);
            _changes.Add(new StoreChange.EndpointAdded(endpoint));
            return;
        }

        endpoint.Endpoint = resolved;
        if (endpoint.Target != target)
        {
            endpoint.Target = target;
            endpoint.Generation++;
            endpoint.History = EndpointHistory.Empty;
        }

        _changes.Add(new StoreChange.Updated(service));
    }

    private void ObservePort(ManagedService service, string pod, string? missing)
    {
        if (service.ObservePort(pod, missing))
        {
            _changes.Add(new StoreChange.Tolerated(service));
        }
    }

    private void Remove(ManagedService service, string id)
    {
        if (service.Endpoints.Remove(id, out var endpoint))
        {
            endpoint.IsGone = true;
            endpoint.Removal.Endpoints.Remove(endpoint);
            _changes.Add(new StoreChange.Updated(service));
        }
    }

    private void RemovePod(ObjectName name)
    {
        if (ObjectsOf(name.Namespace).Pods.Remove(name.Name))
        {
            foreach (var service in ObjectsOf(name.Namespace).Managed.Values)
            {
                Remove(service, name.Name);
                ObservePort(service, name.Name, null);
            }
        }
    }

    private List<StoreChange> DrainChanges()
    {
        (var changes, _changes) = (_changes, []);
        return changes;
    }

    private NamespaceObjects ObjectsOf(string? ns)
    {
        if (!_namespaces.TryGetValue(ns ?? "", out var objects))
        {
            _namespaces[ns ?? ""] = objects = new NamespaceObjects();
        }

        return objects;
    }
}
