using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>What a delta means for the Services under health checks.</summary>
internal abstract record StoreChange
{
    private StoreChange()
    {
    }

    /// <summary>A new endpoint, or a pod of the same name in the place of another.</summary>
    internal sealed record EndpointAdded(TrackedEndpoint Endpoint) : StoreChange;

    /// <summary>The Service or one of its endpoints changed.</summary>
    internal sealed record Updated(ManagedService Service) : StoreChange;

    internal sealed record Managed(ManagedService Service) : StoreChange;

    /// <summary>No longer under health checks. Its endpoints are still in it.</summary>
    internal sealed record Released(ManagedService Service) : StoreChange;

    internal sealed record Invalid(V1Service Service, IReadOnlyList<string> Problems) : StoreChange;

    /// <summary>The Service is gone, or does not ask for health checks.</summary>
    internal sealed record NotAsked(ObjectName Service) : StoreChange;
}

/// <summary>Cached Services, pods and EndpointSlices, and the endpoints derived from them. Only the reconciler uses it.</summary>
internal sealed class EndpointStore(ControllerOptions options)
{
    private readonly PolicyReader _policies = new(options);
    private readonly Dictionary<ObjectName, V1Service> _services = [];
    private readonly Dictionary<ObjectName, ManagedService> _managed = [];
    private readonly Dictionary<string, Dictionary<ObjectName, ManagedService>> _managedByNamespace = [];
    private readonly Dictionary<string, Dictionary<ObjectName, V1Pod>> _pods = [];
    private readonly Dictionary<ObjectName, Dictionary<ObjectName, V1EndpointSlice>> _slices = [];
    private List<StoreChange> _changes = [];

    public IReadOnlyCollection<ManagedService> Managed => _managed.Values;

    public IReadOnlyList<StoreChange> Apply(Delta<V1Service> delta)
    {
        switch (delta)
        {
            case Delta<V1Service>.Present { Item: var service }:
                _services[service.FullName()] = service;
                Evaluate(service);
                break;
            case Delta<V1Service>.Absent { Name: var name } when _services.Remove(name):
                Unmanage(name);
                _changes.Add(new StoreChange.NotAsked(name));
                break;
        }

        return TakeChanges();
    }

    public IReadOnlyList<StoreChange> Apply(Delta<V1Pod> delta)
    {
        switch (delta)
        {
            case Delta<V1Pod>.Present { Item: var pod }:
                PodsOf(pod.Metadata.NamespaceProperty)[pod.FullName()] = pod;
                foreach (var service in ManagedIn(pod.Metadata.NamespaceProperty))
                {
                    Track(service, pod);
                }

                break;
            case Delta<V1Pod>.Absent { Name: var name } when PodsOf(name.Namespace).Remove(name):
                foreach (var service in ManagedIn(name.Namespace))
                {
                    Remove(service, name.Name);
                }

                break;
        }

        return TakeChanges();
    }

    public IReadOnlyList<StoreChange> Apply(Delta<V1EndpointSlice> delta)
    {
        switch (delta)
        {
            case Delta<V1EndpointSlice>.Present { Item: var slice }:
                var service = new ObjectName(slice.Metadata.NamespaceProperty, slice.GetLabel(OwnSlices.ServiceNameLabel) ?? "");
                if (!_slices.TryGetValue(service, out var own))
                {
                    _slices[service] = own = [];
                }

                own[slice.FullName()] = slice;
                TrackAddresses(service);
                break;
            case Delta<V1EndpointSlice>.Absent { Name: var name }:
                foreach (var (owner, slices) in _slices.Where(s => s.Value.ContainsKey(name)).ToArray())
                {
                    slices.Remove(name);
                    TrackAddresses(owner);
                }

                break;
        }

        return TakeChanges();
    }

    /// <summary>
    /// Pods whose removal annotation names a Service that is no longer under health checks by label: their label is restored. A pod
    /// without an address, as after its node came back, still belongs to the Service and waits for a good probe.
    /// </summary>
    public IEnumerable<(V1Pod Pod, RemovalAnnotation Annotation)> Orphans()
    {
        foreach (var pod in _pods.Values.SelectMany(pods => pods.Values))
        {
            if (RemovalAnnotation.Of(pod) is { } annotation
                && pod.Metadata.DeletionTimestamp is null
                && options.IsServeLabel(annotation.Label)
                && !(ObjectName.TryParse(annotation.Service, out var name)
                    && _managed.TryGetValue(name, out var service)
                    && service.Policy.Removal == RemovalMethod.ServeLabel
                    && service.Policy.ServeLabel == annotation.Label
                    && EndpointResolver.Covers(service.Service, pod, annotation.Label)))
            {
                yield return (pod, annotation);
            }
        }
    }

