using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

public sealed class LossAnalysisTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Test]
    public void A_lost_packet_a_retry_and_a_failure_are_three_things()
    {
        var report = LossAnalysis.Of(SampleTimeline.Of(
            SampleTimeline.Query(0),
            SampleTimeline.Query(20, lost: 1),
            SampleTimeline.Query(40, lost: 2, outcome: AttemptOutcome.Timeout),
            SampleTimeline.Query(60, attempts: 2, outcome: AttemptOutcome.ServerFailure)));

        var figures = report.Transports.ShouldHaveSingleItem();
        (figures.Queries, figures.Attempts, figures.LostPackets, figures.Retried, figures.Failures).ShouldBe((4, 7, 3, 1, 2));
        figures.FailuresByOutcome.ShouldBe(
            new Dictionary<AttemptOutcome, int> { [AttemptOutcome.ServerFailure] = 1, [AttemptOutcome.Timeout] = 1 }, ignoreOrder: true);
    }

    [Test]
    public void Losses_that_alternate_with_answers_are_one_window_and_distant_ones_are_two()
    {
        static bool Lost(int i) => (i is >= 100 and < 150 && i % 2 == 0) || i == 400;
        var timeline = SampleTimeline.Of([.. Enumerable.Range(0, 500).Select(i => Lost(i)
            ? SampleTimeline.Query(i * 20, lost: 2, outcome: AttemptOutcome.Timeout)
            : SampleTimeline.Query(i * 20))]);

        var report = LossAnalysis.Of(timeline);

        report.Outages.Select(w => (w.From - Start, w.Length, w.Failures, w.Queries)).ShouldBe(
        [
            (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(980), 25, 49),
            (TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(20), 1, 1),
        ]);
        report.Transports[0].LostTime.ShouldBe(TimeSpan.FromSeconds(1));
        report.Transports[0].LongestOutage.ShouldBe(TimeSpan.FromMilliseconds(980));
    }

    [Test]
    public void A_window_names_the_event_before_it()
    {
        var events = new[] { Event(0, "drain"), Event(1900, "coredns-a"), Event(2500, "later") };
        var timeline = SampleTimeline.Of(SampleTimeline.Query(0), SampleTimeline.Query(2000, lost: 1)) with { Events = events };

        LossAnalysis.Of(timeline).Disturbances.ShouldHaveSingleItem().Cause.ShouldBe(events[1]);
    }

    [Test]
    public void Transports_do_not_share_windows()
    {
        var report = LossAnalysis.Of(SampleTimeline.Of(
            SampleTimeline.Query(0, lost: 1), SampleTimeline.Query(10, lost: 1, via: DnsTransportKind.Tcp)));

        report.Disturbances.Select(w => w.Via).ShouldBe([DnsTransportKind.FreshUdp, DnsTransportKind.Tcp]);
    }

    [TestCase(0.5, 5)]
    [TestCase(0.9, 9)]
    [TestCase(0.99, 10)]
    [TestCase(0.0, 1)]
    public void Percentiles_are_of_the_nearest_rank(double share, int expected) =>
        LossAnalysis.Percentile([.. Enumerable.Range(1, 10).Select(i => TimeSpan.FromMilliseconds(i))], share)
            .ShouldBe(TimeSpan.FromMilliseconds(expected));

    [Test]
    public void Answers_are_counted_by_the_instance_that_gave_them() =>
        LossAnalysis.Of(SampleTimeline.Of(
                SampleTimeline.Query(0, by: "coredns-b"), SampleTimeline.Query(1, by: "coredns-a"),
                SampleTimeline.Query(2, by: "coredns-b"), SampleTimeline.Query(3)))
            .AnsweredBy.ShouldBe(new Dictionary<string, int> { ["coredns-a"] = 1, ["coredns-b"] = 2, ["unknown"] = 1 }, ignoreOrder: true);

    private static ClusterEvent Event(int milliseconds, string subject) =>
        new(Start.AddMilliseconds(milliseconds), ClusterEventKind.PodDeleted, subject);
}

public sealed class LossBudgetTests
{
    private static readonly ClientQuery[] Calm = [.. Enumerable.Range(0, 600).Select(i => SampleTimeline.Query(i * 20))];

