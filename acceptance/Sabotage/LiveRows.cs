using System.Collections.Concurrent;
using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>The live halves as a whole: which of them a cluster turns red.</summary>
internal static class LiveRows
{
    /// <summary>What the row says against the cluster; null where nothing, or where it is skipped.</summary>
    /// <param name="share">Of the time that the row would wait for things to become well.</param>
    public static async Task<string?> Red(Row row, LiveCluster cluster, CancellationToken cancellationToken, double share = 0.3)
    {
        using var hurry = Eventually.Hurry(share);
        try
        {
            await row.Look(cluster, cancellationToken);
            return null;
        }
        catch (IgnoreException)
        {
            return null;
        }
        catch (Exception exception) when (exception
            is ShouldAssertException or NeverHeldException or BrokenException or NotYetException or KubernetesApiException or CommandFailedException)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Every other row that does not disturb, a few at a time. One that goes red unexpectedly is asked again by itself and with all its
    /// time: on a busy machine the first answer may have been the machine's.
    /// </summary>
    public static async Task<IReadOnlyDictionary<string, string>> RedBeside(
        Row owner, IEnumerable<string> expected, LiveCluster cluster, CancellationToken cancellationToken)
    {
        var red = new ConcurrentDictionary<string, string>();
        var rows = Catalog.Rows.Where(row => row.Live is not null && !row.Disturbs && row.Id != owner.Id).ToList();
        await Parallel.ForEachAsync(
            rows,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
            async (row, token) =>
            {
                if (await Red(row, cluster, token) is { } says)
                {
                    red[row.Id] = says;
                }
            });
        foreach (var row in rows.Where(row => red.ContainsKey(row.Id) && row.Id != "AC6.3").ExceptBy(expected, row => row.Id))
        {
            if (await Red(row, cluster, cancellationToken, share: 1) is null)
            {
                red.TryRemove(row.Id, out _);
            }
        }

        return red;
    }
}