    private void Evaluate(V1Service service)
    {
        var name = service.FullName();
        var result = _policies.Read(service);
        if (result is not PolicyResult.Valid { Policy: var policy })
        {
            Unmanage(name);
            if (result is PolicyResult.Invalid { Problems: var problems })
            {
                _changes.Add(new StoreChange.Invalid(service, problems));
            }
            else
            {
                _changes.Add(new StoreChange.NotAsked(name));
            }

            return;
        }

        if (_managed.TryGetValue(name, out var managed)
            && (managed.Service.Metadata.Uid != service.Metadata.Uid || managed.Policy.Removal != policy.Removal))
        {
            Unmanage(name);
            managed = null;
        }

        var isNew = managed is null;
        managed ??= new ManagedService(service, policy);
        managed.Service = service;
        managed.Policy = policy;
        _managed[name] = managed;
        _ = ManagedIn(name.Namespace);
        _managedByNamespace[name.Namespace ?? ""][name] = managed;
        if (policy.Removal == RemovalMethod.EndpointSlices)
        {
            TrackAddresses(name);
        }
        else
        {
            foreach (var pod in PodsOf(name.Namespace).Values)
            {
                Track(managed, pod);
            }
        }

        _changes.Add(new StoreChange.Updated(managed));
        if (isNew)
        {
            _changes.Add(new StoreChange.Managed(managed));
        }
    }

    private void Unmanage(ObjectName name)
    {
        if (_managed.Remove(name, out var service))
        {
            _managedByNamespace.GetValueOrDefault(name.Namespace ?? "")?.Remove(name);
            foreach (var endpoint in service.Endpoints.Values)
            {
                endpoint.IsGone = true;
            }

            _changes.Add(new StoreChange.Released(service));
        }
    }

    private void Track(ManagedService service, V1Pod pod)
    {
        var resolved = service.Policy.Removal == RemovalMethod.EndpointSlices
            ? null
            : EndpointResolver.OfPod(service.Service, service.Policy, pod, options.Networks);
        if (resolved is null)
        {
            Remove(service, pod.Metadata.Name);
        }
        else
        {
            Track(service, resolved);
        }
    }

    private void TrackAddresses(ObjectName name)
    {
        if (!_managed.TryGetValue(name, out var service) || service.Policy.Removal != RemovalMethod.EndpointSlices)
        {
            return;
        }

        IReadOnlyList<V1EndpointSlice> own = _slices.TryGetValue(name, out var known) ? [.. known.Values] : [];
        var endpoints = EndpointResolver.OfAddresses(service.Service, service.Policy, own);
        service.HasStaleSlices = OwnSlices.AreStale(service.Service, service.Policy.Addresses, own);
        foreach (var gone in service.Endpoints.Keys.Except(endpoints.Select(item => item.Id)).ToArray())
        {
            Remove(service, gone);
        }

        foreach (var resolved in endpoints)
        {
            Track(service, resolved);
        }
    }

    private void Track(ManagedService service, Endpoint resolved)
    {
        var target = ProbeTarget.From(service.Policy, resolved.Address);
        if (!service.Endpoints.TryGetValue(resolved.Id, out var endpoint)
            || endpoint.Endpoint.Pod?.Metadata.Uid != resolved.Pod?.Metadata.Uid)
        {
            Remove(service, resolved.Id);
            service.Endpoints[resolved.Id] = endpoint = new TrackedEndpoint(service, resolved, target);
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

        if (endpoint.Pending == resolved.State)
        {
            endpoint.Pending = null;
        }

        _changes.Add(new StoreChange.Updated(service));
    }

    private void Remove(ManagedService service, string id)
    {
        if (service.Endpoints.Remove(id, out var endpoint))
        {
            endpoint.IsGone = true;
            _changes.Add(new StoreChange.Updated(service));
        }
    }

    private List<StoreChange> TakeChanges()
    {
        var changes = _changes;
        _changes = [];
        return changes;
    }

    private Dictionary<ObjectName, V1Pod> PodsOf(string? ns)
    {
        if (!_pods.TryGetValue(ns ?? "", out var pods))
        {
            _pods[ns ?? ""] = pods = [];
        }

        return pods;
    }

    private Dictionary<ObjectName, ManagedService>.ValueCollection ManagedIn(string? ns)
    {
        if (!_managedByNamespace.TryGetValue(ns ?? "", out var services))
        {
            _managedByNamespace[ns ?? ""] = services = [];
        }

        return services.Values;
    }
}
