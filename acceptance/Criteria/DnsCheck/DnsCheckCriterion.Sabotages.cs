using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Generator.Apps.DnsCheck;

namespace PlatformGitOps.Acceptance.Criteria.DnsCheck;

public static partial class DnsCheckCriterion
{
    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("nodes without a taint alone ask", "DnsCheck.1", "nodes with a taint", tree =>
            Change(tree, $"{Pod}.tolerations", new JsonArray())),
        new("the pods ask the node's resolver", "DnsCheck.1", "another DNS than workloads", tree =>
            Change(tree, $"{Pod}.dnsPolicy", "Default")),
        new("another name than the definition's", "DnsCheck.2", "other names than the definition's", tree =>
            Change(tree, $"{Pod}.containers[0].{Probe}[2]", "echo localhost. | xargs -n 1 nslookup -type=${DNS_CHECK_TYPE}")),
        new("a node without DNS stays ready for minutes", "DnsCheck.3", "stays ready for long", tree =>
            Change(tree, $"{Pod}.containers[0].readinessProbe.failureThreshold", 30)),
        new("the pods do not say what was delivered", "DnsCheck.4", "do not say what was delivered", tree =>
            Change(tree, "spec.template.metadata.annotations", new JsonObject())),
        new("Flux does not wait for the check", "DnsCheck.4", "Flux does not wait", tree =>
            JsonPath.Set(tree.Flux.Single(resource => resource.Name.EndsWith($"-{DnsCheckNames.Name}", StringComparison.Ordinal)).Document,
                "spec.wait", false)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Restored("a name that does not exist", "DnsCheck.2", "nodes on which the names resolve", daemons =>
            JsonPath.Set(daemons, $"{Pod}.containers[0].{Probe}[2]", "nslookup nobody.invalid.")),
        Restored("a node does not ask", "DnsCheck.1", "nodes that ask", daemons =>
            JsonPath.Set(daemons, $"{Pod}.nodeSelector", new JsonObject { ["acceptance.platform-gitops.io/nowhere"] = "true" })),
    ];

    private static LiveSabotage Restored(string name, string check, string expectedMessage, Action<JsonObject> change) =>
        LiveSabotage.Restoring(
            name, check, expectedMessage,
            (cluster, token) => cluster.Require(ProvenCluster.DaemonSet, token),
            (cluster, before, token) =>
            {
                var changed = before.Copy();
                change(changed.Document);
                return cluster.Api.Patch(
                    ProvenCluster.DaemonSet, JsonPath.Patch(Pod, changed.At(Pod)!.DeepClone()), token);
            },
            async (cluster, before, token) =>
            {
                var spec = before.At(Pod)!.DeepClone().AsObject();
                // A merge patch removes what it names as null.
                spec.TryAdd("nodeSelector", null);
                await cluster.Api.Patch(ProvenCluster.DaemonSet, JsonPath.Patch(Pod, spec), token);
                await ProvenCluster.Resolves(cluster, token);
            });

    private static void Change(SabotagedTree tree, string path, JsonNode? value) =>
        JsonPath.Set(tree.DnsCheck.Single(resource => resource.Kind == "DaemonSet").Document, path, value);
}
