using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;

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
    /// <summary>Rows that may go red beside the owner, and why that is no fault of theirs.</summary>
    public IReadOnlyDictionary<string, string> Companions { get; init; } = new Dictionary<string, string>();

    /// <summary>Seen only where the network plugin enforces policies.</summary>
    public bool NeedsEnforcement { get; init; }

    /// <summary>The same sabotage, with one row that may go red beside the owner.</summary>
    public LiveSabotage With(string companion, string because) => this with { Companions = Companions.Append(KeyValuePair.Create(companion, because)).ToDictionary() };

    /// <summary>An object that somebody deletes, and that comes back as it was.</summary>
    public static LiveSabotage Deleted(string name, string owner, string says, ResourceAddress address)
    {
        Resource? before = null;
        return new LiveSabotage(
            name,
            owner,
            says,
            async (cluster, token) =>
            {
                before = await cluster.Require(address, token);
                await cluster.Api.Delete(address, null, token);
            },
            async (cluster, token) => await cluster.Api.Apply(address.Kind, before!.AsWritten(), token));
    }

    public override string ToString() => Name;
}
