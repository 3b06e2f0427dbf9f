using k8s;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Commands;

/// <summary>
/// <c>release</c>: restores everything that a controller has removed from DNS: labels, gates and addresses of own slices. It holds the
/// Lease meanwhile, so that no controller removes it again.
/// </summary>
internal sealed class Releaser(ApiClient client, ControllerOptions options, TimeProvider time, ILogger log)
{
    private const int MostRounds = 10;

    /// <summary>How long to wait for a controller to stop: longer than its last writes and its hand-over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <param name="lease">The Lease of the controller.</param>
    /// <param name="identity">The holder identity of this process.</param>
    /// <param name="output">The writer of a line for each pod and Service.</param>
    /// <param name="cancellationToken">Ends waiting and restoring; the Lease is released.</param>
    /// <returns>0 if everything is restored, 1 if a write failed, 2 if a controller still runs.</returns>
    public async Task<int> ReleaseAsync(ObjectName lease, string identity, TextWriter output, CancellationToken cancellationToken)
    {
        var elector = new LeaderElector(client, lease, identity, options.LeaderElection, time, new ControllerMetrics(), log);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new CancellationTokenSource();
        var election = elector.RunAsync(role => _ = role == Role.Leader && held.TrySetResult(), end.Token);
        try
        {
            await held.Task.WaitAsync(Patience, time, cancellationToken);
            return await RestoreAsync(elector, output, cancellationToken);
        }
        catch (TimeoutException) when (!held.Task.IsCompleted)
        {
            await output.WriteLineAsync(await HolderAsync(lease, cancellationToken) is { } holder
                ? $"{holder} has held the Lease {lease} for {Patience.TotalSeconds:0} s and would remove the endpoints again. "
                    + "Scale the Deployment dns-health-controller to 0, then run this again."
                : $"The Lease {lease} could not be taken within {Patience.TotalSeconds:0} s. The log says why.");
            return 2;
        }
        finally
        {
            await end.CancelAsync();
            await election;
            // Also after a cancellation, so that the next holder need not wait until the Lease expires.
            await elector.ReleaseAsync(CancellationToken.None);
        }
    }

    private async Task<int> RestoreAsync(LeaderElector elector, TextWriter output, CancellationToken cancellationToken)
    {
        int restored = 0, failed = 0;
        var store = await LoadAsync(cancellationToken);
        var applier = new Applier(new ObjectApi(client), () => elector.MayAct, time);
        // Each round restores one label of a pod.
        for (var round = 0; round < MostRounds && failed == 0; round++)
        {
            foreach (var change in store.Orphans().Select(orphan => orphan.Change).ToArray())
            {
                var outcome = await applier.ApplyAsync(change, cancellationToken);
                outcome.Pods.ToList().ForEach(pod => store.Apply(pod, isOwn: true));
                outcome.Slices.ToList().ForEach(slice => store.Apply(slice, isOwn: true));
                (restored, failed) = outcome is ApplyOutcome.Failed ? (restored, failed + 1) : (restored + 1, failed);
                var where = $"{change.Pod?.Metadata.NamespaceProperty ?? change.Service.Metadata.NamespaceProperty}/{change.Endpoint}";
                var became = outcome is ApplyOutcome.Failed { Why: var why } ? $"not restored: {why}" : "restored to DNS";
                await output.WriteLineAsync($"{where}: {became}");
            }
        }

        await output.WriteLineAsync($"{restored} restored, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private async Task<string?> HolderAsync(ObjectName name, CancellationToken cancellationToken)
    {
        var lease = await client.FindAsync(
            (api, token) => api.CoordinationV1.ReadNamespacedLeaseAsync(name.Name, name.Namespace, cancellationToken: token),
            cancellationToken);
        return lease?.Spec.HolderIdentity is { Length: > 0 } holder ? holder : null;
    }

    /// <summary>Loads all pods, own slices and Services, as if no Service had health checks.</summary>
    private async Task<EndpointStore> LoadAsync(CancellationToken cancellationToken)
    {
        var store = new EndpointStore(options, time);
        foreach (var scope in WatchedResources.Scopes(options.Namespaces))
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

            foreach (var slice in await SlicesAsync(scope, cancellationToken))
            {
                store.Apply(new Delta<V1EndpointSlice>.Present(slice));
            }
        }

        return store;
    }

    /// <summary>Empty if the definition opens no networks for slices: then the controller's account has no access to them.</summary>
    private async Task<IList<V1EndpointSlice>> SlicesAsync(string? scope, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.CallAsync((api, token) => scope is null
                ? api.DiscoveryV1.ListEndpointSliceForAllNamespacesAsync(labelSelector: OwnSlices.Selector, cancellationToken: token)
                : api.DiscoveryV1.ListNamespacedEndpointSliceAsync(scope, labelSelector: OwnSlices.Selector, cancellationToken: token),
                cancellationToken)).Items;
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.Forbidden && options.Networks.Declarable.Count == 0)
        {
            return [];
        }
    }
}
