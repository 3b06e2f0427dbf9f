using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

public sealed class ProbeJournalTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private static readonly string[] Whole =
    [
        ProbeLog.Write(new ProbeLine { Start = new ProbeStart { At = Start, Server = "10.245.0.10:53", CadenceMilliseconds = 20, TimeoutMilliseconds = 1000, Attempts = 2, Transports = [DnsTransportKind.FreshUdp], Names = ["a./A"] } }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(1, 1, 0, AttemptOutcome.Timeout, 1_000_000, last: false) }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(1, 2, 1_000_000, AttemptOutcome.Ok, 700, last: true) }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(2, 1, 20_000, AttemptOutcome.Ok, 500, last: true) }),
        ProbeLog.Write(new ProbeLine { End = new ProbeEnd { At = Start.AddSeconds(2), Queries = 2, Attempts = 3, Skipped = 4 } }),
    ];

    [Test]
    public void Attempts_become_the_questions_of_a_client()
    {
        var timeline = Timeline.Merge([ProbeJournal.Read(Whole)], []);

        timeline.Queries.Select(q => (q.At, q.Attempts, q.LostPackets, q.Retried, q.Elapsed.TotalMilliseconds)).ShouldBe(
            [(Start, 2, 1, true, 1000.7), (Start.AddMilliseconds(20), 1, 0, false, 0.5)]);
        (timeline.Gaps.Count, timeline.Skipped, timeline.Cadence).ShouldBe((0, 4, TimeSpan.FromMilliseconds(20)));
    }

    [Test]
    public void A_log_with_a_hole_says_so()
    {
        ProbeJournal.Read(Whole.Append("a line of something else")).Gaps.ShouldBeEmpty();
        ProbeJournal.Read(Whole.Where((_, i) => i != 2)).Gaps.ShouldHaveSingleItem().ShouldContain("counted 3 attempts, its log has 2");
        ProbeJournal.Read(Whole.SkipLast(1)).Gaps.ShouldHaveSingleItem().ShouldContain("no end");
        ProbeJournal.Read(Whole.Skip(1)).Gaps.ShouldHaveSingleItem().ShouldContain("no beginning");
        Timeline.Merge([], []).Gaps.ShouldHaveSingleItem();
    }

    private static ProbeAttempt Attempt(long query, int number, long mono, AttemptOutcome outcome, long micros, bool last) => new()
    {
        At = Start.AddMicroseconds(mono),
        Mono = mono,
        Via = DnsTransportKind.FreshUdp,
        Query = query,
        Id = (ushort)query,
        Name = "a.",
        Type = "A",
        Attempt = number,
        Last = last,
        Outcome = outcome,
        Micros = micros,
    };
}
