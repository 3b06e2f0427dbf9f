using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Cluster;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.TakingOut;

namespace PlatformGitOps.Controller.Running;

/// <summary>What the loop works with.</summary>
internal sealed record LoopParts
{
    public required ControllerOptions Options { get; init; }
    public required IProber Prober { get; init; }
    public required Applier Applier { get; init; }
    public required EventRecorder Events { get; init; }
    public required ControllerMetrics Metrics { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>The timestamp all monotonic times are counted from.</summary>
    public required long Origin { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Every cache has its first list.</summary>
    public required Func<bool> IsSynced { get; init; }

    /// <summary>Every watch is open and was heard of lately.</summary>
    public required Func<bool> IsCurrent { get; init; }

    public bool DryRun { get; init; }
}
