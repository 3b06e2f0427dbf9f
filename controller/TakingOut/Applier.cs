using System.Net;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Leadership;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>Writes one change. Asks right before each write whether this process still leads.</summary>
public sealed class Applier(KubernetesClient client, ILeadership leadership, TimeProvider time)
{
    private const int Tries = 3;

    public async Task<ApplyOutcome> ApplyAsync(Change change, CancellationToken cancellationToken)
    {
        try
        {
            return change.Policy.Removal == Removal.EndpointSlices
                ? await WriteSlicesAsync(change, cancellationToken)
                : await PatchPodAsync(change, cancellationToken);
        }
        catch (ApiException e)
        {
            return new ApplyOutcome.Failed(e.Message, e.RetryAfter);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            return new ApplyOutcome.Failed(e.Message, null);
        }
    }

    private async Task<ApplyOutcome> PatchPodAsync(Change change, CancellationToken cancellationToken)
    {
        var judged = change.Pod ?? throw new ArgumentException("a change of a pod needs the pod", nameof(change));
        var pod = judged;
        for (var attempt = 1; ; attempt++)
        {
            if (!leadership.MayAct)
            {
                return new ApplyOutcome.Failed("no longer leading", null);
            }

            try
            {
                var isGate = change.Policy.Removal == Removal.ReadinessGate;
                var patch = isGate ? Patches.Gate(change, pod, time.GetUtcNow()) : Patches.ServeLabel(change, pod, time.GetUtcNow());
                await client.PatchAsync(Resources.Pods, judged.Metadata.FullName, patch, cancellationToken, isGate ? "status" : null);
                return new ApplyOutcome.Done();
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return new ApplyOutcome.Obsolete("the pod is gone");
            }
            catch (ApiException e) when ((e.IsConflict || e.Status == HttpStatusCode.UnprocessableEntity) && attempt < Tries)
            {
                var fresh = await client.FindAsync(Resources.Pods, judged.Metadata.FullName, cancellationToken);
                if (fresh is null || fresh.Metadata.Uid != judged.Metadata.Uid)
                {
                    return new ApplyOutcome.Obsolete("the pod was replaced by a namesake");
                }

                if (!StillAsJudged(change, fresh))
                {
                    return new ApplyOutcome.Obsolete("somebody else changed the pod");
                }

                pod = fresh;
            }
        }
    }

    /// <summary>The label, and whose note is on the pod, are as they were; anything else may have changed.</summary>
    private static bool StillAsJudged(Change change, Pod fresh) =>
        change.Policy.Removal == Removal.ReadinessGate
        || (fresh.Metadata.Label(change.Policy.ServeLabel) == change.Pod?.Metadata.Label(change.Policy.ServeLabel)
            && TakenOutNote.Of(fresh.Metadata)?.Service == TakenOutNote.Of(change.Pod!.Metadata)?.Service);

    private async Task<ApplyOutcome> WriteSlicesAsync(Change change, CancellationToken cancellationToken)
    {
        var service = change.Service.Metadata;
        var type = ResourceType.Untyped("discovery.k8s.io", "v1", "endpointslices");
        var note = change.Verdict == Verdict.TakeOut
            ? TakenOutNote.Now(service.FullName, "", $"{change.Endpoint}: {change.Reason}", time.GetUtcNow()).ToText()
            : null;
        var wanted = OwnSlices.Build(change.Service, change.Readiness, note);
        foreach (var (name, slice) in wanted)
        {
            if (!leadership.MayAct)
            {
                return new ApplyOutcome.Failed("no longer leading", null);
            }

            var patch = Patch.Apply(slice.DeepClone().AsObject(), Annotations.ManagedBy, force: true);
            await client.PatchAsync(type, new ObjectName(service.Namespace, name), patch, cancellationToken);
        }

        await DeleteSurplusAsync(service, wanted.Keys, cancellationToken);
        return new ApplyOutcome.Done();
    }

    /// <summary>Only slices that carry this controller's mark.</summary>
    private async Task DeleteSurplusAsync(ObjectMeta service, IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        var query = new ListQuery { LabelSelector = $"{OwnSlices.Selector},{EndpointSlice.ServiceNameLabel}={service.Name}" };
        var own = await client.ListAsync(Resources.EndpointSlices, service.Namespace, query, cancellationToken);
        foreach (var slice in own.Items.Where(slice => !wanted.Contains(slice.Metadata.Name) && leadership.MayAct))
        {
            await client.DeleteAsync(Resources.EndpointSlices, slice.Metadata.FullName, cancellationToken);
        }
    }
}
