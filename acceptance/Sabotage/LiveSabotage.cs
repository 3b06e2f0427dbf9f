using PlatformGitOps.Acceptance.Criteria.Live;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>A small change to a running cluster that one row has to notice, and the way back.</summary>
/// <param name="Owner">The row whose live half goes red.</param>
/// <param name="Says">Words that its message must hold.</param>
public sealed record LiveSabotage(
    string Name,
    string Owner,
    string Says,
    Func<LiveCluster, CancellationToken, Task> Do,
    Func<LiveCluster, CancellationToken, Task> Undo)
{
    /// <summary>Seen only where the network plugin enforces policies.</summary>
    public bool NeedsEnforcement { get; init; }

    public override string ToString() => Name;
}
