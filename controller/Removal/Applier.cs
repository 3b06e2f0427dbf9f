using System.Net;
using k8s;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>Writes one change. Asks right before each write whether this process still leads.</summary>
internal sealed class Applier(ApiClient client, Func<bool> mayAct, TimeProvider time)
{
    private const int Tries = 3;

    private static readonly ApplyOutcome NotLeading = new ApplyOutcome.Failed("this instance no longer leads", null);

    public async Task<ApplyOutcome> ApplyAsync(Change change, CancellationToken cancellationToken)
    {
        try
        {
            return change.Policy.Removal == RemovalMethod.EndpointSlices
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
        var decided = change.Pod ?? throw new ArgumentException("a change of a pod needs the pod", nameof(change));
        var (ns, name) = decided.FullName();
        var pod = decided;
        for (var attempt = 1; ; attempt++)
        {
            if (!mayAct())
            {
                return NotLeading;
            }

            try
            {
                var current = pod;
                await client.CallAsync(
                    (api, token) => change.Policy.Removal == RemovalMethod.ReadinessGate
                        ? api.CoreV1.PatchNamespacedPodStatusAsync(
                            PodPatches.Gate(change, current, time.GetUtcNow()), name, ns, cancellationToken: token)
                        : api.CoreV1.PatchNamespacedPodAsync(
                            PodPatches.ServeLabel(change, current, time.GetUtcNow()), name, ns, cancellationToken: token),
                    cancellationToken);
                return new ApplyOutcome.Done();
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return new ApplyOutcome.Obsolete("the pod was deleted");
            }
            catch (ApiException e) when ((e.IsConflict || e.Status == HttpStatusCode.UnprocessableEntity) && attempt < Tries)
            {
                var fresh = await client.FindAsync(
                    (api, token) => api.CoreV1.ReadNamespacedPodAsync(name, ns, cancellationToken: token), cancellationToken);
                if (fresh is null || fresh.Metadata.Uid != decided.Metadata.Uid)
                {
                    return new ApplyOutcome.Obsolete("the pod was recreated (other UID)");
                }

                if (!IsAsDecided(change, fresh))
                {
                    return new ApplyOutcome.Obsolete("another client changed the pod's label");
                }

                pod = fresh;
            }
        }
    }

    /// <summary>The label, and the Service in the annotation, are as they were; anything else may have changed.</summary>
    private static bool IsAsDecided(Change change, V1Pod fresh) =>
        change.Policy.Removal == RemovalMethod.ReadinessGate
        || (fresh.GetLabel(change.Policy.ServeLabel) == change.Pod!.GetLabel(change.Policy.ServeLabel)
            && RemovalAnnotation.Of(fresh)?.Service == RemovalAnnotation.Of(change.Pod!)?.Service);

    private async Task<ApplyOutcome> WriteSlicesAsync(Change change, CancellationToken cancellationToken)
    {
        var service = change.Service.FullName();
        var annotation = change.Verdict == Verdict.TakeOut
            ? RemovalAnnotation.Create(service, "", $"{change.Endpoint}: {change.Reason}", time.GetUtcNow()).ToText()
            : null;
        var own = await client.CallAsync(
            (api, token) => api.DiscoveryV1.ListNamespacedEndpointSliceAsync(
                service.Namespace, labelSelector: OwnSlices.SelectorOf(service), cancellationToken: token),
            cancellationToken);
        var (changed, wanted) = OwnSlices.Build(change.Service, change.Readiness, annotation, own.Items);
        foreach (var (name, slice) in changed)
        {
            if (!mayAct())
            {
                return NotLeading;
            }

            var patch = new V1Patch(slice.ToJsonString(), V1Patch.PatchType.ApplyPatch);
            await client.CallAsync(
                (api, token) => api.DiscoveryV1.PatchNamespacedEndpointSliceAsync(
                    patch, name, service.Namespace, fieldManager: Annotations.ManagedBy, force: true, cancellationToken: token),
                cancellationToken);
        }

        foreach (var slice in own.Items.Where(slice => !wanted.Contains(slice.Metadata.Name) && mayAct()))
        {
            await client.FindAsync(
                (api, token) => api.DiscoveryV1.DeleteNamespacedEndpointSliceAsync(
                    slice.Metadata.Name, service.Namespace, cancellationToken: token),
                cancellationToken);
        }

        return new ApplyOutcome.Done();
    }
}
