using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>The objects of the cluster and the endpoints they come to. Only the loop touches it.</summary>
internal sealed class World(ControllerOptions options, PolicyReader policies, IWorldObserver observer)
{
    private readonly Dictionary<ObjectName, Service> _services = [];
    private readonly Dictionary<ObjectName, ManagedService> _managed = [];
    private readonly Dictionary<string, Dictionary<ObjectName, ManagedService>> _managedByNamespace = [];
    private readonly Dictionary<string, Dictionary<ObjectName, Pod>> _pods = [];
    private readonly Dictionary<ObjectName, Dictionary<ObjectName, EndpointSlice>> _slices = [];

    public IReadOnlyCollection<ManagedService> Managed => _managed.Values;

    public void Take(Delta<Service> delta)
    {
        switch (delta)
        {
            case Delta<Service>.Present { Item: var service }:
                _services[service.Metadata.FullName] = service;
                Evaluate(service);
                break;
            case Delta<Service>.Absent { Name: var name } when _services.Remove(name):
                Unmanage(name);
                break;
        }
    }

    public void Take(Delta<Pod> delta)
    {
        switch (delta)
        {
            case Delta<Pod>.Present { Item: var pod }:
                PodsOf(pod.Metadata.Namespace)[pod.Metadata.FullName] = pod;
                foreach (var service in ManagedIn(pod.Metadata.Namespace))
                {
                    Place(service, pod);
                }

                break;
            case Delta<Pod>.Absent { Name: var name } when PodsOf(name.Namespace).Remove(name):
                foreach (var service in ManagedIn(name.Namespace))
                {
                    Remove(service, name.Name);
                }

                break;
        }
    }

    public void Take(Delta<EndpointSlice> delta)
    {
        switch (delta)
        {
            case Delta<EndpointSlice>.Present { Item: var slice }:
                var service = new ObjectName(slice.Metadata.Namespace, slice.Metadata.Label(EndpointSlice.ServiceNameLabel) ?? "");
                if (!_slices.TryGetValue(service, out var own))
                {
                    _slices[service] = own = [];
                }

                own[slice.Metadata.FullName] = slice;
                PlaceAddresses(service);
                break;
            case Delta<EndpointSlice>.Absent { Name: var name }:
                foreach (var (owner, slices) in _slices.Where(s => s.Value.ContainsKey(name)).ToArray())
                {
                    slices.Remove(name);
                    PlaceAddresses(owner);
                }

                break;
        }
    }

    /// <summary>
    /// Pods with a note of a Service that is no longer under health checks by label: they get their label back. A pod that has no
    /// address for the moment, as after its node came back, is still the Service's and waits for a good probe.
    /// </summary>
    public IEnumerable<(Pod Pod, TakenOutNote Note)> Orphans()
    {
        foreach (var pod in _pods.Values.SelectMany(pods => pods.Values))
        {
            if (TakenOutNote.Of(pod.Metadata) is { } note
                && pod.Metadata.DeletionTimestamp is null
                && !(ObjectName.TryParse(note.Service, out var name)
                    && _managed.TryGetValue(name, out var service)
                    && service.Policy.Removal == Removal.ServeLabel
                    && service.Policy.ServeLabel == note.Label
                    && Membership.Covers(service.Service, pod, note.Label)))
            {
                yield return (pod, note);
            }
        }
    }

    private void Evaluate(Service service)
    {
        var name = service.Metadata.FullName;
        var result = policies.Read(service);
        if (result is not PolicyResult.Valid { Policy: var policy })
        {
            Unmanage(name);
            if (result is PolicyResult.Invalid { Problems: var problems })
            {
                observer.Invalid(service, problems);
            }

            return;
        }

        if (_managed.TryGetValue(name, out var managed) && (managed.Service.Metadata.Uid != service.Metadata.Uid || managed.Policy.Removal != policy.Removal))
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
        if (policy.Removal == Removal.EndpointSlices)
        {
            PlaceAddresses(name);
        }
        else
        {
            foreach (var pod in PodsOf(name.Namespace).Values)
            {
                Place(managed, pod);
            }
        }

        observer.Changed(managed);
        if (isNew)
        {
            observer.Managed(managed);
        }
    }

    private void Unmanage(ObjectName name)
    {
        if (_managed.Remove(name, out var service))
        {
            _managedByNamespace.GetValueOrDefault(name.Namespace ?? "")?.Remove(name);
            foreach (var endpoint in service.Endpoints.Values)
            {
                endpoint.Removed = true;
            }

            observer.Released(service);
        }
    }

    private void Place(ManagedService service, Pod pod)
    {
        var member = service.Policy.Removal == Removal.EndpointSlices
            ? null
            : Membership.OfPod(service.Service, service.Policy, pod, options.Networks);
        if (member is null)
        {
            Remove(service, pod.Metadata.Name);
        }
        else
        {
            Place(service, member);
        }
    }

    private void PlaceAddresses(ObjectName name)
    {
        if (!_managed.TryGetValue(name, out var service) || service.Policy.Removal != Removal.EndpointSlices)
        {
            return;
        }

        IReadOnlyList<EndpointSlice> own = _slices.TryGetValue(name, out var known) ? [.. known.Values] : [];
        var members = Membership.OfAddresses(service.Service, service.Policy, own);
        service.HasStaleSlices = OwnSlices.AreStale(service.Service, service.Policy.Addresses, own);
        foreach (var gone in service.Endpoints.Keys.Except(members.Select(m => m.Id)).ToArray())
        {
            Remove(service, gone);
        }

        foreach (var member in members)
        {
            Place(service, member);
        }
    }

    private void Place(ManagedService service, Member member)
    {
        var target = ProbeTarget.From(service.Policy, member.Address);
        if (!service.Endpoints.TryGetValue(member.Id, out var endpoint) || endpoint.Member.Pod?.Metadata.Uid != member.Pod?.Metadata.Uid)
        {
            Remove(service, member.Id);
            service.Endpoints[member.Id] = endpoint = new TrackedEndpoint(service, member, target);
            observer.Appeared(endpoint);
            return;
        }

        endpoint.Member = member;
        if (endpoint.Target != target)
        {
            endpoint.Target = target;
            endpoint.Generation++;
            endpoint.History = Deciding.EndpointHistory.Empty;
        }

        if (endpoint.Pending == member.State)
        {
            endpoint.Pending = null;
        }

        observer.Changed(service);
    }

    private void Remove(ManagedService service, string id)
    {
        if (service.Endpoints.Remove(id, out var endpoint))
        {
            endpoint.Removed = true;
            observer.Changed(service);
        }
    }

    private Dictionary<ObjectName, Pod> PodsOf(string? ns)
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
