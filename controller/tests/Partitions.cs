namespace PlatformGitOps.Controller.Tests;

public sealed class Partitions
{
    private static readonly TimeSpan Since = TimeSpan.FromMinutes(10);

    [Test]
    public void Half_of_all_endpoints_on_several_nodes_is_a_partition() =>
        Evaluate([.. Endpoints(4, failing: true, "n1", "n2"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Partitioned);

    [Test]
    public void Less_than_half_is_no_partition() =>
        Evaluate([.. Endpoints(3, failing: true, "n1", "n2"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void A_failed_node_is_no_partition_even_with_half_of_all_endpoints() =>
        Evaluate([.. Endpoints(2, failing: true, "n1"), .. Endpoints(2, failing: false, "n2")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void Of_few_endpoints_all_must_be_probed() =>
        Evaluate([.. Endpoints(
            1, failing: true, "n1"), .. Endpoints(3, failing: false, "n3"), .. Endpoints(4, failing: false, "n2", before: true)])
            .ShouldBe(PartitionView.Unknown, "the other four may fail as well");

    [Test]
    public void Of_many_endpoints_a_sample_is_enough() =>
        Evaluate([.. Endpoints(
            1, failing: true, "n1"), .. Endpoints(7, failing: false, "n3"), .. Endpoints(40, failing: false, "n2", before: true)])
            .ShouldBe(PartitionView.Clear);

    [Test]
    public void Results_from_before_the_failure_do_not_count() =>
        Evaluate([.. Endpoints(2, failing: true, "n1", "n2"), .. Endpoints(20, failing: false, "n3", before: true)])
            .ShouldBe(PartitionView.Unknown);

    [Test]
    public void Below_the_minimum_there_is_no_partition() =>
        Evaluate([.. Endpoints(2, failing: true, "n1", "n2"), .. Endpoints(1, failing: false, "n3")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void Removed_endpoints_do_not_count()
    {
        var gone = Endpoints(10, failing: true, "n1", "n2").Select(e => e with { State = EndpointState.Removed });

        Evaluate([.. gone, .. Endpoints(1, failing: true, "n1"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Clear);
    }

    [Test]
    public void Each_Service_has_the_same_weight_however_many_endpoints_it_has()
    {
        ObservedEndpoint[] many =
            [.. Endpoints(12, failing: true, "n1", "n2").Select(e => e with { Service = new ObjectName("far", "big") })];
        ObservedEndpoint[] others =
        [
            .. Of("one", Endpoints(2, failing: false, "n3")), .. Of("two", Endpoints(2, failing: false, "n4")),
            .. Of("three", [.. Endpoints(1, failing: true, "n5"), .. Endpoints(2, failing: false, "n6")]),
        ];

        Evaluate([.. many, .. others]).ShouldBe(PartitionView.Clear, "one of four Services fails altogether, and a third of another");
        Evaluate([.. many, .. Of("one", Endpoints(2, failing: true, "n3")), .. others.Skip(2)]).ShouldBe(PartitionView.Partitioned);
    }

    [Test]
    public void Older_failures_do_not_count()
    {
        ObservedEndpoint[] shop = [.. Endpoints(1, failing: true, "n3"), .. Endpoints(2, failing: false, "n4")];
        ObservedEndpoint[] Old(int seconds) =>
        [
            .. Of("staging", Endpoints(5, failing: true, "n1", "n2"))
                .Select(e => e with { History = e.History with { FailingSince = Since - TimeSpan.FromSeconds(seconds) } }),
        ];

        Evaluate([.. shop, .. Old(61)]).ShouldBe(PartitionView.Clear);
        Evaluate([.. shop, .. Old(60)]).ShouldBe(PartitionView.Partitioned, "(1 + 1/3) / 2 of the Services");
    }

    [Test]
    public void Never_healthy_endpoints_do_not_count_if_something_answered()
    {
        ObservedEndpoint[] shop = [.. Endpoints(1, failing: true, "n3"), .. Endpoints(2, failing: false, "n4")];

        Evaluate([.. shop, .. Of("staging", NeverHealthy(5, silent: false, "n1", "n2"))]).ShouldBe(PartitionView.Clear, "a wrong path");
        Evaluate([.. shop, .. Of("staging", NeverHealthy(5, silent: true, "n1", "n2"))]).ShouldBe(PartitionView.Partitioned);
        Evaluate([.. shop, .. Of("staging", NeverHealthy(5, silent: true, "n4"))])
            .ShouldBe(PartitionView.Clear, "its node answers, so it is not the network");
        Evaluate([.. shop, .. Of("far", NeverHealthy(12, silent: true, "a", "b")).Select(e => e with { IsPod = false })])
            .ShouldBe(PartitionView.Clear, "addresses elsewhere");
    }

    [Test]
    public void A_new_leader_without_any_answer_sees_a_partition()
    {
        Evaluate([.. NeverHealthy(6, silent: true, "n1", "n2")]).ShouldBe(PartitionView.Partitioned);
        Evaluate([.. NeverHealthy(6, silent: false, "n1", "n2")]).ShouldBe(PartitionView.Partitioned);
        Evaluate([.. NeverHealthy(3, silent: true, "n1", "n2")]).ShouldBe(PartitionView.Clear, "too few to tell");
    }

    [Test]
    public void Silence_of_one_node_is_no_partition() =>
        Evaluate([.. NeverHealthy(6, silent: false, "n1")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void If_nobody_answers_never_healthy_endpoints_count() =>
        Evaluate([.. Endpoints(3, failing: true, "n1"), .. NeverHealthy(3, silent: false, "n2")]).ShouldBe(PartitionView.Partitioned);

    [Test]
    public void Four_endpoints_are_enough() =>
        Evaluate([.. Endpoints(2, failing: true, "n1", "n2"), .. Endpoints(2, failing: false, "n3")]).ShouldBe(PartitionView.Partitioned);

    [Test]
    public void A_probe_that_started_with_the_failure_counts()
    {
        var moment = new ProbeResult { Healthy = true, Detail = "", Started = Since, Completed = Since };
        ObservedEndpoint Then(ObservedEndpoint one, bool healthy) => one with
        {
            History = EndpointHistory.Empty.With(moment).With(moment with { Healthy = healthy }),
        };
        ObservedEndpoint[] all =
        [
            .. Endpoints(2, failing: true, "n1", "n2").Select(one => Then(one, false)),
            .. Endpoints(2, failing: false, "n3").Select(one => Then(one, true)),
        ];

        Evaluate(all).ShouldBe(PartitionView.Partitioned, "all four are seen");
        var silent = NeverHealthy(1, silent: true, "n3").Concat(NeverHealthy(3, silent: true, "n4", "n5"));
        Evaluate([.. silent, .. Endpoints(4, failing: false, "n3").Select(one => Then(one, true))])
            .ShouldBe(PartitionView.Clear, "three of seven, without the one whose node answers");
    }

    [TestCase(9, nameof(PartitionView.Unknown))]
    [TestCase(10, nameof(PartitionView.Clear))]
    public void The_sample_is_at_least_the_minimum(int seen, string view) =>
        PartitionGuard.Evaluate(
            [
                .. Endpoints(1, failing: true, "n1"), .. Endpoints(seen - 1, failing: false, "n3"),
                .. Endpoints(40, failing: false, "n2", before: true),
            ],
            Since,
            new GuardOptions { PartitionMinimum = 10 }).ToString().ShouldBe(view);

    private static PartitionView Evaluate(IReadOnlyList<ObservedEndpoint> all) => PartitionGuard.Evaluate(all, Since, new GuardOptions());

    private static IEnumerable<ObservedEndpoint> Of(string service, IEnumerable<ObservedEndpoint> endpoints) =>
        endpoints.Select(endpoint => endpoint with { Service = new ObjectName("shop", service) });

    private static ObservedEndpoint[] NeverHealthy(int count, bool silent, string node, string? second = null) =>
    [
        .. Endpoints(count, failing: true, node, second).Select(e => e with
        {
            History = e.History with { WasHealthy = false, Last = e.History.Last! with { IsSilent = silent } },
        }),
    ];

    private static ObservedEndpoint[] Endpoints(int count, bool failing, string node, string? second = null, bool before = false)
    {
        var started = before ? Since - TimeSpan.FromSeconds(1) : Since + TimeSpan.FromSeconds(1);
        var healthy = new ProbeResult { Healthy = true, Detail = "", Started = started, Completed = started };
        return [.. Enumerable.Range(0, count).Select(i => new ObservedEndpoint
        {
            Service = new ObjectName("shop", "web"),
            State = EndpointState.Serving,
            Node = i % 2 == 1 && second is not null ? second : node,
            IsPod = true,
            History = EndpointHistory.Empty.With(healthy).With(healthy with { Healthy = !failing }),
        })];
    }
}
