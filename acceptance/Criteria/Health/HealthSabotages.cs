namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The sabotages that the health controller's checks must detect, and their shared parts.</summary>
[ChecksOf(typeof(HealthCriterion))]
public static class HealthSabotages
{
    private const string Asks = "dns.aikernel.io/health-check-";

    internal static readonly ResourceAddress Deployment = CheckedCluster.Deployment;
    internal static readonly ResourceAddress ControllerRole = ResourceKind.ClusterRole.Named(CheckedCluster.Name);
    private static readonly ResourceAddress ControllerPolicy =
        (LiveChanges.IsCilium ? ResourceKind.CiliumNetworkPolicy : ResourceKind.NetworkPolicy).Named(CheckedCluster.Name, "kube-system");

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("scaled down by hand", "Health.1", "instances", Deployment, "spec.replicas", _ => 1),
        Patched("no election, both act", "Health.1", "the leaders are not", Deployment, "spec.template.spec.containers",
            containers =>
                With(containers, container => container["env"]![0] = new JsonObject { ["name"] = "POD_NAME", ["value"] = "controller" })),
        Workload("wrong serve label", "Health.2", "leaves DNS", service => Note(service, "serve-label", "example.com/other")),
        Workload("probes that only connect", "Health.2", "leaves DNS", service => Note(service, "scheme", "tcp")),
        Workload("a gated Service with removal by label", "Health.3", "leaves DNS",
            service => Note(service, "removal", "serve-label")),
        Workload("a Service without addresses", "Health.4", "DNS names all",
            service => service["metadata"]!["annotations"]?.AsObject().Remove(Asks + "addresses")),
        Configured("panic guard off", "Health.5", "was removed", text =>
            text.Replace(
                "path: /health", "path: /health\n  minHealthy: \"1\"") + "guards: {partitionPercent: 100, partitionMinimum: 1000}\n"),
        Workload("annotation on a Service of another team", "Health.6", "without the annotation",
            service => Note(service, "enabled", "true"), service => Note(service, "profile", "fast")),
        Configured("a Lease of a minute", "Health.7", "another instance takes over",
            text => Lasting(text, "60s")),
        Patched("watches cannot be opened again", "Health.8", "leaves DNS",
            ControllerRole, "rules", rules => Without(rules, "pods", "watch")),
        Patched("a dry run", "Health.9", "leaves DNS",
            Deployment, "spec.template.spec.containers",
            containers => With(containers, container => container["args"]!.AsArray().Add("--dry-run"))),
        Patched("no Events may be made", "Health.10", "Events report it",
            ControllerRole, "rules", rules => Without(rules, "events", "create")),
        Patched("it may read Secrets", "Health.11", "not what it needs", ControllerRole, "rules", rules =>
        {
            rules.AsArray().Add(Rule("", "secrets", "get"));
            return rules;
        }),
        Patched("it may not patch pods", "Health.11", "not what it needs",
            ControllerRole, "rules", rules => Without(rules, "pods", "patch")),
        Patched("root", "Health.12", "65532", Deployment, "spec.template.spec.securityContext", context =>
        {
            (context["runAsNonRoot"], context["runAsUser"]) = (false, 0);
            return context;
        }),
        Patched("a writable root filesystem", "Health.12", "can be written to", Deployment, "spec.template.spec.containers",
            containers => With(containers, container => container["securityContext"]!["readOnlyRootFilesystem"] = false)),
        LiveSabotage.Deleted("policy deleted", "Health.13", "was not delivered", ControllerPolicy),
    ];

    /// <summary>Changes a field of an object in the controller's layer, and restores it.</summary>
    internal static LiveSabotage Patched(
        string name, string check, string expectedMessage, ResourceAddress address, string path, Func<JsonNode, JsonNode> change) =>
        LiveSabotage.Changed(name, check, expectedMessage, address, path, change, address == Deployment ? CheckedCluster.RolledOut : null);

    internal static LiveSabotage Configured(string name, string check, string expectedMessage, Func<string, string> change) =>
        LiveSabotage.Restoring(
        name,
        check,
        expectedMessage,
        CheckedCluster.ConfigName,
        (cluster, _, token) => CheckedCluster.Configure(cluster, change, token),
        CheckedCluster.Use);

    /// <summary>Changes the Services that the suite creates for its workloads.</summary>
    internal static LiveSabotage Workload(string name, string check, string expectedMessage, params Action<JsonObject>[] changes) => new(
        name,
        check,
        expectedMessage,
        (_, _) => Tamper(service => Array.ForEach(changes, change => change(service))),
        (_, _) => Tamper(null));

    private static Task Tamper(Action<JsonObject>? change)
    {
        Fleet.Tampered = change;
        return Task.CompletedTask;
    }

    internal static void Note(JsonObject service, string key, string value)
    {
        service["metadata"]!["annotations"] ??= new JsonObject();
        service["metadata"]!["annotations"]![Asks + key] = value;
    }

    private static JsonNode With(JsonNode containers, Action<JsonNode> change)
    {
        change(containers[0]!);
        return containers;
    }

    internal static JsonNode Without(JsonNode rules, string resource, string verb)
    {
        var rule = rules.AsArray().Single(rule => (string?)rule!["resources"]![0] == resource)!;
        rule["verbs"]!.AsArray().RemoveAll(entry => (string?)entry == verb);
        if (rule["verbs"]!.AsArray().Count == 0)
        {
            rules.AsArray().Remove(rule);
        }

        return rules;
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("one instance", "Health.1", "not as many as the definition says", tree => Set(tree, "Deployment", "spec.replicas", 1)),
        new("more shards than the definition says", "Health.1", "otherwise than the definition",
            tree => Config(tree, text => text + "shards: 4\n")),
        new("both instances on one node", "Health.1", "lost with one node",
            tree => Set(tree, "Deployment", "spec.template.spec.topologySpreadConstraints", new JsonArray())),
        new("instances of one name", "Health.1", "hold the Lease together",
            tree => Set(tree, "Deployment", "spec.template.spec.containers[0].env",
                new JsonArray(new JsonObject { ["name"] = "POD_NAME", ["value"] = "controller" }))),
        new("a dry run", "Health.1", "write nothing", tree => Container(tree)["args"]!.AsArray().Add("--dry-run")),
        new("probed once a minute", "Health.2", "default profile cannot keep its bar",
            tree => Config(tree, text => text.Replace("interval: 10s", "interval: 60s"))),
        new("a patient fast profile", "Health.2", "fast profile cannot keep its bar",
            tree => Config(tree, text => text.Replace("failureThreshold: 2", "failureThreshold: 6"))),
        new("cluster names cached", "Health.2", "contains a removed endpoint",
            tree => tree.Plugin("cache", plugin => plugin["configBlock"] = "success 9984 30 5\ndenial 9984 30")),
        new("panic guard off", "Health.5", "still be removed",
            tree => Config(tree, text => text + "guards: {partitionPercent: 100, partitionMinimum: 1000}\n")),
        new("all but one may go", "Health.5", "less than half",
            tree => Config(tree, text => text.Replace("path: /health", "path: /health\n  minHealthy: \"1\""))),
        new("annotation on another Service", "Health.6", "Services beside kube-dns",
            tree => Set(tree, "Service", "metadata.annotations", new JsonObject { ["dns.aikernel.io/health-check-enabled"] = "true" })),
        new("the Lease of client-go's defaults", "Health.7", "no instance leads for too long",
            tree => Config(tree, text => Lasting(text, "15s"))),
        new("metrics Service lost its label", "Health.9", "selects no Service",
            tree => Set(tree, "Service", "metadata.labels", new JsonObject())),
        new("the scraper's own labels win", "Health.9", "overwrite the namespace",
            tree => Set(tree, "ServiceMonitor", "spec.endpoints[0].honorLabels", false)),
        new("it may read Secrets", "Health.11", "not what the controller needs",
            tree => Rules(tree, "ClusterRole").Add(Rule("", "secrets", "get"))),
        new("it may not patch pods", "Health.11", "not what the controller needs",
            tree => Rules(tree, "ClusterRole")
                .Single(rule => (string?)rule!["resources"]![0] == "pods")!["verbs"] = new JsonArray("get", "list", "watch")),
        new("any Lease of the namespace", "Health.11", "not what the controller needs",
            tree => Rules(tree, "Role")[1]!.AsObject().Remove("resourceNames")),
        new("every account of the namespace", "Health.11", "other subjects get the controller's access",
            tree => Set(tree, "ClusterRoleBinding", "subjects",
                new JsonArray(new JsonObject { ["kind"] = "Group", ["name"] = "system:serviceaccounts:kube-system" }))),
        new("root", "Health.12", "not the image's user",
            tree => Set(tree, "Deployment", "spec.template.spec.securityContext.runAsUser", 0)),
        new("a writable root filesystem", "Health.12", "can be written to",
            tree => Container(tree)["securityContext"]!["readOnlyRootFilesystem"] = false),
        new("capabilities kept", "Health.12", "capabilities are kept",
            tree => Container(tree)["securityContext"]!["capabilities"] = new JsonObject()),
        new("no seccomp profile", "Health.12", "not filtered",
            tree => Set(tree, "Deployment", "spec.template.spec.securityContext.seccompProfile", null)),
        new("on the node's network", "Health.12", "hostNetwork", tree => Set(tree, "Deployment", "spec.template.spec.hostNetwork", true)),
        new("no policy", "Health.13", "any workload reaches it",
            tree => tree.HealthController.RemoveAll(resource => resource.Kind == "CiliumNetworkPolicy")),
        new("the monitoring is shut out", "Health.13", "cannot scrape",
            tree => Find(tree, "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(0)),
        new("kube-dns selects another label", "Health.14", "would change nothing",
            tree => tree.Release.At("spec.values.service.selector")!.AsObject().Remove("dns.aikernel.io/serve")),
        new("CoreDNS is probed over HTTP", "Health.14", "something else than a DNS query",
            tree => tree.Release.At("spec.values.service.annotations")!["dns.aikernel.io/health-check-scheme"] = "http"),
    ];

    internal static Resource Find(SabotagedTree tree, string kind) =>
        tree.HealthController.Single(
            resource => resource.Kind == kind && resource.Name.StartsWith("dns-health-controller", StringComparison.Ordinal));

    internal static void Set(SabotagedTree tree, string kind, string path, JsonNode? value) =>
        JsonPath.Set(Find(tree, kind).Document, path, value);

    internal static JsonNode Container(SabotagedTree tree) => Find(tree, "Deployment").At("spec.template.spec.containers[0]")!;

    internal static JsonArray Rules(SabotagedTree tree, string kind) => Find(tree, kind).At("rules")!.AsArray();

    internal static JsonObject Rule(string group, string resource, string verb) => new()
    {
        ["apiGroups"] = new JsonArray(group),
        ["resources"] = new JsonArray(resource),
        ["verbs"] = new JsonArray(verb),
    };

    internal static void Config(SabotagedTree tree, Func<string, string> change)
    {
        var data = Find(tree, "ConfigMap").Document["data"]!;
        data["config.yaml"] = change((string)data["config.yaml"]!);
    }

    private static string Lasting(string config, string time) => Regex.Replace(config, @"leaseDuration: \w+", $"leaseDuration: {time}");
}
