using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>Disruptions of a cluster while the probers run.</summary>
public static partial class Disturb
{
    /// <summary>All replicas serve again, and no pod is still ending.</summary>
    private static Task Settled(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(120),
        async token =>
        {
            var pods = await cluster.DnsPods(token);
            pods.Count.ShouldBe(await Rollout.Replicas(cluster, token), "pods, terminating ones included");
            pods.Where(pod => !Conditions.Holds(pod, "Ready")).Select(pod => Conditions.Say(pod, "Ready")).ShouldBeEmpty();
        },
        "all CoreDNS pods serve again after the disruption",
        cancellationToken);
}
