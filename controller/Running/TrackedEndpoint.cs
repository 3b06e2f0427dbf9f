using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;

namespace PlatformGitOps.Controller.Running;

/// <summary>What the loop remembers of one endpoint.</summary>
internal sealed class TrackedEndpoint(ManagedService service, Member member, ProbeTarget target)
{
    public ManagedService Service { get; } = service;

    public Member Member { get; set; } = member;

    public ProbeTarget Target { get; set; } = target;

    public EndpointHistory History { get; set; } = EndpointHistory.Empty;

    /// <summary>Raised when what is probed changes: results from before are about something else.</summary>
    public int Generation { get; set; }

    public TimeSpan Due { get; set; }

    /// <summary>The place in the queue that counts; earlier entries for the same endpoint are leftovers.</summary>
    public long Ticket { get; set; }

    public bool InFlight { get; set; }

    public bool Removed { get; set; }

    /// <summary>A write is under way, or was made and the watch has not shown it yet.</summary>
    public EndpointState? Pending { get; set; }

    public bool Applying { get; set; }

    public TimeSpan PendingUntil { get; set; }

    public int ApplyFailures { get; set; }

    public TimeSpan NextApply { get; set; }

    public Guard HeldBy { get; set; }

    public EndpointState State => Pending ?? Member.State;

    public ObservedEndpoint Observe() => new() { Id = Member.Id, State = State, Place = Member.Place, History = History };
}
