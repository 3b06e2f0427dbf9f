namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// All questions and all events of one disruption, in order of time. Questions carry the clock of their prober's node, events the
/// suite's: on nodes that are containers of this machine that is one clock, elsewhere the marks are as exact as the clocks agree.
/// No verdict compares the two: losses are counted on the probers' clock alone.
/// </summary>
public sealed record Timeline
{
    public required IReadOnlyList<ClientQuery> Queries { get; init; }

    public required IReadOnlyList<ClusterEvent> Events { get; init; }

    /// <summary>What is missing from the logs; empty when they are whole.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Questions the probers did not get to ask in time; they say nothing about DNS.</summary>
    public long Skipped { get; init; }

    public TimeSpan Cadence { get; init; }

    public DateTimeOffset From => Queries.Count == 0 ? Events.Min(e => e.At) : Queries[0].At;

    public DateTimeOffset To => Queries.Count == 0 ? Events.Max(e => e.At) : Queries.Max(q => q.At + q.Elapsed);

    public static Timeline Merge(IReadOnlyList<ProbeJournal> journals, IEnumerable<ClusterEvent> events) => new()
    {
        Queries =
        [
            .. journals
                .SelectMany(journal => journal.Attempts.GroupBy(a => (a.Via, a.Query)))
                .Select(attempts => ClientQuery.Of(attempts))
                .OrderBy(q => q.At).ThenBy(q => q.Via),
        ],
        Events = [.. events.OrderBy(e => e.At)],
        Gaps = [.. journals.Count == 0 ? ["there is no log"] : journals.SelectMany(j => j.Gaps)],
        Skipped = journals.Sum(j => j.End?.Skipped ?? 0),
        Cadence = TimeSpan.FromMilliseconds(journals.Select(j => j.Start?.CadenceMilliseconds ?? 0).DefaultIfEmpty().Max()),
    };
}
