using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>The Corefile of a running cluster, changed by hand.</summary>
internal static class Corefile
{
    private static readonly ResourceAddress Address = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    public static async Task<string> Read(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await cluster.Require(Address, cancellationToken)).Text("data.Corefile")!;

    /// <summary>
    /// Writes it and replaces both pods at once: a new pod reads the ConfigMap as it is, where one that runs would take a minute
    /// and more to see it.
    /// </summary>
    public static async Task Write(LiveCluster cluster, string text, CancellationToken cancellationToken)
    {
        await cluster.Api.Patch(Address, new JsonObject { ["data"] = new JsonObject { ["Corefile"] = text } }, cancellationToken);
        var before = (await cluster.DnsPods(cancellationToken)).Select(pod => pod.Name).ToHashSet();
        foreach (var pod in before)
        {
            await cluster.Api.Delete(ResourceKind.Pod.Named(pod, "kube-system"), TimeSpan.Zero, cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).Count(pod => !before.Contains(pod.Name) && Conditions.Holds(pod, "Ready")).ShouldBe(2),
            "new pods serve with the changed Corefile",
            cancellationToken);
    }
}
