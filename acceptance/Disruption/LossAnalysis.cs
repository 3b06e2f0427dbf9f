namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Computes the figures of a timeline.</summary>
public static class LossAnalysis
{
    /// <summary>
    /// While one of several servers is down, lost and answered queries alternate. Losses closer together than this are one window, which a
    /// client with one query per second would notice.
    /// </summary>
    public static readonly TimeSpan JoinGap = TimeSpan.FromSeconds(1);

    /// <summary>An older event did not cause a window.</summary>
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(60);

    public static LossReport Of(Timeline timeline)
    {
        var transports = timeline.Queries.GroupBy(q => q.Via).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        return new LossReport
        {
            Transports = [.. transports.Select(queries => Figures(queries, timeline))],
            Disturbances = [.. transports.SelectMany(queries => Windows(queries, q => q.Disturbed, timeline)).OrderBy(w => w.From)],
            Outages = [.. transports.SelectMany(queries => Windows(queries, q => q.Failed, timeline)).OrderBy(w => w.From)],
            AnsweredBy = timeline.Queries.Where(q => !q.Failed).CountBy(q => q.AnsweredBy ?? "unknown")
                .OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(),
            Gaps = timeline.Gaps,
            Skipped = timeline.Skipped,
            StrayAnswers = timeline.StrayAnswers,
            Forgotten = timeline.Forgotten,
            // Of each prober: the queries of another node would hide its silence.
            LongestSilence = timeline.Queries.GroupBy(query => (query.Via, query.Prober))
                .SelectMany(queries => queries.Zip(queries.Skip(1), (one, next) => next.At - one.At))
                .DefaultIfEmpty().Max(),
        };
    }

    /// <summary>Nearest rank: the smallest value that at least this share of all values does not exceed; zero for no values.</summary>
    public static TimeSpan Percentile(IReadOnlyList<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];

    private static TransportLoss Figures(ClientQuery[] queries, Timeline timeline)
    {
        var waits = queries.Select(q => q.Elapsed).Order().ToArray();
        var outages = Windows(queries, q => q.Failed, timeline).Select(w => w.Length).ToArray();
        return new TransportLoss
        {
            Via = queries[0].Via,
            Queries = queries.Length,
            Attempts = queries.Sum(q => q.Attempts),
            LostPackets = queries.Sum(q => q.LostPackets),
            Retried = queries.Count(q => q.Retried),
            Failures = queries.Count(q => q.Failed),
            FailuresByOutcome = queries.Where(q => q.Failed).CountBy(q => q.Outcome).OrderBy(p => p.Key).ToDictionary(),
            LostTime = outages.Aggregate(TimeSpan.Zero, (sum, length) => sum + length),
            LongestOutage = outages.DefaultIfEmpty().Max(),
            P50 = Percentile(waits, 0.50),
            P90 = Percentile(waits, 0.90),
            P99 = Percentile(waits, 0.99),
            P999 = Percentile(waits, 0.999),
            Slowest = waits[^1],
        };
    }

    private static IEnumerable<LossWindow> Windows(ClientQuery[] queries, Func<ClientQuery, bool> hit, Timeline timeline)
    {
        var open = new List<ClientQuery>();
        foreach (var query in queries.Where(hit))
        {
            if (open.Count > 0 && query.At - open[^1].At > JoinGap)
            {
                yield return Window(queries, open, timeline);
                open.Clear();
            }

            open.Add(query);
        }

        if (open.Count > 0)
        {
            yield return Window(queries, open, timeline);
        }
    }

    private static LossWindow Window(ClientQuery[] queries, List<ClientQuery> hits, Timeline timeline)
    {
        var (from, to) = (hits[0].At, hits[^1].At + timeline.Cadence);
        return new LossWindow
        {
            Via = hits[0].Via,
            From = from,
            To = to,
            Queries = queries.Count(q => q.At >= from && q.At <= hits[^1].At),
            LostPackets = hits.Sum(q => q.LostPackets),
            Retried = hits.Count(q => q.Retried),
            Failures = hits.Count(q => q.Failed),
            Cause = timeline.Events.LastOrDefault(e => e.At <= from && from - e.At <= Reach)
                ?? timeline.Events.FirstOrDefault(e => e.At >= from && e.At <= to),
        };
    }
}
