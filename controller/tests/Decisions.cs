using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Api;

namespace PlatformGitOps.Controller.Tests;

public sealed class Decisions
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(10);
    private static readonly HealthPolicy Policy = new();
    private static readonly GuardOptions Guards = new();

    [Test]
    public void An_endpoint_goes_once_it_has_failed_as_often_as_the_threshold()
    {
        Decide(Failing("a", 2), Healthy("b")).ShouldBe([("a", Verdict.Keep), ("b", Verdict.Keep)], ignoreOrder: true);
        Decide(Failing("a", 3), Healthy("b")).ShouldBe([("a", Verdict.TakeOut), ("b", Verdict.Keep)], ignoreOrder: true);
    }

    [Test]
    public void The_last_endpoint_stays_whatever_the_probes_say()
    {
        var decision = Full(Failing("a", 99)).ShouldHaveSingleItem();

        decision.Verdict.ShouldBe(Verdict.HoldBack);
        decision.Guard.ShouldBe(Guard.LastEndpoint);
    }

    [Test]
    public void When_all_fail_as_many_stay_as_the_minimum_says_and_those_that_fail_longest_go()
    {
        var all = Enumerable.Range(0, 5).Select(i => Failing($"e{i}", 3 + i)).ToArray();

        Decide(all).Where(d => d.Verdict == Verdict.TakeOut).Select(d => d.Id).ShouldBe(["e4", "e3"], "half of five, rounded up, is three");
    }

    [Test]
    public void Endpoints_that_are_out_already_count_against_the_minimum()
    {
        var decision = Full(Out("a", 0), Failing("b", 3), Healthy("c"), Healthy("d")).Single(d => d.Id == "b");
        decision.Verdict.ShouldBe(Verdict.TakeOut);

        decision = Full(Out("a", 0), Out("b", 0), Failing("c", 3), Healthy("d")).Single(d => d.Id == "c");
        decision.Guard.ShouldBe(Guard.MinHealthy);
    }

    [Test]
    public void Endpoints_that_Kubernetes_keeps_out_are_left_alone_and_do_not_count()
    {
        var notReady = Failing("a", 9) with { State = EndpointState.NotReady };

        Decide(notReady, Failing("b", 3), Healthy("c"))
            .ShouldBe([("a", Verdict.Keep), ("b", Verdict.TakeOut), ("c", Verdict.Keep)], ignoreOrder: true);
        Decide(notReady, Failing("b", 3)).ShouldBe([("a", Verdict.Keep), ("b", Verdict.HoldBack)], ignoreOrder: true);
    }

    [Test]
    public void A_result_older_than_its_due_time_is_no_evidence()
    {
        var old = Now - Policy.Interval - Policy.Timeout - TimeSpan.FromMilliseconds(1);

        Decide(Failing("a", 9, old), Healthy("b")).ShouldContain(("a", Verdict.Keep));
        Decide(Out("a", 9, old), Healthy("b")).ShouldContain(("a", Verdict.Keep));
    }

    [Test]
    public void A_result_that_took_far_longer_than_its_time_out_is_no_evidence()
    {
        var stopped = Failing("a", 9);
        var last = stopped.History.Last! with { Started = Now - TimeSpan.FromSeconds(8), Completed = Now };

        Decide(stopped with { History = stopped.History with { Last = last } }, Healthy("b")).ShouldContain(("a", Verdict.Keep));
    }

    [Test]
    public void An_endpoint_comes_back_after_its_successes()
    {
        Decide(Out("a", 1), Healthy("b")).ShouldContain(("a", Verdict.PutBack));
        Decide(Out("a", 0), Healthy("b")).ShouldContain(("a", Verdict.Keep));
    }

    [Test]
    public void Who_was_taken_out_often_must_show_more_successes()
    {
        var flapping = Out("a", 3) with { };
        int[] minutes = [3, 2, 1];
        var history = flapping.History with { Removals = [.. minutes.Select(ago => Now - TimeSpan.FromMinutes(ago))] };

        Decide(flapping with { History = history }, Healthy("b")).ShouldContain(("a", Verdict.Keep));
        Decide(flapping with { History = history with { Successes = 4 } }, Healthy("b")).ShouldContain(("a", Verdict.PutBack));
    }

    [Test]
    public void Old_removals_are_forgiven_and_the_penalty_has_an_end()
    {
        var history = EndpointHistory.Empty with { Removals = [.. Enumerable.Range(0, 50).Select(i => TimeSpan.FromSeconds(i))] };

        history.SuccessesNeeded(1, 5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)).ShouldBe(1);
        history.SuccessesNeeded(1, 5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)).ShouldBe(32);
    }

    [Test]
    public void When_nothing_is_left_in_DNS_the_minimum_comes_back_and_the_next_pass_removes_none_of_it()
    {
        var all = Enumerable.Range(0, 10).Select(i => Out($"e{i}", 0)).ToArray();

        var back = Decide(all).Where(d => d.Verdict == Verdict.PutBack).Select(d => d.Id).ToArray();

        back.Length.ShouldBe(5);
        var next = all.Select(e => back.Contains(e.Id) ? e with { State = EndpointState.Serving } : e).ToArray();
        Decide(next).ShouldNotContain(d => d.Verdict == Verdict.TakeOut || d.Verdict == Verdict.PutBack);
    }

    [Test]
    public void Nothing_is_done_while_the_API_server_is_not_heard_of()
    {
        var decisions = Decider.Decide(
            Seen(PartitionView.Clear, isCurrent: false, Failing("a", 3), Healthy("b"), Out("c", 5)), Policy, Guards, Now);

        decisions.ShouldNotContain(d => d.Verdict == Verdict.TakeOut || d.Verdict == Verdict.PutBack);
        decisions.Single(d => d.Id == "a").Guard.ShouldBe(Guard.ApiServer);
    }

    [TestCase(nameof(PartitionView.Partitioned), nameof(Guard.Partition))]
    [TestCase(nameof(PartitionView.Unknown), nameof(Guard.SecondLook))]
    public void A_possible_partition_holds_it_back(string view, string guard) =>
        Decider.Decide(Seen(Enum.Parse<PartitionView>(view), true, Failing("a", 3), Healthy("b")), Policy, Guards, Now)
            .Single(d => d.Id == "a").Guard.ToString().ShouldBe(guard);

    /// <summary>Whatever the state, one pass never leaves fewer than the minimum, and never nothing.</summary>
    [Test]
    public void No_decision_ever_goes_below_the_minimum()
    {
        var random = new Random(7);
        for (var round = 0; round < 5_000; round++)
        {
            var endpoints = Enumerable.Range(0, random.Next(1, 12)).Select(i => random.Next(4) switch
            {
                0 => Failing($"e{i}", random.Next(1, 6)),
                1 => Out($"e{i}", random.Next(3)),
                2 => Failing($"e{i}", 5) with { State = EndpointState.NotReady },
                _ => Healthy($"e{i}"),
            }).ToArray();
            var policy = Policy with { MinHealthy = new HealthyShare(null, random.Next(0, 101)) };

            var decisions = Decider.Decide(Seen(PartitionView.Clear, true, endpoints), policy, Guards, Now);

            var serving = endpoints.Count(e => e.State == EndpointState.Serving);
            var removed = decisions.Count(d => d.Verdict == Verdict.TakeOut);
            var least = Math.Min(serving, policy.MinHealthy.Of(endpoints.Count(e => e.State != EndpointState.NotReady)));
            (serving - removed).ShouldBeGreaterThanOrEqualTo(least, $"round {round}");
            decisions.Count.ShouldBe(endpoints.Length);
        }
    }

    private static List<(string Id, Verdict Verdict)> Decide(params ObservedEndpoint[] endpoints) =>
        [.. Full(endpoints).Select(d => (d.Id, d.Verdict))];

    private static IReadOnlyList<EndpointDecision> Full(params ObservedEndpoint[] endpoints) =>
        Decider.Decide(Seen(PartitionView.Clear, true, endpoints), Policy, Guards, Now);

    private static Observation Seen(PartitionView view, bool isCurrent, params ObservedEndpoint[] endpoints) => new()
    {
        Service = new ObjectName("shop", "web"),
        Endpoints = endpoints,
        IsCurrent = isCurrent,
        Partition = _ => view,
    };

    private static ObservedEndpoint Healthy(string id) => Make(id, EndpointState.Serving, 0, 1, Now);

    private static ObservedEndpoint Failing(string id, int failures, TimeSpan? at = null) =>
        Make(id, EndpointState.Serving, failures, 0, at ?? Now);

    private static ObservedEndpoint Out(string id, int successes, TimeSpan? at = null) =>
        Make(id, EndpointState.Out, successes == 0 ? 5 : 0, successes, at ?? Now);

    private static ObservedEndpoint Make(string id, EndpointState state, int failures, int successes, TimeSpan at) => new()
    {
        Id = id,
        State = state,
        Node = "node",
        History = new EndpointHistory
        {
            Failures = failures,
            Successes = successes,
            FailingSince = failures > 0 ? at - TimeSpan.FromSeconds(failures) : null,
            Last = new ProbeResult { Healthy = failures == 0, Detail = "test", Started = at, Completed = at },
        },
    };
}
