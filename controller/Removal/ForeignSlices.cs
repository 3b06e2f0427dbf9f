using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// EndpointSlices with this controller's label, or with the name of a slice that it creates, which it did not create. It changes none of
/// them. Each one is logged once, and the leader writes an Event. A new leader writes Events for earlier ones.
/// </summary>
internal sealed class ForeignSlices(Telemetry telemetry)
{
    private const string Reason = "ForeignEndpointSlice";

    private readonly Dictionary<ObjectName, Found> _found = [];

    public void Observe(StoreChange change, bool leading)
    {
        switch (change)
        {
            case StoreChange.SliceChanged { Slice: var slice, Service: var service } when !OwnSlices.IsOwn(slice):
                var why = service is null
                    ? "names no Service that exists"
                    : $"does not have the Service {service.Metadata.Name} as its owner";
                Add(slice, service, isByName: false, leading, $"EndpointSlice {slice.Metadata.Name} has the label "
                    + $"{OwnSlices.ManagedByLabel}: {Annotations.ManagedBy}, but this controller did not create it: it {why}. "
                    + "It is left as it is, and its addresses are not checked. Delete it, or give it another label.");
                break;
            case StoreChange.SliceChanged { Slice: var slice }:
                Remove(slice.FullName());
                break;
            case StoreChange.SliceGone { Slice: var name }:
                Remove(name);
                break;
            case StoreChange.Released { Service: var service }:
                RemoveNamed(service.Name);
                break;
        }
    }

    /// <summary>A write of a Service's slices ended.</summary>
    public void Observe(V1Service service, ApplyOutcome outcome, bool leading)
    {
        // A write that needs no new slice does not try the name again, so that only a slice of its own there ends a finding.
        foreach (var slice in outcome.Slices.OfType<Delta<V1EndpointSlice>.Present>())
        {
            Remove(slice.Item.FullName());
        }

        foreach (var slice in outcome.Foreign)
        {
            Add(slice, service, isByName: true, leading, $"EndpointSlice {slice.Metadata.Name} has a name that this controller uses, but "
                + "it did not create it. It is left as it is, and its addresses are not checked. The addresses of this Service are "
                + "written to a slice of another name. Delete or rename it.");
        }
    }

    public void RecordAll()
    {
        foreach (var found in _found.Values)
        {
            telemetry.Record(found.About, warning: true, Reason, found.Text);
        }
    }

    private void Add(V1EndpointSlice slice, V1Service? service, bool isByName, bool leading, string text)
    {
        if (_found.GetValueOrDefault(slice.FullName())?.Text == text)
        {
            return;
        }

        var about = service is null ? EventRecorder.About(slice) : EventRecorder.About(service);
        _found[slice.FullName()] = new Found(about, isByName, text);
        Export();
        Log.ForeignSlice(telemetry.Log, slice.FullName(), text);
        if (leading)
        {
            telemetry.Record(about, warning: true, Reason, text);
        }
    }

    private void Remove(ObjectName slice)
    {
        if (_found.Remove(slice))
        {
            Export();
        }
    }

    /// <summary>Removes the slices whose names the writes of this Service met.</summary>
    private void RemoveNamed(ObjectName service)
    {
        foreach (var (slice, found) in _found.ToArray())
        {
            if (found.IsByName && new ObjectName(found.About.NamespaceProperty, found.About.Name) == service)
            {
                Remove(slice);
            }
        }
    }

    private void Export() => telemetry.Metrics.ForeignSlices.Set(_found.Count, telemetry.Labels);

    /// <param name="About">The Service, or the slice if the Service does not exist.</param>
    /// <param name="IsByName">True if only its name is one of this controller's.</param>
    /// <param name="Text">The message.</param>
    private sealed record Found(V1ObjectReference About, bool IsByName, string Text);
}
