using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>What would make the DNS health controller useless, or worse than none.</summary>
public static partial class HealthSabotages
{
    public static IReadOnlyList<StaticSabotage> InTheTree { get; } =
    [
        new("health: one instance", "Health.1", "one instance is nobody", tree => Set(tree, "Deployment", "spec.replicas", 1)),
        new("health: both instances on one node", "Health.1", "die with one node", tree => Set(tree, "Deployment", "spec.template.spec.topologySpreadConstraints", new JsonArray())),
        new("health: instances of one name", "Health.1", "hold the Lease together", tree => Set(tree, "Deployment", "spec.template.spec.containers[0].env", new JsonArray(new JsonObject { ["name"] = "POD_NAME", ["value"] = "controller" }))),
        new("health: a dry run", "Health.1", "write nothing", tree => Container(tree)["args"]!.AsArray().Add("--dry-run")),
        new("health: asked once a minute", "Health.2", "default profile cannot keep its bar", tree => Config(tree, text => text.Replace("interval: 10s", "interval: 60s", StringComparison.Ordinal))),
        new("health: a patient fast profile", "Health.2", "fast profile cannot keep its bar", tree => Config(tree, text => text.Replace("failureThreshold: 2", "failureThreshold: 6", StringComparison.Ordinal))),
        new("health: cluster names cached", "Health.2", "names an endpoint that is out", tree => tree.Plugin("cache", plugin => plugin["configBlock"] = "success 9984 30 5\ndenial 9984 30")),
        new("health: panic guard off", "Health.5", "still be taken out", tree => Config(tree, text => text + "guards: {vantagePercent: 100, vantageMinimum: 1000}\n")),
        new("health: all but one may go", "Health.5", "less than half", tree => Config(tree, text => text.Replace("path: /health", "path: /health\n  minHealthy: \"1\"", StringComparison.Ordinal))),
        new("health: another Service asks", "Health.6", "Services that ask", tree => Set(tree, "Service", "metadata.annotations", new JsonObject { ["dns.aikernel.io/health-check-enabled"] = "true" })),
        new("health: the Lease of client-go's defaults", "Health.7", "nobody acts for too long", tree => Config(tree, text => text.Replace("leaseDuration: 4s", "leaseDuration: 15s", StringComparison.Ordinal))),
        new("health: metrics Service lost its label", "Health.9", "selects no Service", tree => Set(tree, "Service", "metadata.labels", new JsonObject())),
        new("health: the scraper's own labels win", "Health.9", "overwrite the namespace", tree => Set(tree, "ServiceMonitor", "spec.endpoints[0].honorLabels", false)),
        new("health: it may read Secrets", "Health.11", "not what the controller needs", tree => Rules(tree, "ClusterRole").Add(Rule("", "secrets", "get"))),
        new("health: it may not patch pods", "Health.11", "not what the controller needs", tree => Rules(tree, "ClusterRole").Single(rule => (string?)rule!["resources"]![0] == "pods")!["verbs"] = new JsonArray("get", "list", "watch")),
        new("health: any Lease of the namespace", "Health.11", "not what the controller needs", tree => Rules(tree, "Role")[1]!.AsObject().Remove("resourceNames")),
        new("health: every account of the namespace", "Health.11", "others get the controller's rights", tree => Set(tree, "ClusterRoleBinding", "subjects", new JsonArray(new JsonObject { ["kind"] = "Group", ["name"] = "system:serviceaccounts:kube-system" }))),
        new("health: root", "Health.12", "not the image's user", tree => Set(tree, "Deployment", "spec.template.spec.securityContext.runAsUser", 0)),
        new("health: a writable root filesystem", "Health.12", "can be written to", tree => Container(tree)["securityContext"]!["readOnlyRootFilesystem"] = false),
        new("health: capabilities kept", "Health.12", "capabilities are kept", tree => Container(tree)["securityContext"]!["capabilities"] = new JsonObject()),
        new("health: no seccomp profile", "Health.12", "not filtered", tree => Set(tree, "Deployment", "spec.template.spec.securityContext.seccompProfile", null)),
        new("health: on the node's network", "Health.12", "hostNetwork", tree => Set(tree, "Deployment", "spec.template.spec.hostNetwork", true)),
        new("health: no policy", "Health.13", "any workload reaches it", tree => tree.HealthController.RemoveAll(resource => resource.Kind == "CiliumNetworkPolicy")),
        new("health: the monitoring is shut out", "Health.13", "cannot scrape", tree => Find(tree, "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(0)),
        new("health: kube-dns selects another label", "Health.14", "change nothing", tree => tree.Release.At("spec.values.service.selector")!.AsObject().Remove("dns.aikernel.io/serve")),
        new("health: CoreDNS is asked over HTTP", "Health.14", "something else than DNS", tree => tree.Release.At("spec.values.service.annotations")!["dns.aikernel.io/health-check-scheme"] = "http"),
    ];

    private static Resource Find(SabotagedTree tree, string kind) =>
        tree.HealthController.Single(resource => resource.Kind == kind && resource.Name.StartsWith("dns-health-controller", StringComparison.Ordinal));

    private static void Set(SabotagedTree tree, string kind, string path, JsonNode? value) => JsonPath.Set(Find(tree, kind).Document, path, value);

    private static JsonNode Container(SabotagedTree tree) => Find(tree, "Deployment").At("spec.template.spec.containers[0]")!;

    private static JsonArray Rules(SabotagedTree tree, string kind) => Find(tree, kind).At("rules")!.AsArray();

    private static JsonObject Rule(string group, string resource, string verb) => new()
    {
        ["apiGroups"] = new JsonArray(group),
        ["resources"] = new JsonArray(resource),
        ["verbs"] = new JsonArray(verb),
    };

    private static void Config(SabotagedTree tree, Func<string, string> change)
    {
        var data = Find(tree, "ConfigMap").Document["data"]!;
        data["config.yaml"] = change((string)data["config.yaml"]!);
    }
}
