using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// All queries and events of a disruption, in order of time. Queries have the clock of their prober's node, events that of the suite. If
/// nodes are containers on this machine, it is one clock; otherwise events are only as exact as the clocks. No verdict compares them:
/// losses only use the probers' clock.
/// </summary>
public sealed record Timeline
{
    public required IReadOnlyList<ClientQuery> Queries { get; init; }

    public required IReadOnlyList<ClusterEvent> Events { get; init; }

    /// <summary>What is missing in the logs; empty if they are complete.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Queries that the probers could not send in time; they do not show anything about DNS.</summary>
    public long Skipped { get; init; }

    public TimeSpan Cadence { get; init; }

    /// <summary>Answers of DNS pods that reached no client (<see cref="Disruption.StrayAnswers"/>); null if unknown.</summary>
    public int? StrayAnswers { get; init; }

    /// <summary>The probers' packets with such an answer; null if unknown.</summary>
    public int? Forgotten { get; init; }

    public DateTimeOffset From => Queries.Count == 0 ? Events.Min(e => e.At) : Queries[0].At;

    public DateTimeOffset To => Queries.Count == 0 ? Events.Max(e => e.At) : Queries.Max(q => q.At + q.Elapsed);

    /// <param name="strays">Answers that reached no client; null if unknown.</param>
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
                .SelectMany(journal => journal.Attempts.GroupBy(a => (a.Via, a.Query))
                    .Select(attempts => ClientQuery.Of(attempts) with { Prober = journal.Start?.Pod }))
                .OrderBy(q => q.At).ThenBy(q => q.Via),
        ],
        Events = [.. events.OrderBy(e => e.At)],
        Gaps = [.. journals.Count == 0 ? ["no prober left a log"] : journals.SelectMany(j => j.Gaps)],
        Skipped = journals.Sum(j => j.End?.Skipped ?? 0),
        Cadence = TimeSpan.FromMilliseconds(journals.Select(j => j.Start?.CadenceMilliseconds ?? 0).DefaultIfEmpty().Max()),
    };
}

/// <summary>A query as the client of a stub resolver sees it: all attempts and the final answer.</summary>
public sealed record ClientQuery
{
    /// <summary>When its first attempt was sent, by its node's clock.</summary>
    public required DateTimeOffset At { get; init; }

    public required DnsTransportKind Via { get; init; }

    public required string Name { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>The client's total wait, over all attempts.</summary>
    public required TimeSpan Elapsed { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Attempts without their own answer.</summary>
    public required int LostPackets { get; init; }

    public string? AnsweredBy { get; init; }

    /// <summary>The pod that asked.</summary>
    public string? Prober { get; init; }

    /// <summary>Probed names exist, so anything but an answer with records is a failure for the client.</summary>
    public bool Failed => Outcome != AttemptOutcome.Ok;

    /// <summary>The client got an answer, but not at the first attempt.</summary>
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

/// <summary>A prober's complete log, and what is missing in it.</summary>
public sealed record ProbeJournal
{
    public ProbeStart? Start { get; init; }

    public IReadOnlyList<ProbeAttempt> Attempts { get; init; } = [];

    public ProbeEnd? End { get; init; }

    /// <summary>The addresses of the prober's pod, if known.</summary>
    public IReadOnlySet<string> Addresses { get; init; } = new HashSet<string>();

    /// <summary>
    /// Why the figures of this log would be too good; empty if it is complete. A log with gaps must not count as one without losses.
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
