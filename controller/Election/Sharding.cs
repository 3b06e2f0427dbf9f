using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PlatformGitOps.Controller.Election;

/// <summary>Pure functions: the shard of a namespace, and which instance gives a shard to which.</summary>
public static class Sharding
{
    /// <summary>
    /// The first eight hex digits of the name's SHA-256 modulo the number of shards, which a shell can compute too. A Service's pods and
    /// slices are in its namespace, so they are in one shard.
    /// </summary>
    public static int ShardOf(string? ns, int shards) => shards == 1
        ? 0
        : (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(ns ?? ""))) % (uint)shards);

    /// <summary>
    /// The shard that this instance gives away: the instance with the most shards gives to the one with the fewest, until they differ by at
    /// most one. Of instances with equal numbers the first by name gives, so that one shard moves at a time.
    /// </summary>
    /// <param name="identity">This instance.</param>
    /// <param name="holders">The holder of each shard; null or empty for none.</param>
    /// <param name="members">The instances that can get a shard.</param>
    internal static (int Shard, string To)? ChooseHandOver(
        string identity, IReadOnlyList<string?> holders, IReadOnlyCollection<string> members)
    {
        if (holders.Any(string.IsNullOrEmpty))
        {
            // Another instance will take it at once; balance after that.
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
/// Instances with the same number of shards. Together they hold a Lease whose holder is that number: an instance with another number, a
/// single leader or the release command waits until nobody renews it. So different numbers of shards never act at the same time, even
/// during a rollout. The instances also balance the shards among each other.
/// </summary>
internal sealed class ShardGroup(
    LeaderElector gate, string identity, LeaderElectionOptions options, TimeProvider time, Func<IReadOnlyList<string?>> holders,
    Func<int, string, CancellationToken, Task> handOver)
{
    private readonly Members _members = gate.Members ?? throw new ArgumentException("a group needs members", nameof(gate));

    /// <summary>True while no instance with another number of shards can act.</summary>
    public bool MayAct => gate.MayAct;

    public TimeSpan SinceLastAttempt => gate.SinceLastAttempt;

    /// <summary>The holder in the Lease; pod names contain no colon.</summary>
    public static string NameOf(int shards) => $"shards:{shards}";

    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(gate.RunAsync(_ => { }, cancellationToken), BalanceAsync(cancellationToken));

    /// <summary>This instance gets no more shards. The others keep the Lease.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => gate.ReleaseAsync(cancellationToken);

    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (MayAct && Sharding.ChooseHandOver(identity, holders(), _members.Steady) is var (shard, to))
            {
                await handOver(shard, to, cancellationToken);
            }

            await Task.Delay(options.RetryPeriod, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
