namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// Removals that no Service with health checks wants anymore: a missing label with a note, a closed gate, addresses in own slices; and
/// notes about a label that another client restored. A pod without an address, for example after its node came back, still belongs to its
/// Service and waits for a successful probe.
/// </summary>
internal static class OrphanedRemovals
{
    public static IEnumerable<(WriteState Write, EndpointWrite Change)> In(NamespaceObjects objects, ControllerOptions options)
    {
        foreach (var pod in objects.Pods.Values.Where(pod => pod.Pod.Metadata.DeletionTimestamp is null))
        {
            if (Of(objects, pod, options) is { } change)
            {
                yield return (pod.Write, change);
            }
        }

        foreach (var group in objects.Slices.Values.Select(slice => slice.Slice).Where(OwnSlices.IsOwn)
            .GroupBy(slice => OwnSlices.ServiceOf(slice).Name))
        {
            if (objects.Managed.GetValueOrDefault(group.Key)?.Policy.Removal != RemovalMethod.EndpointSlices
                && objects.Services.TryGetValue(group.Key, out var service)
                && group.SelectMany(slice => slice.Endpoints ?? []).Any(endpoint => endpoint.Conditions?.Ready == false))
            {
                yield return (objects.SliceWrites(group.Key), EndpointWrite.OpenSlices(service, group));
            }
        }
    }

    private static EndpointWrite? Of(NamespaceObjects objects, TrackedPod pod, ControllerOptions options)
    {
        if (pod.Write.IsUnknown)
        {
            return EndpointWrite.Read(pod.Pod);
        }

        // Anyone can write a note, but this controller only restores labels that serve DNS.
        foreach (var note in RemovalNote.Of(pod.Pod).Where(note => options.IsServeLabel(note.Label)))
        {
            var mechanism = new RemovalMechanism(RemovalMethod.ServeLabel, note.Label);
            if (pod.Pod.GetLabel(note.Label) == Annotations.ServeValue)
            {
                return EndpointWrite.OfOrphan(pod.Pod, mechanism, note.Services, Verdict.Keep, "another client restored the label");
            }

            if (!IsExcludable(objects, pod, mechanism))
            {
                return EndpointWrite.OfOrphan(pod.Pod, mechanism, note.Services, Verdict.Restore, "health checks no longer exclude it");
            }
        }

        var gate = new RemovalMechanism(RemovalMethod.ReadinessGate, "");
        return EndpointResolver.DeclaresGate(pod.Pod)
            && pod.Pod.ConditionStatus(Annotations.GateCondition) != "True" && !IsExcludable(objects, pod, gate)
            ? EndpointWrite.OfOrphan(pod.Pod, gate, [], Verdict.Restore, "no health checks close its gate")
            : null;
    }

    /// <summary>True if a Service with health checks removes the pod by this mechanism. It cannot probe a pod without the port.</summary>
    private static bool IsExcludable(NamespaceObjects objects, TrackedPod pod, RemovalMechanism mechanism) => objects.Managed.Values
        .Any(service => RemovalMechanism.Of(service.Policy) == mechanism && EndpointResolver.Covers(service.Service, pod.Pod, mechanism)
            && EndpointResolver.MissingPort(service.Service, service.Policy, pod.Pod) is null);
}
