using System.Globalization;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.Controller.Cli;

/// <summary>
/// Looks at one Service as the controller does, asks its endpoints as often as its thresholds want, and tells what would be done.
/// It writes nothing to the cluster. Being outside, it may see less than the controller: that is said, too.
/// </summary>
public sealed class Explainer(KubernetesClient client, ControllerOptions options, IProber prober, TimeProvider time, long origin)
{
    public async Task<int> ExplainAsync(ObjectName name, TextWriter output, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(Resources.Services, name, cancellationToken) is not { } service)
        {
            await output.WriteLineAsync($"there is no Service {name}");
            return 1;
        }

        switch (new PolicyReader(options).Read(service))
        {
            case PolicyResult.Valid { Policy: var policy }:
                await ExplainAsync(service, policy, output, cancellationToken);
                return 0;
            case PolicyResult.Invalid { Problems: var problems }:
                await output.WriteLineAsync($"{name} asks for what cannot be done; nothing is touched:");
                foreach (var problem in problems)
                {
                    await output.WriteLineAsync($"  {problem}");
                }

                return 2;
            default:
                await output.WriteLineAsync($"{name} does not ask for health checks ({Annotations.Enabled}: \"true\"); it is never touched");
                return 0;
        }
    }

    private async Task ExplainAsync(Service service, HealthPolicy policy, TextWriter output, CancellationToken cancellationToken)
    {
        var members = await MembersAsync(service, policy, cancellationToken);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            {service.Metadata.FullName}: {Spell(policy.Removal)}, {members.Count} endpoints, {policy.MinHealthy} must stay
            probe: {Spell(policy.Scheme)} port {Membership.ServicePort(service, policy)?.Port} {Asked(policy)}every {Durations.Format(policy.Interval)}, {Durations.Format(policy.RetryInterval)} while it fails, time-out {Durations.Format(policy.Timeout)}
            out after {policy.FailureThreshold} failures, back after {policy.SuccessThreshold} successes
            """));

        var endpoints = await Task.WhenAll(members.Select(member => AskAsync(member, policy, cancellationToken)));
        var observed = new Observed
        {
            Service = service.Metadata.FullName,
            Endpoints = endpoints,
            IsCurrent = true,
            // Only one Service is seen here, so nothing can be said about the vantage point.
            Vantage = _ => VantageView.Clear,
        };
        var decisions = Decider.Decide(observed, policy, options.Guards, time.GetElapsedTime(origin)).ToDictionary(d => d.Id);
        foreach (var (member, endpoint) in members.Zip(endpoints))
        {
            var decision = decisions[member.Id];
            var guard = decision.Guard == Guard.None ? "" : $" [{Spell(decision.Guard)}]";
            await output.WriteLineAsync(
                $"  {member.Id} {member.Address} on {member.Place}: {Spell(endpoint.State)}; last probe: {endpoint.History.Last?.Detail ?? "none"}; would {Spell(decision.Verdict)}{guard}: {decision.Reason}");
            if (member.Pod is { } pod && TakenOutNote.Of(pod.Metadata) is { } note)
            {
                await output.WriteLineAsync($"    taken out since {note.Since} for {note.Service}: {note.Reason}");
            }
        }
    }

    private async Task<IReadOnlyList<Member>> MembersAsync(Service service, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var ns = service.Metadata.Namespace;
        if (policy.Removal == Removal.EndpointSlices)
        {
            var query = new ListQuery { LabelSelector = $"{OwnSlices.Selector},{EndpointSlice.ServiceNameLabel}={service.Metadata.Name}" };
            var slices = await client.ListAsync(Resources.EndpointSlices, ns, query, cancellationToken);
            return Membership.OfAddresses(service, policy, slices.Items);
        }

        var pods = await client.ListAsync(Resources.Pods, ns, ListQuery.All, cancellationToken);
        return [.. pods.Items.Select(pod => Membership.OfPod(service, policy, pod, options.Networks)).OfType<Member>()];
    }

    private async Task<ObservedEndpoint> AskAsync(Member member, HealthPolicy policy, CancellationToken cancellationToken)
    {
        var history = EndpointHistory.Empty;
        var needed = member.State == EndpointState.Out ? policy.SuccessThreshold : 1;
        while (member.Probed && history.Failures < policy.FailureThreshold && history.Successes < needed)
        {
            if (history.Last is not null)
            {
                await Task.Delay(policy.RetryInterval, time, cancellationToken);
            }

            history = history.With(await prober.ProbeAsync(ProbeTarget.From(policy, member.Address), cancellationToken));
        }

        return new ObservedEndpoint { Id = member.Id, State = member.State, Place = member.Place, History = history };
    }

    private static string Asked(HealthPolicy policy) => policy.Scheme switch
    {
        ProbeScheme.Http or ProbeScheme.Https => $"{policy.Path} ",
        ProbeScheme.Dns => $"{policy.DnsName} ",
        ProbeScheme.Grpc => $"service \"{policy.GrpcService}\" ",
        _ => "",
    };

    private static string Spell<T>(T value)
        where T : struct, Enum => AnnotationReader.Spelling(value.ToString()).Replace('-', ' ');
}
