using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s;

namespace PlatformGitOps.Controller.Removal;

/// <summary>Writes one change. Before each write it checks that this process still leads.</summary>
internal sealed class Applier(IObjectApi api, Func<bool> mayAct, TimeProvider time)
{
    private const int Tries = 3;

    public Func<bool> MayAct => mayAct;

    public async Task<ApplyOutcome> ApplyAsync(EndpointWrite change, CancellationToken cancellationToken)
    {
        var attempt = new Attempt();
        try
        {
            var outcome = change.Mechanism.Method == RemovalMethod.EndpointSlices
                ? await WriteSlicesAsync(change, attempt, cancellationToken)
                : await PatchPodAsync(change, attempt, cancellationToken);
            return attempt.Complete(outcome);
        }
        catch (ApiException e)
        {
            // Below 500 the server has not written; from 500 on it may have. Of several slices, others may be written.
            var mayBeWritten = attempt.IsSent && ((int)e.Status >= 500 || change.Mechanism.Method == RemovalMethod.EndpointSlices);
            return attempt.Complete(new ApplyOutcome.Failed(e.Message, e.RetryAfter, mayBeWritten));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            return attempt.Complete(new ApplyOutcome.Failed(e.Message, MayBeWritten: attempt.IsSent));
        }
    }

    private async Task<ApplyOutcome> PatchPodAsync(EndpointWrite change, Attempt attempt, CancellationToken cancellationToken)
    {
        var decided = change.Pod ?? throw new ArgumentException("a change of a pod needs the pod", nameof(change));
        var name = decided.FullName();
        if (change.IsRead)
        {
            attempt.Record(name, await api.FindPodAsync(name, cancellationToken));
            return new ApplyOutcome.Done();
        }

        foreach (var (service, remaining) in change.RemainingPods)
        {
            var fresh = attempt.Record(remaining.FullName(), await api.FindPodAsync(remaining.FullName(), cancellationToken));
            if (fresh is null || !EndpointResolver.Serves(service, fresh))
            {
                return new ApplyOutcome.Failed(
                    $"{remaining.Metadata.Name}, which should remain, does not serve {service.FullName()} any more");
            }
        }

        var pod = decided;
        for (var tries = 1; ; tries++)
        {
            if (!mayAct())
            {
                return new ApplyOutcome.Failed("this instance no longer leads");
            }

            try
            {
                attempt.IsSent = true;
                attempt.Record(name, change.Mechanism.Method == RemovalMethod.ReadinessGate
                    ? await api.PatchPodStatusAsync(name, PodPatches.Gate(change, pod, time.GetUtcNow()), cancellationToken)
                    : await api.PatchPodAsync(name, PodPatches.ServeLabel(change, pod, time.GetUtcNow()), cancellationToken));
                return new ApplyOutcome.Done();
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                attempt.Record(name, null);
                return new ApplyOutcome.Obsolete("the pod was deleted");
            }
            catch (ApiException e) when ((e.IsConflict || e.Status == HttpStatusCode.UnprocessableEntity) && tries < Tries)
            {
                attempt.IsSent = false;
                var fresh = attempt.Record(name, await api.FindPodAsync(name, cancellationToken));
                if (fresh is null || fresh.Metadata.Uid != decided.Metadata.Uid)
                {
                    return new ApplyOutcome.Obsolete("the pod was recreated (other UID)");
                }

                if (!IsAsDecided(change.Mechanism, decided, fresh))
                {
                    return new ApplyOutcome.Obsolete("another client changed the pod's label or gate");
                }

                pod = fresh;
            }
        }
    }

    /// <summary>True if the fields of this mechanism are unchanged; others may have changed.</summary>
    private static bool IsAsDecided(RemovalMechanism mechanism, V1Pod decided, V1Pod fresh) =>
        mechanism.Method == RemovalMethod.ReadinessGate
        ? fresh.ConditionStatus(Annotations.GateCondition) == decided.ConditionStatus(Annotations.GateCondition)
        : fresh.GetLabel(mechanism.Label) == decided.GetLabel(mechanism.Label)
            && RemovalNote.Of(fresh, mechanism.Label) is null == RemovalNote.Of(decided, mechanism.Label) is null;

