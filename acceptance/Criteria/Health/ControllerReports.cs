using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The controller's metrics, endpoints, Events and annotations.</summary>
[ChecksOf(typeof(HealthCriterion))]
public static class ControllerReports
{
    /// <summary>The metrics that the issue names, with their types.</summary>
    private static readonly string[] Promised =
    [
        "dns_health_checks_total counter", "dns_health_check_duration_seconds histogram", "dns_healthy_endpoints gauge",
        "dns_unhealthy_endpoints gauge",
        "dns_updates_total counter", "dns_endpoints_removed_total counter", "dns_endpoints_added_total counter",
    ];

    [LiveCheck("Health.9",
        "/metrics of the leader, from the monitoring's namespace, after an endpoint was removed and restored; /healthz and /readyz of " +
            "both instances from their nodes", Disruptive = true)]
    public static async Task Metrics(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        foreach (var pod in await CheckedCluster.Pods(cluster, cancellationToken))
        {
            foreach (var page in new[] { "/healthz", "/readyz" })
            {
                (await ProbeOrigin.FromItsNode(cluster, pod, CheckedCluster.Port, page, cancellationToken))
                    .Status.ShouldBe(200, $"{pod.Name}{page}");
            }
        }

        var fleet = await Fleet.Deploy(cluster, "counted", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            await FailureTimes.Of(fleet, follower, fleet.Pods[0], Patience, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(20),
                async token =>
                {
                    var holder = await CheckedCluster.Holder(cluster, Fleet.Namespace, token);
                    var leader = (await CheckedCluster.Pods(cluster, token)).Single(pod => pod.Name == holder);
                    var text = (await CheckedCluster.Metrics(cluster, leader, token)).Split('\n');
                    text.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
                        .Select(line => line["# TYPE ".Length..]).ToArray()
                        .ShouldSatisfyAllConditions(
                            Promised.Select(promised => new Action<string[]>(types => types.ShouldContain(promised))).ToArray());
                    var labels = $"namespace=\"{Fleet.Namespace}\",service=\"counted\"";
                    text.ShouldContain($"dns_endpoints_removed_total{{{labels}}} 1");
                    text.ShouldContain($"dns_endpoints_added_total{{{labels}}} 1");
                    text.ShouldContain($"dns_healthy_endpoints{{{labels}}} 3");
                    text.ShouldContain($"dns_unhealthy_endpoints{{{labels}}} 0");
                },
                "the metrics count the removal",
                cancellationToken);
        }
        finally
        {
            await fleet.Remove();
        }
    }

    [LiveCheck("Health.10", "the pod's annotation while it is removed, and the Events on Service and pod when it is removed and restored",
        Disruptive = true)]
    public static async Task Reasons(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "noted", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            var (pod, address) = (fleet.Pods[0], Fleet.Address(fleet.Pods[0]));
            await fleet.Hang(pod, cancellationToken);
            await follower.Until(fleet, answers => !answers.Contains(address), Patience, $"{pod.Name} leaves DNS", cancellationToken);
            var note = (await fleet.Now(pod, cancellationToken)).Annotations.GetValueOrDefault(Annotations.Removed)
                .ShouldNotBeNull("no annotation of the pod says why it was removed");
            note.ShouldContain($"{Fleet.Namespace}/noted");
            note.ShouldContain("failed 2 times in a row");
            await fleet.Recover(pod, cancellationToken);
            await follower.Until(
                fleet, answers => answers.Contains(address), Patience, $"{pod.Name} comes back into DNS", cancellationToken);
            (await fleet.Now(pod, cancellationToken))
                .Annotations.Keys.ShouldNotContain(Annotations.Removed, "the annotation outlived its reason");
            await Eventually.Within(
                TimeSpan.FromSeconds(20),
                async token =>
                {
                    var events = (await fleet.Events(token))
                        .Select(entry => $"{entry.Text("reason")} {entry.Text("involvedObject.kind")}").ToList();
                    foreach (var expected in new[] { "EndpointRemoved Service", "EndpointRemoved Pod", "EndpointRestored Service",
                        "EndpointRestored Pod" })
                    {
                        events.ShouldContain(expected);
                    }
                },
                "Events report it",
                cancellationToken);
        }
        finally
        {
            await fleet.Remove();
        }
    }
}
