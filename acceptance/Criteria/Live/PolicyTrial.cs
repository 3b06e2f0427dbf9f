using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Finds out whether a cluster's network plugin enforces policies, by one that forbids everything.</summary>
public static class PolicyTrial
{
    private const string Name = "trial-deny-all";

    public static async Task<bool> IsEnforced(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var upstream = (await cluster.Api.List(ResourceKind.Pod, Delivery.UpstreamDns.Namespace, "app=upstream", cancellationToken))[0];
        var address = upstream.Text("status.podIP")!;
        (await Connects(cluster, address, 53, cancellationToken)).ShouldBeTrue("the pod of the trial cannot be reached without a policy either");
        var policy = ResourceKind.NetworkPolicy.Named(Name, Delivery.UpstreamDns.Namespace);
        try
        {
            await cluster.Api.Apply(
                ResourceKind.NetworkPolicy,
                new Resource(new JsonObject
                {
                    ["apiVersion"] = policy.Kind.ApiVersion,
                    ["kind"] = policy.Kind.Kind,
                    ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = policy.Namespace },
                    ["spec"] = new JsonObject { ["podSelector"] = new JsonObject(), ["policyTypes"] = new JsonArray("Ingress") },
                }),
                cancellationToken);
            // A plugin that enforces takes the rule up within seconds; each refused connection takes its own time-out.
            for (var trial = 0; trial < 5; trial++)
            {
                if (!await Connects(cluster, address, 53, cancellationToken))
                {
                    return true;
                }

                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            }

            return false;
        }
        finally
        {
            await cluster.Api.Delete(policy, null, CancellationToken.None);
        }
    }

    public static async Task<bool> Connects(LiveCluster cluster, string address, int port, CancellationToken cancellationToken)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
        var result = await cluster.Api.Exec(ClientPods.Namespace, "client-glibc", null, ["/prober", "connect", target, "--timeout", "1500"], cancellationToken);
        return result.Output.Contains("\"open\"", StringComparison.Ordinal);
    }
}
