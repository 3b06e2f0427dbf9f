using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Disruption;

public sealed class LossBudgetTests
{
    private static readonly ClientQuery[] Calm = [.. Enumerable.Range(0, 600).Select(i => SampleTimeline.Query(i * 20))];

    [Test]
    public void Retries_are_within_a_budget_of_no_failures() =>
        Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(12_000, lost: 1)]).Holds.ShouldBeTrue();

    [Test]
    public void One_failure_breaks_it_and_the_verdict_says_how()
    {
        var verdict = Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(12_000, lost: 2, outcome: AttemptOutcome.Timeout)]);

        verdict.Breaches.ShouldHaveSingleItem().ShouldBe("clients saw 1 failure, 0 are allowed (UDP, fresh socket: 1 timeout)");
    }

    [Test]
    public void Lost_time_and_latency_are_judged_by_transport()
    {
        ClientQuery[] outage = [.. Enumerable.Range(600, 100).Select(i => SampleTimeline.Query(i * 20, lost: 2, outcome: AttemptOutcome.Timeout))];
        var budget = new LossBudget { LostTime = TimeSpan.FromSeconds(1), P99 = TimeSpan.FromMilliseconds(100) };

        Judge(budget, [.. Calm, .. outage]).Breaches.ShouldBe(
            ["UDP, fresh socket was out for 2.00 s, 1.00 s are allowed", "UDP, fresh socket had a p99 of 2001.0 ms, 100.0 ms are allowed"]);
        Judge(budget with { LostTime = TimeSpan.FromSeconds(2), P99 = null }, [.. Calm, .. outage]).Holds.ShouldBeTrue();
    }

    [Test]
    public void A_measurement_that_proves_nothing_is_no_success()
    {
        Judge(LossBudget.Zero, Calm[..100]).ToString().ShouldContain("only 100 questions");
        LossBudget.Zero.Judge(LossAnalysis.Of(SampleTimeline.Of(Calm) with { Gaps = ["the log has no end"] })).ToString().ShouldContain("hole");
        Judge(LossBudget.Zero, [.. Calm, SampleTimeline.Query(15_000)]).ToString().ShouldContain("nothing was asked for 3.02 s");
    }

    [Test]
    public void Questions_that_were_skipped_one_by_one_hide_nothing() =>
        LossBudget.Zero.Judge(LossAnalysis.Of(SampleTimeline.Of(Calm) with { Skipped = 400 })).Holds.ShouldBeTrue();

    private static BudgetVerdict Judge(LossBudget budget, ClientQuery[] queries) => budget.Judge(LossAnalysis.Of(SampleTimeline.Of(queries)));
}
