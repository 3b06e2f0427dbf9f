using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// All queries and all events of one disruption, in order of time. Queries carry the clock of their prober's node, events the
/// suite's: on nodes that are containers of this machine that is one clock, elsewhere the marks are as exact as the clocks agree.
/// No verdict compares the two: losses are counted on the probers' clock alone.
/// </summary>
public sealed record Timeline
{
    public required IReadOnlyList<ClientQuery> Queries { get; init; }

    public required IReadOnlyList<ClusterEvent> Events { get; init; }

    /// <summary>What is missing from the logs; empty when they are whole.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Queries that the probers could not send in time; they say nothing about DNS.</summary>
    public long Skipped { get; init; }

    public TimeSpan Cadence { get; init; }

    /// <summary>Answers of DNS pods that came back to nobody (<see cref="Disruption.StrayAnswers"/>); null: nobody could look.</summary>
    public int? StrayAnswers { get; init; }

    /// <summary>Packets of the probers whose answer was such a one; null: nobody could look.</summary>
    public int? Forgotten { get; init; }

    public DateTimeOffset From => Queries.Count == 0 ? Events.Min(e => e.At) : Queries[0].At;

    public DateTimeOffset To => Queries.Count == 0 ? Events.Max(e => e.At) : Queries.Max(q => q.At + q.Elapsed);

    /// <param name="strays">Answers that came back to nobody; null where nobody could look.</param>
    public static Timeline Merge(IReadOnlyList<ProbeJournal> journals, IEnumerable<ClusterEvent> events, IReadOnlyList<StrayAnswer>? strays)
        => Merge(journals, events) with
        {
            Forgotten = strays is null ? null : journals.Sum(journal => journal.Attempts.Count(attempt =>
                attempt.Outcome == AttemptOutcome.Timeout && strays.Any(stray => stray.Answers(attempt, journal.Addresses)))),
        };

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
        Gaps = [.. journals.Count == 0 ? ["no prober left a log"] : journals.SelectMany(j => j.Gaps)],
        Skipped = journals.Sum(j => j.End?.Skipped ?? 0),
        Cadence = TimeSpan.FromMilliseconds(journals.Select(j => j.Start?.CadenceMilliseconds ?? 0).DefaultIfEmpty().Max()),
    };
}

/// <summary>One query as a client of a stub resolver sees it: all attempts and the final answer.</summary>
public sealed record ClientQuery
{
    /// <summary>When its first attempt was sent, on its node's clock.</summary>
    public required DateTimeOffset At { get; init; }

    public required DnsTransportKind Via { get; init; }

    public required string Name { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>What the client waited, over all attempts.</summary>
    public required TimeSpan Elapsed { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Attempts that got no answer of their own.</summary>
    public required int LostPackets { get; init; }

    public string? AnsweredBy { get; init; }

    /// <summary>Probed names exist, so anything but an answer with records is a failure that the client sees.</summary>
    public bool Failed => Outcome != AttemptOutcome.Ok;

    /// <summary>The client got its answer, but not at the first attempt.</summary>
    public bool Retried => !Failed && Attempts > 1;

    public bool Disturbed => Failed || Attempts > 1;

    public static ClientQuery Of(IEnumerable<ProbeAttempt> attempts)
    {
        var all = attempts.OrderBy(a => a.Attempt).ToArray();
        return new ClientQuery
        {
            At = all[0].At,
            Via = all[0].Via,
            Name = all[0].Name,
            Outcome = all[^1].Outcome,
            Elapsed = TimeSpan.FromMicroseconds(all.Sum(a => a.Micros)),
            Attempts = all.Length,
            LostPackets = all.Count(a => a.Outcome is AttemptOutcome.Timeout or AttemptOutcome.Mismatch or AttemptOutcome.Unreachable),
            AnsweredBy = all[^1].By,
        };
    }
}

/// <summary>A prober's whole log, and what is missing from it.</summary>
public sealed record ProbeJournal
{
    public ProbeStart? Start { get; init; }

    public IReadOnlyList<ProbeAttempt> Attempts { get; init; } = [];

    public ProbeEnd? End { get; init; }

    /// <summary>The addresses of the prober's pod, where they are known.</summary>
    public IReadOnlySet<string> Addresses { get; init; } = new HashSet<string>();

    /// <summary>
    /// Why figures of this journal would be too good; empty when it is whole. A log with holes must not count as one without losses.
    /// </summary>
    public IReadOnlyList<string> Gaps
    {
        get
        {
            var gaps = new List<string>();
            if (Start is null)
            {
                gaps.Add("the log has no beginning: the kubelet has rotated it (containerLogMaxSize)");
            }

            if (End is null)
            {
                gaps.Add("the log has no end: the prober was killed, or its log was cut");
            }
            else if (End.Attempts != Attempts.Count)
            {
                gaps.Add($"the prober counted {End.Attempts} attempts, its log has {Attempts.Count}");
            }

            return gaps;
        }
    }

    public static ProbeJournal Read(IEnumerable<string> lines)
    {
        var read = lines.Select(ProbeLog.TryRead).OfType<ProbeLine>().ToArray();
        return new ProbeJournal
        {
            Start = read.Select(l => l.Start).FirstOrDefault(s => s is not null),
            Attempts = [.. read.Select(l => l.Attempt).OfType<ProbeAttempt>()],
            End = read.Select(l => l.End).LastOrDefault(e => e is not null),
        };
    }
}
