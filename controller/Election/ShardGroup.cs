using PlatformGitOps.Controller.Configuration;

namespace PlatformGitOps.Controller.Election;

/// <summary>
/// The instances with the same number of shards. Together they hold the Lease that a single leader would hold, with the number in the place
/// of a name: an instance with another number, a single leader, or the command that releases everything waits until none of them
/// renews it. So nobody acts by another number, whatever a rollout does. And they give shards to one another until each has as many.
/// </summary>
internal sealed class ShardGroup(
    LeaderElector gate, string identity, LeaderElectionOptions options, TimeProvider time, Func<IReadOnlyList<string?>> holders,
    Func<int, string, CancellationToken, Task> give)
{
    private readonly Members _members = gate.Members ?? throw new ArgumentException("a group needs members", nameof(gate));

    /// <summary>No instance with another number of shards acts at this moment.</summary>
    public bool MayAct => gate.MayAct;

    public TimeSpan SinceLastTurn => gate.SinceLastTurn;

    /// <summary>The holder in the Lease: a colon is in no name of a pod.</summary>
    public static string NameOf(int shards) => $"shards:{shards}";

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(gate.RunAsync(_ => { }, cancellationToken), BalanceAsync(cancellationToken));

    /// <summary>From now on no shard is given to this instance. The others keep the Lease.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => gate.ReleaseAsync(cancellationToken);

    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (MayAct && Sharding.Give(identity, holders(), _members.Steady) is var (shard, to))
            {
                await give(shard, to, cancellationToken);
            }

            await Task.Delay(options.RetryPeriod, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
