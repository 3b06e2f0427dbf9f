using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A Service under health checks.</summary>
internal sealed class ManagedService(V1Service service, HealthPolicy policy)
{
    public V1Service Service { get; set; } = service;

    public HealthPolicy Policy { get; set; } = policy;

    public ObjectName Name => Service.FullName();

    public Dictionary<string, TrackedEndpoint> Endpoints { get; } = new(StringComparer.Ordinal);

    public ProbeShare Share { get; } = new();

    /// <summary>Waits for its turn in the next pass.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Its own slices differ from what the Service declares.</summary>
    public bool HasStaleSlices { get; set; }

    /// <summary>Own slices are written as a whole, so one write at a time.</summary>
    public bool IsWritingSlices { get; set; }

    public int Healthy => Endpoints.Values.Count(e => e.State == EndpointState.Serving && e.History.Failures == 0);

    public int Unhealthy => Endpoints.Values.Count(e => e.State == EndpointState.Out || e.History.Failures > 0);

    public (string, string)[] Labels => [("namespace", Name.Namespace ?? ""), ("service", Name.Name)];
}

/// <summary>What the controller remembers of one endpoint.</summary>
internal sealed class TrackedEndpoint(ManagedService service, Endpoint endpoint, ProbeTarget target)
{
    /// <summary>The time for a write and for the watch to show it.</summary>
    public static readonly TimeSpan PendingFor = TimeSpan.FromSeconds(5);

    public ManagedService Service { get; } = service;

    public Endpoint Endpoint { get; set; } = endpoint;

    public ProbeTarget Target { get; set; } = target;

    public EndpointHistory History { get; set; } = EndpointHistory.Empty;

    /// <summary>Raised when what is probed changes: earlier results are about something else.</summary>
    public int Generation { get; set; }

    public TimeSpan Due { get; set; }

    /// <summary>The place in the queue that counts; earlier entries for the same endpoint are skipped.</summary>
    public long Ticket { get; set; }

    public bool IsInFlight { get; set; }

    /// <summary>No longer an endpoint of the Service.</summary>
    public bool IsGone { get; set; }

    /// <summary>A write is under way, or was made and the watch has not shown it yet.</summary>
    public EndpointState? Pending { get; set; }

    public bool IsApplying { get; set; }

    public TimeSpan PendingUntil { get; set; }

    public int ApplyFailures { get; set; }

    public TimeSpan NextApply { get; set; }

    public Guard HeldBy { get; set; }

    /// <summary>A write begins: until the watch shows it, or for a while, the endpoint counts as if it were done.</summary>
    public void Expect(EndpointState state, TimeSpan now)
    {
        IsApplying = true;
        Pending = state;
        PendingUntil = now + PendingFor;
    }

    /// <summary>A write ended. After a failure the next one waits.</summary>
    public void Complete(ApplyOutcome outcome, TimeSpan now)
    {
        IsApplying = false;
        Service.IsWritingSlices = false;
        ApplyFailures = outcome is ApplyOutcome.Failed ? ApplyFailures + 1 : 0;
        if (outcome is not ApplyOutcome.Done)
        {
            Pending = null;
            var retryAfter = (outcome as ApplyOutcome.Failed)?.RetryAfter;
            NextApply = now + Backoff.Delay(Math.Max(1, ApplyFailures), Random.Shared.NextDouble(), retryAfter);
        }
    }

    /// <summary>A write that the watch does not show in time is no longer assumed.</summary>
    public void ForgetUnseen(TimeSpan now)
    {
        if (!IsApplying && now >= PendingUntil)
        {
            Pending = null;
        }
    }

    public EndpointState State => Pending ?? Endpoint.State;

    public ObservedEndpoint Observe() => new() { Id = Endpoint.Id, State = State, Node = Endpoint.Node, History = History };
}
