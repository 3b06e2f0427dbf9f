namespace PlatformGitOps.Controller.Tests;

public sealed class Decisions
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(10);
    private static readonly HealthPolicy Policy = new();
    private static readonly GuardOptions Guards = new();
    private static readonly ObjectName Web = new("shop", "web");
    private static readonly ObjectName Other = new("shop", "other");

    [Test]
    public void An_endpoint_is_removed_at_the_failure_threshold()
    {
        Decide(Serving(Failing(2))).Verdict.ShouldBe(Verdict.Keep);

        var decision = Decide(Serving(Failing(3)));
        decision.Verdict.ShouldBe(Verdict.Remove);
        decision.Reason.ShouldBe("failed 3 times in a row: test");
        decision.WantedBy.ShouldBe([Web]);
    }

    [Test]
    public void The_last_endpoint_is_never_removed()
    {
        var decision = Decide(Serving(Failing(99)), Served(1, 1));

        (decision.Verdict, decision.Guard, decision.Reason).ShouldBe((Verdict.HoldBack, Guard.LastEndpoint, "it is the last endpoint"));
    }

    [Test]
    public void The_last_endpoint_of_another_Service_is_never_removed()
    {
        var decision = Decide(Serving(Failing(3)), Served(3, 3), Served(1, 1) with { Name = Other });

        (decision.Guard, decision.Reason).ShouldBe((Guard.LastEndpoint, "it is the last endpoint of shop/other"));
    }

    [Test]
    public void The_minimum_of_every_Service_stays()
    {
        Decide(Serving(Failing(3)), Served(2, 3)).Guard.ShouldBe(Guard.MinHealthy, "half of three, rounded up, is two");
        Decide(Serving(Failing(3)), Served(3, 3)).Verdict.ShouldBe(Verdict.Remove);
        var decision = Decide(
            Serving(Failing(3)), Served(3, 3), Served(3, 4) with { Name = Other, MinHealthy = new HealthyShare(3, null) });
        decision.Reason.ShouldBe("at least 3 of the endpoints of shop/other must remain");
    }

    [Test]
    public void A_Service_without_the_endpoint_does_not_prevent_its_removal() =>
        Decide(Serving(Failing(3)), Served(3, 3), Served(1, 1) with { Name = Other, HasIt = false }).Verdict.ShouldBe(Verdict.Remove);

    [Test]
    public void An_endpoint_that_is_not_ready_is_ignored() =>
        Decide(new Observed { Checks = [], IsRemoved = false }.Build()).Verdict.ShouldBe(Verdict.Keep);

    [TestCase(true)]
    [TestCase(false)]
    public void A_result_counts_until_the_next_one_is_due(bool isOut)
    {
        var limit = Now - Policy.Interval - Policy.Timeout;
        var history = (TimeSpan at) => isOut ? Healthy(9, at) : Failing(9, at);
        Observation At(TimeSpan at) => new Observed { IsRemoved = isOut, Checks = [Of(history(at))] }.Build();

        Decide(At(limit)).Verdict.ShouldBe(isOut ? Verdict.Restore : Verdict.Remove);
        Decide(At(limit - TimeSpan.FromMilliseconds(1))).Verdict.ShouldBe(Verdict.Keep);
    }

    [Test]
    public void A_result_that_took_far_longer_than_its_timeout_does_not_count()
    {
        var stopped = Failing(9);
        ProbeResult Took(TimeSpan duration) => stopped.Last! with { Started = Now - duration, Completed = Now };

        Decide(Serving(stopped with { Last = Took(Policy.Timeout * 2) })).Verdict.ShouldBe(Verdict.Remove);
        Decide(Serving(stopped with { Last = Took(Policy.Timeout * 2.01) })).Verdict.ShouldBe(Verdict.Keep);
    }

    [Test]
    public void An_endpoint_is_restored_at_the_success_threshold()
    {
        Decide(Out(Healthy(1))).Verdict.ShouldBe(Verdict.Restore);
        Decide(Out(Failing(1))).Verdict.ShouldBe(Verdict.Keep);
    }

    [Test]
    public void One_failing_Service_is_enough_for_a_removal_and_all_must_succeed_for_the_return()
    {
        Decide(new Observed { Checks = [Of(Healthy(9)), Of(Failing(3), Other)] }.Build()).WantedBy.ShouldBe([Other]);
        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(9)), Of(Failing(3), Other)] }.Build()).Verdict.ShouldBe(Verdict.Keep);
        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(9)), Of(Healthy(1), Other)] }.Build())
            .Verdict.ShouldBe(Verdict.Restore);
    }

    [Test]
    public void Only_the_Services_of_the_removal_must_succeed_for_the_return()
    {
        var unseen = EndpointHistory.Empty;

        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(1)), Of(unseen, Other)], RemovedFor = ["shop/web"] }.Build())
            .Verdict.ShouldBe(Verdict.Restore);
        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(1)), Of(unseen, Other)], RemovedFor = ["shop/other"] }.Build())
            .Verdict.ShouldBe(Verdict.Keep);
        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(1)), Of(unseen, Other)] }.Build())
            .Verdict.ShouldBe(Verdict.Keep, "nobody wrote down for whom");
        Decide(new Observed { IsRemoved = true, Checks = [Of(Healthy(1))], RemovedFor = ["shop/gone"] }.Build())
            .Verdict.ShouldBe(Verdict.Restore);
    }

    [Test]
    public void The_longest_failing_Service_is_first()
    {
        var decision = Decide(new Observed { Checks = [Of(Failing(3)), Of(Failing(7), Other)] }.Build());

        decision.WantedBy.ShouldBe([Other, Web]);
        decision.Reason.ShouldStartWith("failed 7 times");
    }

    [Test]
    public void A_flapping_endpoint_needs_more_successes()
    {
        int[] minutes = [3, 2, 1];
        Observation With(int successes) => new Observed
        {
            IsRemoved = true,
            Checks = [Of(Healthy(successes))],
            Removals = [.. minutes.Select(ago => Now - TimeSpan.FromMinutes(ago))],
        }.Build();

        Decide(With(3)).Verdict.ShouldBe(Verdict.Keep);
        Decide(With(4)).Verdict.ShouldBe(Verdict.Restore);
    }

    [Test]
    public void Old_removals_do_not_count_and_the_threshold_has_a_maximum()
    {
        TimeSpan[] removals = [.. Enumerable.Range(0, 50).Select(i => TimeSpan.FromSeconds(i))];

        Flapping.SuccessesNeeded([.. removals], 1, 5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)).ShouldBe(1);
        Flapping.SuccessesNeeded([.. removals], 1, 5, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)).ShouldBe(32);
        Flapping.With([.. removals], TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(20))
            .Length.ShouldBe(10, "nine within 20 s, and this one");
    }

    [Test]
    public void If_a_Service_has_no_endpoint_left_the_minimum_is_restored()
    {
        Decide(Out(Failing(5)), Served(0, 10) with { HasIt = false, Returning = 4 }).Reason.ShouldBe("no endpoint of shop/web was left");
        Decide(Out(Failing(5)), Served(0, 10) with { HasIt = false, Returning = 5 }).Verdict.ShouldBe(Verdict.Keep);
        Decide(Out(Failing(5)), Served(1, 10) with { HasIt = false }).Verdict.ShouldBe(Verdict.Keep);
        var oneUnseen = new Observed { IsRemoved = true, Checks = [Of(Failing(5)), Of(EndpointHistory.Empty, Other)] };
        Decide(oneUnseen.Build(), Served(0, 10) with { HasIt = false }).Verdict.ShouldBe(Verdict.Restore, "one probe is enough to know");
        Decide(Out(Failing(5, Now - TimeSpan.FromHours(1))), Served(0, 10) with { HasIt = false })
            .Verdict.ShouldBe(Verdict.Keep, "this process was suspended and knows nothing");
    }

    [Test]
    public void Nothing_is_decided_without_contact_to_the_API_server()
    {
        Decide(Serving(Failing(3)) with { IsCurrent = false }).Guard.ShouldBe(Guard.ApiServer);
        Decide(Out(Healthy(5)) with { IsCurrent = false }).Verdict.ShouldBe(Verdict.Keep);
        Decide(Out(Failing(5)) with { IsCurrent = false }, Served(0, 3)).Verdict.ShouldBe(Verdict.Keep);
    }

    [Test]
    public void Nothing_is_decided_while_a_write_runs()
    {
        Decide(Serving(Failing(3)) with { IsUncertain = true }).Verdict.ShouldBe(Verdict.Keep);
        Decide(Out(Healthy(5)) with { IsUncertain = true }).Verdict.ShouldBe(Verdict.Keep);
    }

    [Test]
    public void A_pod_that_its_owner_would_replace_is_not_removed()
    {
        var decision = Decide(Serving(Failing(3)) with { Refusal = "it would" });

        (decision.Guard, decision.Reason).ShouldBe((Guard.Replacement, "it would"));
    }

    [TestCase(nameof(PartitionView.Partitioned), nameof(Guard.Partition),
        "at least half of all endpoints began to fail at once, probably a network fault of the controller")]
    [TestCase(nameof(PartitionView.Unknown), nameof(Guard.SecondLook), "other endpoints are probed first")]
    public void A_possible_partition_prevents_a_removal(string view, string guard, string reason)
    {
        TimeSpan? asked = null;
        var observed = Serving(Failing(3)) with { Partition = since => (asked = since, Enum.Parse<PartitionView>(view)).Item2 };

        var decision = Decide(observed);
        (decision.Guard.ToString(), decision.Reason).ShouldBe((guard, reason));
        asked.ShouldBe(Failing(3).FailingSince, "compared with what failed since then");
    }

    [Test]
    public void Each_decision_to_keep_has_a_reason()
    {
        Why(Serving(Healthy(2))).ShouldBe("test");
        Why(Serving(EndpointHistory.Empty)).ShouldBe("no recent probe result");
        Why(Serving(Healthy(2, Now - TimeSpan.FromHours(1)))).ShouldBe("no recent probe result", "what it says is long past");
        Why(new Observed { Checks = [] }.Build()).ShouldBe("Kubernetes reports it as not ready");
        Why(Serving(Failing(3)) with { IsUncertain = true }).ShouldBe("a write is under way");
        Why(Serving(Failing(3)) with { IsCurrent = false }).ShouldBe("no contact with the API server");
        Why(Out(Healthy(3)) with { IsCurrent = false }).ShouldBe("out; no contact with the API server");
        Why(Out(Failing(3))).ShouldBe("out; shop/web: test");
        Why(Out(Failing(1))).ShouldBe("out; shop/web: healthy 0 of 1 times in a row: test");
    }

    [Test]
    public void Each_decision_to_restore_has_a_reason()
    {
        Why(new Observed { IsRemoved = true, Checks = [Of(Healthy(9)), Of(Healthy(2), Other)] }.Build())
            .ShouldBe("healthy 2 times in a row");
        Why(new Observed { IsRemoved = true, Checks = [Of(Healthy(9))], RemovedFor = ["shop/gone"] }.Build())
            .ShouldBe("the Services that it was removed for no longer check it");
    }

    [Test]
    public void A_result_of_the_other_kind_resets_the_count()
    {
        ProbeResult At(int second, bool healthy) => new()
        {
            Healthy = healthy,
            Detail = $"at {second}",
            Started = TimeSpan.FromSeconds(second),
            Completed = TimeSpan.FromSeconds(second),
        };

        var failing = EndpointHistory.Empty.With(At(1, true)).With(At(2, false)).With(At(3, false));
        failing.ShouldBe(new EndpointHistory
        {
            Failures = 2,
            FailingSince = TimeSpan.FromSeconds(2),
            Last = At(3, false),
            WasHealthy = true,
        });
        failing.With(At(4, true)).With(At(5, true)).ShouldBe(new EndpointHistory { Successes = 2, Last = At(5, true), WasHealthy = true });
        EndpointHistory.Empty.With(At(1, false)).WasHealthy.ShouldBeFalse();
    }

    [Test]
    public void A_removal_counts_only_within_the_window()
    {
        var window = TimeSpan.FromMinutes(10);

        Flapping.SuccessesNeeded([Now - window, Now - TimeSpan.FromMinutes(1)], 3, 5, window, Now).ShouldBe(3, "the first one is forgiven");
        Flapping.SuccessesNeeded([Now - window + TimeSpan.FromTicks(1), Now], 3, 5, window, Now).ShouldBe(6);
        Flapping.With([Now - window, Now - window + TimeSpan.FromTicks(1)], Now, window)
            .ShouldBe([Now - window + TimeSpan.FromTicks(1), Now]);
    }

    private static string Why(Observation observed) => Decide(observed).Reason;

    private static Decision Decide(Observation observed, params ServedService[] served) => Decider.Decide(
        served.Length == 0 ? observed : observed with { Served = () => served }, Guards, Now);

    private static Observation Serving(EndpointHistory history) => new Observed { Checks = [Of(history)] }.Build();

    private static Observation Out(EndpointHistory history) => new Observed { IsRemoved = true, Checks = [Of(history)] }.Build();

    private static ServiceCheck Of(EndpointHistory history, ObjectName? service = null) => new(service ?? Web, Policy, history);

    private static ServedService Served(int serving, int total) => new()
    {
        Name = Web,
        HasIt = true,
        Serving = serving,
        Returning = 0,
        Total = total,
        MinHealthy = HealthyShare.Half,
    };

    private static EndpointHistory Healthy(int successes, TimeSpan? at = null) => Make(0, successes, at ?? Now);

    private static EndpointHistory Failing(int failures, TimeSpan? at = null) => Make(failures, 0, at ?? Now);

    private static EndpointHistory Make(int failures, int successes, TimeSpan at) => new()
    {
        Failures = failures,
        Successes = successes,
        FailingSince = failures > 0 ? at - TimeSpan.FromSeconds(failures) : null,
        Last = new ProbeResult { Healthy = failures == 0, Detail = "test", Started = at, Completed = at },
    };

    private sealed record Observed
    {
        public bool IsRemoved { get; init; }
        public required IReadOnlyList<ServiceCheck> Checks { get; init; }
        public IReadOnlyList<string> RemovedFor { get; init; } = [];
        public IReadOnlyList<TimeSpan> Removals { get; init; } = [];

        public Observation Build() => new()
        {
            IsRemoved = IsRemoved,
            Checks = Checks,
            RemovedFor = RemovedFor,
            Removals = [.. Removals],
            Served = () => [Served(3, 3) with { HasIt = !IsRemoved }],
            IsCurrent = true,
            Partition = _ => PartitionView.Clear,
        };
    }
}
