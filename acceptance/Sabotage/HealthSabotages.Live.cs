using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Sabotage;

public static partial class HealthSabotages
{
    private const string Asks = "dns.aikernel.io/health-check-";

    private static readonly ResourceAddress Deployment = CheckedCluster.Deployment;
    private static readonly ResourceAddress Policy =
        (SuiteSettings.Current.NetworkPolicy == NetworkPolicyFlavour.Cilium ? ResourceKind.CiliumNetworkPolicy : ResourceKind.NetworkPolicy).Named(CheckedCluster.Name, "kube-system");

    private static readonly ResourceAddress Role = ResourceKind.ClusterRole.Named(CheckedCluster.Name);

    public static IReadOnlyList<LiveSabotage> InTheCluster { get; } =
    [
        Patched("health: scaled down by hand", "Health.1", "instances", Deployment, "spec.replicas", _ => 1),
        Patched("health: no election, both act", "Health.1", "instances that act", Deployment, "spec.template.spec.containers",
            containers => With(containers, container => container["env"]![0] = new JsonObject { ["name"] = "POD_NAME", ["value"] = "controller" })),
        Workload("health: wrong serve label", "Health.2", "leaves DNS", service => Note(service, "serve-label", "example.com/other")),
        Workload("health: probes that only connect", "Health.2", "leaves DNS", service => Note(service, "scheme", "tcp")),
        Workload("health: a gated Service that asks for the label way", "Health.3", "are ready", service => Note(service, "removal", "serve-label")),
        Workload("health: a Service that lists nothing", "Health.4", "DNS names all", service => service["metadata"]!["annotations"]?.AsObject().Remove(Asks + "addresses")),
        Configured("health: panic guard off", "Health.5", "was taken out", text =>
            text.Replace("path: /health", "path: /health\n  minHealthy: \"1\"", StringComparison.Ordinal) + "guards: {vantagePercent: 100, vantageMinimum: 1000}\n"),
        Workload("health: somebody asks for another's Service", "Health.6", "did not ask", service => Note(service, "enabled", "true"), service => Note(service, "profile", "fast")),
        Configured("health: a Lease of a minute", "Health.7", "another instance takes over", text => text.Replace("leaseDuration: 4s", "leaseDuration: 60s", StringComparison.Ordinal)),
        Patched("health: watches cannot be opened again", "Health.8", "leaves DNS", Role, "rules", rules => Without(rules, "pods", "watch")),
        Patched("health: a dry run", "Health.9", "leaves DNS", Deployment, "spec.template.spec.containers", containers => With(containers, container => container["args"]!.AsArray().Add("--dry-run"))),
        Patched("health: no Events may be made", "Health.10", "Events tell it", Role, "rules", rules => Without(rules, "events", "create")),
        Patched("health: it may read Secrets", "Health.11", "not what it needs", Role, "rules", rules =>
        {
            rules.AsArray().Add(Rule("", "secrets", "get"));
            return rules;
        }),
        Patched("health: it may not patch pods", "Health.11", "not what it needs", Role, "rules", rules => Without(rules, "pods", "patch")),
        Patched("health: root", "Health.12", "65532", Deployment, "spec.template.spec.securityContext", context =>
        {
            (context["runAsNonRoot"], context["runAsUser"]) = (false, 0);
            return context;
        }),
        Patched("health: a writable root filesystem", "Health.12", "can be written to", Deployment, "spec.template.spec.containers",
            containers => With(containers, container => container["securityContext"]!["readOnlyRootFilesystem"] = false)),
        LiveSabotage.Deleted("health: policy deleted", "Health.13", "was not delivered", Policy),
    ];

    /// <summary>A field of an object of the controller's layer, changed by hand and set back.</summary>
    private static LiveSabotage Patched(string name, string owner, string says, ResourceAddress address, string path, Func<JsonNode, JsonNode> change)
    {
        return LiveSabotage.Restoring(
            name,
            owner,
            says,
            async (cluster, token) => (await cluster.Require(address, token)).At(path)!,
            (cluster, before, token) => Put(cluster, change(before.DeepClone()), token),
            (cluster, before, token) => Put(cluster, before.DeepClone(), token));

        async Task Put(LiveCluster cluster, JsonNode value, CancellationToken token)
        {
            var patch = new JsonObject();
            JsonPath.Set(patch, path, value);
            await cluster.Api.Patch(address, patch, token);
            if (address == Deployment)
            {
                await CheckedCluster.RolledOut(cluster, token);
            }
        }
    }

    private static LiveSabotage Configured(string name, string owner, string says, Func<string, string> change) => LiveSabotage.Restoring(
        name,
        owner,
        says,
        CheckedCluster.ConfigName,
        (cluster, _, token) => CheckedCluster.Configure(cluster, change, token),
        CheckedCluster.Use);

    /// <summary>What somebody wrote into the Service of a workload.</summary>
    private static LiveSabotage Workload(string name, string owner, string says, params Action<JsonObject>[] changes) => new(
        name,
        owner,
        says,
        (_, _) => Tamper(service => Array.ForEach(changes, change => change(service))),
        (_, _) => Tamper(null));

    private static Task Tamper(Action<JsonObject>? change)
    {
        Fleet.Tampered = change;
        return Task.CompletedTask;
    }

    private static void Note(JsonObject service, string key, string value)
    {
        service["metadata"]!["annotations"] ??= new JsonObject();
        service["metadata"]!["annotations"]![Asks + key] = value;
    }

    private static JsonNode With(JsonNode containers, Action<JsonNode> change)
    {
        change(containers[0]!);
        return containers;
    }

    private static JsonNode Without(JsonNode rules, string resource, string verb)
    {
        var rule = rules.AsArray().Single(rule => (string?)rule!["resources"]![0] == resource)!;
        rule["verbs"]!.AsArray().RemoveAll(entry => (string?)entry == verb);
        if (rule["verbs"]!.AsArray().Count == 0)
        {
            rules.AsArray().Remove(rule);
        }

        return rules;
    }
}
