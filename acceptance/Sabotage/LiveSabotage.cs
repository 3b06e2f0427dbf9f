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

    /// <summary>A sabotage that keeps what it finds, and puts it back. What is kept is kept before anything is changed, so that a change that fails half way is undone too.</summary>
    /// <param name="keep">Reads what stands there.</param>
    /// <param name="spoil">Changes it; it gets what was kept, and leaves that as it is.</param>
    public static LiveSabotage Restoring<T>(
        string name,
        string owner,
        string says,
        Func<LiveCluster, CancellationToken, Task<T>> keep,
        Func<LiveCluster, T, CancellationToken, Task> spoil,
        Func<LiveCluster, T, CancellationToken, Task> restore)
        where T : class
    {
        T? before = null;
        return new LiveSabotage(
            name,
            owner,
            says,
            async (cluster, token) =>
            {
                before = null;
                before = await keep(cluster, token);
                await spoil(cluster, before, token);
            },
            (cluster, token) => before is null ? Task.CompletedTask : restore(cluster, before, token));
    }

    /// <summary>An object that somebody deletes, and that comes back as it was.</summary>
    public static LiveSabotage Deleted(string name, string owner, string says, ResourceAddress address) => Restoring(
        name,
        owner,
        says,
        (cluster, token) => cluster.Require(address, token),
        (cluster, _, token) => cluster.Api.Delete(address, null, token),
        (cluster, before, token) => cluster.Api.Apply(address.Kind, before.AsWritten(), token));

    public override string ToString() => Name;
}
