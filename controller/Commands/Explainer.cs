using k8s;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Commands;

/// <summary>
/// <c>explain</c>: resolves one Service as the controller does, probes its endpoints up to its thresholds, and prints what the controller
/// would do. It writes nothing to the cluster.
/// </summary>
internal sealed class Explainer(ApiClient client, ControllerOptions options, EndpointProber prober, TimeProvider time, long origin)
{
    public async Task<int> ExplainAsync(ObjectName name, TextWriter output, CancellationToken cancellationToken)
    {
        var service = await client.FindAsync(
            (api, token) => api.CoreV1.ReadNamespacedServiceAsync(name.Name, name.Namespace, cancellationToken: token), cancellationToken);
        if (service is null)
        {
            await output.WriteLineAsync($"Service {name} does not exist");
            return 1;
        }

        switch (new PolicyReader(options).Read(service))
        {
            case PolicyResult.Valid { Policy: var policy }:
                await ExplainAsync(service, policy, output, cancellationToken);
                return 0;
            case PolicyResult.Invalid { Problems: var problems }:
                await output.WriteLineAsync($"{name} has an invalid health-check configuration; it is ignored:");
                foreach (var problem in problems)
                {
                    await output.WriteLineAsync($"  {problem}");
                }

                return 2;
            default:
                await output.WriteLineAsync($"{name} does not ask for health checks ({Annotations.Enabled}: \"true\"); it is ignored");
                return 0;
        }
    }

    private async Task ExplainAsync(V1Service service, HealthPolicy policy, TextWriter output, CancellationToken cancellationToken)
    {
        var store = await LoadAsync(service.FullName(), policy, cancellationToken);
        var managed = store.Managed.Single(one => one.Name == service.FullName());
        await output.WriteLineAsync($"""
            {service.FullName()}: {Spell(policy.Removal)}, {managed.Endpoints.Count} endpoints, {policy.MinHealthy} must remain
            probe: {Spell(policy.Scheme)} port {EndpointResolver.ServicePort(service, policy)?.Port} {Request(policy)}
            every {Durations.Format(policy.Interval)}, {Durations.Format(policy.RetryInterval)} while it fails
            time-out {Durations.Format(policy.Timeout)}
            out after {policy.FailureThreshold} failures, back after {policy.SuccessThreshold} successes
            """);
        if (options.Shards > 1)
        {
            var shard = Sharding.ShardOf(service.Metadata.NamespaceProperty, options.Shards);
            await output.WriteLineAsync(
                $"in shard {shard} of {options.Shards}: the holder of the Lease {options.LeaderElection.LeaseName}-{shard} acts for it");
        }

        await Task.WhenAll(managed.Endpoints.Values.Select(endpoint => ProbeAsync(endpoint, policy, cancellationToken)));
        var owners = new ObjectApi(client);
        foreach (var tracked in managed.Endpoints.Values.OrderBy(endpoint => endpoint.Endpoint.Id, StringComparer.Ordinal))
        {
            // With one Service alone, a partition cannot be detected.
            var observed = store.Observe(tracked.Removal, isCurrent: true, _ => PartitionView.Clear);
            var refusal = await OwnerSelectors.ReadAsync(owners, tracked.Removal, cancellationToken);
            var decision = Decider.Decide(observed with { Refusal = refusal }, options.Guards, time.GetElapsedTime(origin));
            var endpoint = tracked.Endpoint;
            var guard = decision.Guard == Guard.None ? "" : $" [{Spell(decision.Guard)}]";
            var state = $"{Spell(endpoint.State)}; last probe: {tracked.History.Last?.Detail ?? "none"}";
            var would = $"would {Spell(decision.Verdict)}{guard}: {decision.Reason}";
            await output.WriteLineAsync($"  {endpoint.Id} {endpoint.Address} on {endpoint.Node}: {state}; {would}");
            foreach (var note in endpoint.Pod is { } pod ? RemovalNote.Of(pod) : [])
            {
                var services = string.Join(", ", note.Services);
                await output.WriteLineAsync($"    removed from DNS since {note.Since} for {services} ({note.Label}): {note.Reason}");
            }
        }
    }

    /// <summary>Loads the Service's whole namespace, because a pod can serve several Services.</summary>
    private async Task<EndpointStore> LoadAsync(ObjectName name, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var store = new EndpointStore(options, time);
        var services = await client.CallAsync(
            (api, token) => api.CoreV1.ListNamespacedServiceAsync(name.Namespace, cancellationToken: token), cancellationToken);
        var pods = await client.CallAsync(
            (api, token) => api.CoreV1.ListNamespacedPodAsync(name.Namespace, cancellationToken: token), cancellationToken);
        IList<V1EndpointSlice> slices = policy.Removal == RemovalMethod.EndpointSlices
            ? await new ObjectApi(client).ListSlicesAsync(name, cancellationToken)
            : [];
        services.Items.ToList().ForEach(item => store.Apply(new Delta<V1Service>.Present(item)));
        pods.Items.ToList().ForEach(item => store.Apply(new Delta<V1Pod>.Present(item)));
        slices.ToList().ForEach(item => store.Apply(new Delta<V1EndpointSlice>.Present(item)));
        return store;
    }

    private async Task ProbeAsync(TrackedEndpoint endpoint, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var history = EndpointHistory.Empty;
        var needed = endpoint.Endpoint.State == EndpointState.Removed ? policy.SuccessThreshold : 1;
        while (endpoint.Endpoint.IsProbed && history.Failures < policy.FailureThreshold && history.Successes < needed)
        {
            if (history.Last is not null)
            {
                await Task.Delay(policy.RetryInterval, time, cancellationToken);
            }

            history = history.With(await prober.ProbeAsync(endpoint.Target, cancellationToken));
        }

        endpoint.History = history;
    }

    private static string Request(HealthPolicy policy) => policy.Scheme switch
    {
        ProbeScheme.Http or ProbeScheme.Https => policy.Path,
        ProbeScheme.Dns => policy.DnsName,
        ProbeScheme.Grpc => $"service \"{policy.GrpcService}\"",
        _ => "",
    };

    private static string Spell<T>(T value)
        where T : struct, Enum => AnnotationReader.Spelling(value.ToString()).Replace('-', ' ');
}