    [Test]
    public void Retries_are_within_a_budget_of_no_failures() =>
        Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(12_000, lost: 1)]).Holds.ShouldBeTrue();

    [Test]
    public void One_failure_exceeds_it_and_the_verdict_has_the_reason()
    {
        var verdict = Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(12_000, lost: 2, outcome: AttemptOutcome.Timeout)]);

        verdict.Breaches.ShouldHaveSingleItem().ShouldBe("clients saw 1 failure, 0 are allowed (UDP, fresh socket: 1 timeout)");
    }

    [TestCase(null, "")]
    [TestCase(0, "; no answer was found whose query kube-proxy had forgotten")]
    [TestCase(1, "; 1 client's answer came back when kube-proxy had deleted the connection tracking entry of its query")]
    [TestCase(2, "; answers of 2 clients came back when kube-proxy had deleted the connection tracking entry of their query")]
    public void A_breach_reports_stray_answers(int? strays, string ending)
    {
        var lost = SampleTimeline.Of([.. Calm, SampleTimeline.Query(12_000, lost: 2, outcome: AttemptOutcome.Timeout)]);

        LossBudget.Zero.Judge(LossAnalysis.Of(lost with { StrayAnswers = strays })).Breaches.ShouldHaveSingleItem()
            .ShouldBe("clients saw 1 failure, 0 are allowed (UDP, fresh socket: 1 timeout)" + ending);
    }

    [Test]
    public void Lost_time_and_latency_are_judged_by_transport()
    {
        ClientQuery[] outage = [.. Enumerable.Range(600, 100)
            .Select(i => SampleTimeline.Query(i * 20, lost: 2, outcome: AttemptOutcome.Timeout))];
        var budget = new LossBudget { LostTime = TimeSpan.FromSeconds(1), P99 = TimeSpan.FromMilliseconds(100) };

        Judge(budget, [.. Calm, .. outage]).Breaches.ShouldBe(
            ["UDP, fresh socket was out for 2.00 s, 1.00 s are allowed", "UDP, fresh socket had a p99 of 2001.0 ms, 100.0 ms are allowed"]);
        Judge(budget with { LostTime = TimeSpan.FromSeconds(2), P99 = null }, [.. Calm, .. outage]).Holds.ShouldBeTrue();
    }

    [Test]
    public void A_measurement_without_enough_data_fails()
    {
        Judge(LossBudget.Zero, Calm[..100]).ToString().ShouldContain("only 100 queries");
        LossBudget.Zero.Judge(LossAnalysis.Of(SampleTimeline.Of(Calm) with { Gaps = ["the log has no end"] })).ToString()
            .ShouldContain("hole");
        Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(15_000)]).ToString().ShouldContain("a prober sent no query for 3.02 s");
    }

    [Test]
    public void The_queries_of_other_nodes_do_not_hide_the_silence_of_one() =>
        Judge(LossBudget.Zero,
            [
                .. Calm.Where((_, i) => i is < 100 or > 250).Select(query => query with { Prober = "prober-0" }),
                .. Calm.Select(query => query with { Prober = "prober-1" }),
            ])
            .ToString().ShouldContain("a prober sent no query for 3.04 s");

    [Test]
    public void Single_skipped_queries_are_accepted() =>
        LossBudget.Zero.Judge(LossAnalysis.Of(SampleTimeline.Of(Calm) with { Skipped = 400 })).Holds.ShouldBeTrue();

    private static BudgetVerdict Judge(LossBudget budget, ClientQuery[] queries) =>
        budget.Judge(LossAnalysis.Of(SampleTimeline.Of(queries)));
}

public sealed class StrayAnswersTests
{
    private static readonly HashSet<string> Pods = ["10.244.1.5", "fd00:10:244::5"];
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    // In the format of conntrack 1.4.7.
    private const string Stray =
        "udp      17 28 src=10.244.1.5 dst=10.244.2.7 sport=53 dport=40000 [UNREPLIED] src=10.244.2.7 dst=10.244.1.5 sport=40000 dport=53 "
        + "mark=0 use=1";

    [Test]
    public void An_answer_with_its_own_conntrack_entry_is_a_stray_answer() =>
        StrayAnswers.In(Stray, Pods, Now).ShouldBe([new StrayAnswer("10.244.1.5", "10.244.2.7", 40000, Now.AddSeconds(-2))]);

    [Test]
    public void An_answer_over_IPv6_is_read_as_well() =>
        StrayAnswers.In(
            "udp      17 9 src=fd00:10:244::5 dst=fd00:10:244::7 sport=53 dport=40001 [UNREPLIED] src=fd00:10:244::7 dst=fd00:10:244::5 "
            + "sport=40001 dport=53 mark=0 use=1", Pods, Now)
            .Select(answer => answer.Flow).ShouldBe(["fd00:10:244::5 to fd00:10:244::7 port 40001"]);

    [TestCase("a query that nobody answers",
        "src=10.244.2.7 dst=10.96.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.1.5 dst=10.244.2.7 sport=53 dport=40000")]
    [TestCase("a query that is answered",
        "src=10.244.2.7 dst=10.96.0.10 sport=40000 dport=53 src=10.244.1.5 dst=10.244.2.7 sport=53 dport=40000")]
    [TestCase("an answer of another server",
        "src=10.244.1.9 dst=10.244.2.7 sport=53 dport=40000 [UNREPLIED] src=10.244.2.7 dst=10.244.1.9 sport=40000 dport=53")]
    public void Other_entries_are_not_counted(string what, string entry) =>
        StrayAnswers.In($"udp      17 28 {entry} mark=0 use=1", Pods, Now).ShouldBeEmpty(what);

