using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Probing;

namespace PlatformGitOps.Controller.Tests;

public sealed class Partitions
{
    private static readonly TimeSpan Since = TimeSpan.FromMinutes(1);

    [Test]
    public void Half_of_everything_on_several_nodes_is_a_fault_of_ones_own() =>
        Evaluate([.. Endpoints(4, failing: true, "n1", "n2"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Partitioned);

    [Test]
    public void Less_than_half_is_theirs() =>
        Evaluate([.. Endpoints(3, failing: true, "n1", "n2"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void A_node_that_died_is_no_fault_of_ones_own_even_with_half_of_everything_on_it() =>
        Evaluate([.. Endpoints(2, failing: true, "n1"), .. Endpoints(2, failing: false, "n2")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void A_small_fleet_is_not_judged_by_the_first_few_that_are_seen() =>
        Evaluate([.. Endpoints(
            1, failing: true, "n1"), .. Endpoints(3, failing: false, "n3"), .. Endpoints(4, failing: false, "n2", before: true)])
            .ShouldBe(PartitionView.Unknown, "the other four may fail as well");

    [Test]
    public void A_large_fleet_is_judged_by_a_sample() =>
        Evaluate([.. Endpoints(
            1, failing: true, "n1"), .. Endpoints(7, failing: false, "n3"), .. Endpoints(40, failing: false, "n2", before: true)])
            .ShouldBe(PartitionView.Clear);

    [Test]
    public void Results_from_before_the_failure_say_nothing() =>
        Evaluate([.. Endpoints(2, failing: true, "n1", "n2"), .. Endpoints(20, failing: false, "n3", before: true)])
            .ShouldBe(PartitionView.Unknown);

    [Test]
    public void With_hardly_any_endpoints_nothing_can_be_told() =>
        Evaluate([.. Endpoints(2, failing: true, "n1", "n2"), .. Endpoints(1, failing: false, "n3")]).ShouldBe(PartitionView.Clear);

    [Test]
    public void What_is_out_already_does_not_count()
    {
        var gone = Endpoints(10, failing: true, "n1", "n2").Select(e => e with { State = EndpointState.Out });

        Evaluate([.. gone, .. Endpoints(1, failing: true, "n1"), .. Endpoints(4, failing: false, "n3")]).ShouldBe(PartitionView.Clear);
    }

    private static PartitionView Evaluate(IReadOnlyList<ObservedEndpoint> all) => PartitionGuard.Evaluate(all, Since, new GuardOptions());

    private static ObservedEndpoint[] Endpoints(int count, bool failing, string node, string? second = null, bool before = false)
    {
        var started = before ? Since - TimeSpan.FromSeconds(1) : Since + TimeSpan.FromSeconds(1);
        return [.. Enumerable.Range(0, count).Select(i => new ObservedEndpoint
        {
            Id = $"{node}-{i}",
            State = EndpointState.Serving,
            Node = i % 2 == 1 && second is not null ? second : node,
            History = EndpointHistory.Empty.With(
                new ProbeResult { Healthy = !failing, Detail = "", Started = started, Completed = started }),
        })];
    }
}
