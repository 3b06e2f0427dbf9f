using PlatformGitOps.Dns.Client;

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
        LossAnalysis.Percentile([.. Enumerable.Range(1, 10).Select(i => TimeSpan.FromMilliseconds(i))], share).ShouldBe(TimeSpan.FromMilliseconds(expected));

    [Test]
    public void Answers_are_counted_by_the_instance_that_gave_them() =>
        LossAnalysis.Of(SampleTimeline.Of(
                SampleTimeline.Query(0, by: "coredns-b"), SampleTimeline.Query(1, by: "coredns-a"), SampleTimeline.Query(2, by: "coredns-b"), SampleTimeline.Query(3)))
            .AnsweredBy.ShouldBe(new Dictionary<string, int> { ["coredns-a"] = 1, ["coredns-b"] = 2, ["unknown"] = 1 }, ignoreOrder: true);

    private static ClusterEvent Event(int milliseconds, string subject) =>
        new(Start.AddMilliseconds(milliseconds), ClusterEventKind.PodDeleted, subject);
}
