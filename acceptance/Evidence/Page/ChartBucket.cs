using PlatformGitOps.Acceptance.Disruption;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>The questions of one transport in one slice of time: a picture has fewer columns than a run has questions.</summary>
internal sealed record ChartBucket
{
    public required int Index { get; init; }

    /// <summary>What clients waited for an answer; null when no question of the slice was answered.</summary>
    public required TimeSpan? P50 { get; init; }

    public required TimeSpan? Slowest { get; init; }

    public required int Queries { get; init; }

    public required int Retried { get; init; }

    public required int Failed { get; init; }

    public static IReadOnlyList<ChartBucket> Of(IEnumerable<ClientQuery> queries, DateTimeOffset from, TimeSpan width) =>
        [.. queries.GroupBy(q => (int)((q.At - from) / width)).OrderBy(g => g.Key).Select(g => Of(g.Key, [.. g]))];

    private static ChartBucket Of(int index, ClientQuery[] queries)
    {
        var waits = queries.Where(q => !q.Failed).Select(q => q.Elapsed).Order().ToArray();
        return new ChartBucket
        {
            Index = index,
            P50 = waits.Length == 0 ? null : LossAnalysis.Percentile(waits, 0.5),
            Slowest = waits.Length == 0 ? null : waits[^1],
            Queries = queries.Length,
            Retried = queries.Count(q => q.Retried),
            Failed = queries.Count(q => q.Failed),
        };
    }
}