    private async Task<ApplyOutcome> WriteSlicesAsync(EndpointWrite change, Attempt attempt, CancellationToken cancellationToken)
    {
        var service = change.Service.FullName();
        var note = change.Verdict == Verdict.Remove
            ? RemovalNote.ToText([RemovalNote.Create("", change.WantedBy, $"{change.Endpoint}: {change.Reason}", time.GetUtcNow())])
            : null;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var listed = await api.ListSlicesAsync(service, cancellationToken);
            var own = listed.Where(OwnSlices.IsOwn).ToDictionary(slice => slice.Metadata.Name, StringComparer.Ordinal);
            taken.UnionWith(listed.Select(slice => slice.Metadata.Name).Except(own.Keys));
            var (changed, wanted) = OwnSlices.Build(change.Service, change.Readiness, note, own.Values, taken);
            if (!mayAct())
            {
                return new ApplyOutcome.Failed("this instance no longer leads");
            }

            // In parallel: a thousand addresses are ten slices, and each write to a slow API server needs its time.
            attempt.IsSent |= changed.Count > 0;
            var existing = (await Task.WhenAll(changed.Select(item =>
                WriteSliceAsync(own.GetValueOrDefault(item.Key), item.Value, attempt, cancellationToken)))).OfType<string>().ToArray();
            if (existing.Length == 0)
            {
                await Task.WhenAll(own.Values.Where(slice => !wanted.Contains(slice.Metadata.Name) && mayAct())
                    .Select(slice => api.DeleteSliceAsync(slice, cancellationToken)));
                return new ApplyOutcome.Done();
            }

            foreach (var name in existing)
            {
                if (await api.FindSliceAsync(new ObjectName(service.Namespace, name), cancellationToken) is not { } foreign
                    || OwnSlices.IsOwn(foreign))
                {
                    return new ApplyOutcome.Failed($"EndpointSlice {name} was created or deleted meanwhile");
                }

                taken.Add(name);
                attempt.RecordForeign(foreign);
            }
        }
    }

    /// <summary>Returns the name if it should be created and exists.</summary>
    private async Task<string?> WriteSliceAsync(
        V1EndpointSlice? old, JsonObject wanted, Attempt attempt, CancellationToken cancellationToken)
    {
        if (old is not null)
        {
            attempt.Record(await api.PatchSliceAsync(old.FullName(), OwnSlices.Patch(old, wanted), cancellationToken));
            return null;
        }

        var slice = KubernetesJson.Deserialize<V1EndpointSlice>(wanted.ToJsonString());
        try
        {
            attempt.Record(await api.CreateSliceAsync(slice, cancellationToken));
            return null;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return slice.Metadata.Name;
        }
    }

    /// <summary>The state of an attempt, for each of its ends.</summary>
    private sealed class Attempt
    {
        private readonly List<Delta<V1Pod>> _pods = [];
        private readonly ConcurrentQueue<Delta<V1EndpointSlice>> _slices = [];
        private readonly List<V1EndpointSlice> _foreign = [];

        /// <summary>True if a write was sent and not refused.</summary>
        public bool IsSent { get; set; }

        public V1Pod? Record(ObjectName name, V1Pod? pod)
        {
            _pods.Add(pod is null ? new Delta<V1Pod>.Absent(name) : new Delta<V1Pod>.Present(WatchedResources.Trim(pod)));
            return pod;
        }

        public void Record(V1EndpointSlice slice) => _slices.Enqueue(new Delta<V1EndpointSlice>.Present(slice));

        public void RecordForeign(V1EndpointSlice slice) => _foreign.Add(slice);

        public ApplyOutcome Complete(ApplyOutcome outcome) => outcome with { Pods = _pods, Slices = [.. _slices], Foreign = _foreign };
    }
}

/// <summary>Patches of pods for serve labels and readiness gates. Pure.</summary>
internal static class PodPatches
{
    /// <summary>
    /// Changes label and note together, on exactly this version of this pod: uid and resourceVersion make the server answer 409 if the pod
    /// was recreated or modified meanwhile. Notes of other labels stay.
    /// </summary>
    public static V1Patch ServeLabel(EndpointWrite change, V1Pod pod, DateTimeOffset now)
    {
        var label = change.Mechanism.Label;
        var notes = RemovalNote.Of(pod).Where(note => note.Label != label);
        if (change.Verdict == Verdict.Remove)
        {
            notes = notes.Append(RemovalNote.Create(label, change.WantedBy, change.Reason, now));
        }

        var metadata = Precondition(pod);
        metadata["annotations"] = new JsonObject
        {
            [Annotations.Removed] = RemovalNote.ToText(notes),
            [Annotations.RemovedEarlierName] = null,
        };
        if (change.Verdict != Verdict.Keep)
        {
            metadata["labels"] = new JsonObject { [label] = change.Verdict == Verdict.Remove ? null : Annotations.ServeValue };
        }

        return new V1Patch(new JsonObject { ["metadata"] = metadata }.ToJsonString(), V1Patch.PatchType.MergePatch);
    }

    /// <summary>Conditions are merged by type, so those of the kubelet and other gates stay.</summary>
    public static V1Patch Gate(EndpointWrite change, V1Pod pod, DateTimeOffset now)
    {
        var isRemoval = change.Verdict == Verdict.Remove;
        var body = new JsonObject
        {
            ["metadata"] = Precondition(pod),
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = Annotations.GateCondition,
                    ["status"] = isRemoval ? "False" : "True",
                    ["reason"] = isRemoval ? "ProbesFailed" : "ProbesSucceeded",
                    ["message"] = isRemoval ? $"{string.Join(", ", change.WantedBy)}: {change.Reason}" : change.Reason,
                    ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }),
            },
        };
        return new V1Patch(body.ToJsonString(), V1Patch.PatchType.StrategicMergePatch);
    }

    private static JsonObject Precondition(V1Pod pod) =>
        new() { ["uid"] = pod.Metadata.Uid, ["resourceVersion"] = pod.Metadata.ResourceVersion };
}
