using System.Globalization;
using k8s;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Commands;

/// <summary>
/// Resolves one Service as the controller does, probes its endpoints as often as its thresholds need, and prints what would be done. It
/// writes nothing to the cluster.
/// </summary>
internal sealed class Explainer(ApiClient client, ControllerOptions options, Prober prober, TimeProvider time, long origin)
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
        var resolved = await ResolveAsync(service, policy, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            {service.FullName()}: {Spell(policy.Removal)}, {resolved.Count} endpoints, {policy.MinHealthy} must remain
            probe: {Spell(policy.Scheme)} port {EndpointResolver.ServicePort(service, policy)?.Port} {Request(policy)}
            every {Durations.Format(policy.Interval)}, {Durations.Format(policy.RetryInterval)} while it fails
            time-out {Durations.Format(policy.Timeout)}
            out after {policy.FailureThreshold} failures, back after {policy.SuccessThreshold} successes
            """));

        var observations = await Task.WhenAll(resolved.Select(endpoint => ProbeAsync(endpoint, policy, cancellationToken)));
        var observed = new Observation
        {
            Service = service.FullName(),
            Endpoints = observations,
            IsCurrent = true,
            // With one Service alone a partition cannot be detected.
            Partition = _ => PartitionView.Clear,
        };
        var decisions = Decider.Decide(observed, policy, options.Guards, time.GetElapsedTime(origin)).ToDictionary(d => d.Id);
        foreach (var (endpoint, observation) in resolved.Zip(observations))
        {
            var decision = decisions[endpoint.Id];
            var guard = decision.Guard == Guard.None ? "" : $" [{Spell(decision.Guard)}]";
            var state = $"{Spell(endpoint.State)}; last probe: {observation.History.Last?.Detail ?? "none"}";
            var would = $"would {Spell(decision.Verdict)}{guard}: {decision.Reason}";
            await output.WriteLineAsync($"  {endpoint.Id} {endpoint.Address} on {endpoint.Node}: {state}; {would}");
            if (endpoint.Pod is { } pod && RemovalAnnotation.Of(pod) is { } removal)
            {
                await output.WriteLineAsync($"    removed from DNS since {removal.Since} for {removal.Service}: {removal.Reason}");
            }
        }
    }

    private async Task<IReadOnlyList<Endpoint>> ResolveAsync(V1Service service, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var name = service.FullName();
        if (policy.Removal == RemovalMethod.EndpointSlices)
        {
            var slices = await client.CallAsync(
                (api, token) => api.DiscoveryV1.ListNamespacedEndpointSliceAsync(
                    name.Namespace, labelSelector: OwnSlices.SelectorOf(name), cancellationToken: token),
                cancellationToken);
            return EndpointResolver.OfAddresses(service, policy, slices.Items);
        }

        var pods = await client.CallAsync(
            (api, token) => api.CoreV1.ListNamespacedPodAsync(name.Namespace, cancellationToken: token), cancellationToken);
        return [.. pods.Items.Select(pod => EndpointResolver.OfPod(service, policy, pod, options.Networks)).OfType<Endpoint>()];
    }

    private async Task<ObservedEndpoint> ProbeAsync(Endpoint endpoint, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var history = EndpointHistory.Empty;
        var needed = endpoint.State == EndpointState.Out ? policy.SuccessThreshold : 1;
        while (endpoint.IsProbed && history.Failures < policy.FailureThreshold && history.Successes < needed)
        {
            if (history.Last is not null)
            {
                await Task.Delay(policy.RetryInterval, time, cancellationToken);
            }

            history = history.With(await prober.ProbeAsync(ProbeTarget.From(policy, endpoint.Address), cancellationToken));
        }

        return new ObservedEndpoint { Id = endpoint.Id, State = endpoint.State, Node = endpoint.Node, History = history };
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
