using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Running;

internal sealed partial class ControllerLoop
{
    private static readonly TimeSpan BetweenHurries = TimeSpan.FromMilliseconds(500);

    private void StartProbes(TimeSpan now, CancellationToken cancellationToken)
    {
        while (_probing < _parts.Options.MaxConcurrentProbes && _queue.TakeDue(now) is { } endpoint)
        {
            if (endpoint.InFlight || !endpoint.Member.Probed)
            {
                _queue.Schedule(endpoint, now + TimeSpan.FromMilliseconds(500));
                continue;
            }

            Metrics.Lateness.Observe("start", now - endpoint.Due);
            endpoint.InFlight = true;
            _probing++;
            _ = ProbeAsync(endpoint, endpoint.Generation, cancellationToken);
        }
    }

    private async Task ProbeAsync(TrackedEndpoint endpoint, int generation, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _parts.Prober.ProbeAsync(endpoint.Target, cancellationToken);
            _signals.Writer.TryWrite(new Signal.Probed(endpoint, generation, result));
        }
        catch (OperationCanceledException)
        {
            // The process stops; nobody waits for this.
        }
    }

    private void Probed(Signal.Probed probed)
    {
        var (endpoint, result) = (probed.Endpoint, probed.Result);
        var service = endpoint.Service;
        _probing--;
        endpoint.InFlight = false;
        Metrics.CheckDuration.Observe(AnnotationReader.Spelling(endpoint.Target.Scheme.ToString()), result.Duration);
        Metrics.Checks.Increment([.. service.Labels, ("result", result.Healthy ? "healthy" : "unhealthy")]);
        if (endpoint.Removed || !_leading)
        {
            return;
        }

        // The pod was replaced while it was asked, or this process was stopped: either way the answer says nothing about now.
        var isEvidence = probed.Generation == endpoint.Generation && result.Duration <= endpoint.Target.Timeout * 2;
        if (isEvidence)
        {
            endpoint.History = endpoint.History.With(result);
        }

        var policy = service.Policy;
        var quick = !isEvidence || endpoint.State == EndpointState.Out || endpoint.History.Failures is > 0 && endpoint.History.Failures < policy.FailureThreshold;
        var next = result.Started + (quick && policy.RetryInterval < policy.Interval ? policy.RetryInterval : policy.Interval);
        _queue.Schedule(endpoint, next < Now ? Now : next);
        if (endpoint.History.Failures == 1 && endpoint.State == EndpointState.Serving)
        {
            Hurry(endpoint);
        }

        Changed(service);
    }

    /// <summary>
    /// One endpoint fails: some others are asked out of turn, so that by the time it reaches its threshold it is known whether it
    /// is the endpoint or the network from here. As many again as fail, so that the failing ones are not most of those asked.
    /// </summary>
    private void Hurry(TrackedEndpoint suspect)
    {
        var now = Now;
        if (_hurriedAt > now - BetweenHurries)
        {
            return;
        }

        _hurriedAt = now;
        var others = _world.Managed.SelectMany(service => service.Endpoints.Values)
            .Where(e => e != suspect && e.State == EndpointState.Serving).ToArray();
        var wanted = Math.Clamp(4 + (2 * others.Count(e => e.History.Failures > 0)), 8, 64);
        Random.Shared.Shuffle(others);
        foreach (var other in others.Where(e => !e.InFlight && e.Due > now + BetweenHurries).Take(wanted))
        {
            _queue.Schedule(other, now + (BetweenHurries * Random.Shared.NextDouble()));
        }
    }
}
