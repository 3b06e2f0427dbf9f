using k8s;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Removal;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Commands;

/// <summary>
/// Puts everything back into DNS that a controller has removed: labels, gates and addresses of own slices. For the time when no controller
/// runs any more, because a running one would remove it again.
/// </summary>
internal sealed class Releaser(ApiClient client, ControllerOptions options, TimeProvider time)
{
    private const int MostRounds = 10;

    /// <returns>0 when everything is back, 1 when something could not be written, 2 while a controller runs.</returns>
    public async Task<int> ReleaseAsync(ObjectName lease, TextWriter output, CancellationToken cancellationToken)
    {
        if (await HolderAsync(lease, cancellationToken) is { } holder)
        {
            await output.WriteLineAsync(
                $"{holder} leads and would remove the endpoints again. "
                + "Scale the Deployment dns-health-controller to 0, then run this again.");
            return 2;
        }

        int back = 0, failed = 0;
        var store = await LoadAsync(cancellationToken);
        var applier = new Applier(new ObjectApi(client), () => true, time);
        // A pod that lacks several labels gets one back in each round.
        for (var round = 0; round < MostRounds && failed == 0; round++)
        {
            foreach (var change in store.Strays().Select(stray => stray.Change).ToArray())
            {
                var outcome = await applier.ApplyAsync(change, cancellationToken);
                outcome.Pods.ToList().ForEach(pod => store.Apply(pod, isOwn: true));
                outcome.Slices.ToList().ForEach(slice => store.Apply(slice, isOwn: true));
                (back, failed) = outcome is ApplyOutcome.Failed ? (back, failed + 1) : (back + 1, failed);
                var where = $"{change.Pod?.Metadata.NamespaceProperty ?? change.Service.Metadata.NamespaceProperty}/{change.Endpoint}";
                var became = outcome is ApplyOutcome.Failed { Why: var why } ? $"not back: {why}" : "back in DNS";
                await output.WriteLineAsync($"{where}: {became}");
            }
        }

        await output.WriteLineAsync($"{back} put back, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>The holder of the Lease; null when the Lease has ended or does not exist.</summary>
    private async Task<string?> HolderAsync(ObjectName name, CancellationToken cancellationToken)
    {
        var lease = await client.FindAsync(
            (api, token) => api.CoordinationV1.ReadNamespacedLeaseAsync(name.Name, name.Namespace, cancellationToken: token),
            cancellationToken);
        var ends = lease?.Spec.RenewTime + TimeSpan.FromSeconds(lease?.Spec.LeaseDurationSeconds ?? 0);
        return lease?.Spec.HolderIdentity is { Length: > 0 } holder && ends > time.GetUtcNow().UtcDateTime ? holder : null;
    }

    /// <summary>All pods, own slices and Services, as if no Service asked for health checks.</summary>
    private async Task<EndpointStore> LoadAsync(CancellationToken cancellationToken)
    {
        var store = new EndpointStore(options, time);
        string?[] scopes = options.Namespaces.Count == 0 ? [null] : [.. options.Namespaces];
        foreach (var scope in scopes)
        {
            foreach (var service in (await client.CallAsync((api, token) => scope is null
                ? api.CoreV1.ListServiceForAllNamespacesAsync(cancellationToken: token)
                : api.CoreV1.ListNamespacedServiceAsync(scope, cancellationToken: token), cancellationToken)).Items)
            {
                service.Metadata.Annotations = null;
                store.Apply(new Delta<V1Service>.Present(service));
            }

            foreach (var pod in (await client.CallAsync((api, token) => scope is null
                ? api.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: token)
                : api.CoreV1.ListNamespacedPodAsync(scope, cancellationToken: token), cancellationToken)).Items)
            {
                store.Apply(new Delta<V1Pod>.Present(pod));
            }

            foreach (var slice in (await client.CallAsync((api, token) => scope is null
                ? api.DiscoveryV1.ListEndpointSliceForAllNamespacesAsync(labelSelector: OwnSlices.Selector, cancellationToken: token)
                : api.DiscoveryV1.ListNamespacedEndpointSliceAsync(scope, labelSelector: OwnSlices.Selector, cancellationToken: token),
                cancellationToken)).Items)
            {
                store.Apply(new Delta<V1EndpointSlice>.Present(slice));
            }
        }

        return store;
    }
}
