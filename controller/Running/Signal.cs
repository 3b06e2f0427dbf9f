using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>What the loop is told. All state belongs to the loop, so nothing here needs a lock.</summary>
internal abstract record Signal
{
    internal sealed record ServiceChanged(Delta<Service> Delta) : Signal;

    internal sealed record PodChanged(Delta<Pod> Delta) : Signal;

    internal sealed record SliceChanged(Delta<EndpointSlice> Delta) : Signal;

    internal sealed record Probed(TrackedEndpoint Endpoint, int Generation, ProbeResult Result) : Signal;

    internal sealed record Applied(TrackedEndpoint? Endpoint, Change Change, ApplyOutcome Outcome) : Signal;

    internal sealed record Leading(bool Now) : Signal;

    internal sealed record Tick : Signal;
}
