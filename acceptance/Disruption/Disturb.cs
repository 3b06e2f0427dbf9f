using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>What is done to a cluster while the probers ask.</summary>
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
        "CoreDNS is whole again after the disruption",
        cancellationToken);
}
