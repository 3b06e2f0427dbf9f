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
            // Somebody takes it at once; then there is something to compare.
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
