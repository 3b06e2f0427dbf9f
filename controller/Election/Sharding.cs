using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PlatformGitOps.Controller.Election;

/// <summary>Which shard a namespace belongs to, and which instance gives a shard to which. Pure.</summary>
public static class Sharding
{
    /// <summary>
    /// The first eight hexadecimal digits of the name's SHA-256 modulo the number of shards, so that a shell can tell it as well. Pods,
    /// Services and slices of one Service are in one namespace, and so in one shard.
    /// </summary>
    public static int ShardOf(string? ns, int shards) => shards == 1
        ? 0
        : (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(ns ?? ""))) % (uint)shards);

    /// <summary>
    /// What this instance gives away: the instance with the most shards gives one to the one with the fewest until they differ by one at
    /// most. Of instances with equally many the first name gives, so that one shard moves at a time.
    /// </summary>
    /// <param name="identity">This instance.</param>
    /// <param name="holders">The holder of each shard; null or empty where it has none.</param>
    /// <param name="members">The instances that can take a shard.</param>
    internal static (int Shard, string To)? Give(string identity, IReadOnlyList<string?> holders, IReadOnlyCollection<string> members)
    {
        if (holders.Any(string.IsNullOrEmpty))
        {
            // Another instance takes it at once; then there is something to compare.
            return null;
        }

        var giver = holders.GroupBy(holder => holder).OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).First();
        var taker = members.OrderBy(CountOf).ThenBy(member => member, StringComparer.Ordinal).FirstOrDefault();
        return giver.Key == identity && taker is not null && giver.Count() >= CountOf(taker) + 2
            ? (holders.Index().Last(one => one.Item == identity).Index, taker)
            : null;

        int CountOf(string? member) => holders.Count(holder => holder == member);
    }
}

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