    [TestCase("10.244.2.7", 40000, 0, 1)]
    [TestCase("10.244.2.7", 40000, -1, 1)]
    [TestCase("10.244.2.7", 40001, 0, 0, Description = "another port")]
    [TestCase("10.244.2.8", 40000, 0, 0, Description = "another client with the same port")]
    [TestCase("10.244.2.7", 40000, -20, 0, Description = "an earlier query of a socket that stays open")]
    [TestCase("10.244.2.7", 40000, 20, 0, Description = "a later one")]
    public void A_lost_packet_is_its_query_by_client_port_and_time(string client, int port, int seconds, int forgotten)
    {
        var journal = new ProbeJournal { Attempts = [Lost(port, seconds)], Addresses = new HashSet<string> { client } };

        Timeline.Merge([journal], [], [new StrayAnswer("10.244.1.5", "10.244.2.7", 40000, Now)]).Forgotten.ShouldBe(forgotten);
    }

    [Test]
    public void Without_data_no_lost_packet_is_explained() =>
        Timeline.Merge([new ProbeJournal { Attempts = [Lost(40000, 0)] }], []).Forgotten.ShouldBeNull();

    [Test]
    public void A_breach_reports_how_many_lost_packets_stray_answers_explain()
    {
        var lost = SampleTimeline.Of(SampleTimeline.Query(12_000, lost: 2, outcome: AttemptOutcome.Timeout));

        (LossBudget.Zero with { LeastQueries = 0 }).Judge(LossAnalysis.Of(lost with { StrayAnswers = 2, Forgotten = 1 }))
            .Breaches.ShouldHaveSingleItem().ShouldEndWith("of their query, which explains 1 of the 2 lost packets");
    }

    private static ProbeAttempt Lost(int port, int seconds) => new()
    {
        At = Now.AddSeconds(seconds),
        Mono = 0,
        Via = DnsTransportKind.ReusedUdp,
        Query = 1,
        Id = 1,
        Name = "a.",
        Type = "A",
        Attempt = 1,
        Last = true,
        Outcome = AttemptOutcome.Timeout,
        Micros = 1_000_000,
        Port = port,
    };
}

public sealed class ProbeJournalTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private static readonly string[] Whole =
    [
        ProbeLog.Write(
            new ProbeLine { Start = new ProbeStart { At = Start, Server = "10.245.0.10:53", CadenceMilliseconds = 20,
                TimeoutMilliseconds = 1000, Attempts = 2, Transports = [DnsTransportKind.FreshUdp], Names = ["a./A"] } }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(1, 1, 0, AttemptOutcome.Timeout, 1_000_000, last: false) }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(1, 2, 1_000_000, AttemptOutcome.Ok, 700, last: true) }),
        ProbeLog.Write(new ProbeLine { Attempt = Attempt(2, 1, 20_000, AttemptOutcome.Ok, 500, last: true) }),
        ProbeLog.Write(new ProbeLine { End = new ProbeEnd { At = Start.AddSeconds(2), Queries = 2, Attempts = 3, Skipped = 4 } }),
    ];

    [Test]
    public void Attempts_become_the_queries_of_a_client()
    {
        var timeline = Timeline.Merge([ProbeJournal.Read(Whole)], []);

        timeline.Queries.Select(q => (q.At, q.Attempts, q.LostPackets, q.Retried, q.Elapsed.TotalMilliseconds)).ShouldBe(
            [(Start, 2, 1, true, 1000.7), (Start.AddMilliseconds(20), 1, 0, false, 0.5)]);
        (timeline.Gaps.Count, timeline.Skipped, timeline.Cadence).ShouldBe((0, 4, TimeSpan.FromMilliseconds(20)));
    }

    [Test]
    public void A_gap_in_a_log_is_reported()
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

/// <summary>Hand-made timelines for tests.</summary>
internal static class SampleTimeline
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddDays(20_000);

    public static Timeline Of(params ClientQuery[] queries) =>
        new() { Queries = queries, Events = [], Cadence = TimeSpan.FromMilliseconds(20) };

    public static ClientQuery Query(
        int milliseconds,
        int lost = 0,
        int? attempts = null,
        AttemptOutcome outcome = AttemptOutcome.Ok,
        DnsTransportKind via = DnsTransportKind.FreshUdp,
        string? by = null) => new()
        {
            At = Start.AddMilliseconds(milliseconds),
            Via = via,
            Name = "kubernetes.default.svc.cluster.local.",
            Outcome = outcome,
            Elapsed = TimeSpan.FromMilliseconds(1 + (lost * 1000)),
            Attempts = attempts ?? (outcome == AttemptOutcome.Ok ? lost + 1 : Math.Max(lost, 1)),
            LostPackets = lost,
            AnsweredBy = by,
        };
}
