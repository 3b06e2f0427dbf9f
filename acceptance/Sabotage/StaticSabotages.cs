using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>What people do to such a tree, each a thing that was seen in the wild or follows from the chart's traps.</summary>
public static class StaticSabotages
{
    private const string Budget = "PodDisruptionBudget";

    public static IReadOnlyList<StaticSabotage> All { get; } =
    [
        new("one replica", "AC1.1", "no high availability", tree => Setting(tree, "COREDNS_REPLICAS", "1")),
        new("replicas written into the release", "AC1.1", "not those of the cluster's settings", tree => tree.Value("replicaCount", 3)),
        new("no budget", "AC1.2", "no PodDisruptionBudget is delivered", tree => tree.Remove(Budget, "coredns-pdb")),
        new("budget whose selector matches nothing", "AC1.2", "no PodDisruptionBudget selects", tree => SetIn(tree, Budget, "coredns-pdb", "spec.selector.matchLabels", Map("k8s-app", "coredns"))),
        new("budget of all replicas", "AC1.2", "never lets a drain finish", tree => Setting(tree, "COREDNS_MIN_AVAILABLE", "2")),
        new("budget of nothing", "AC1.2", "protects no pod", tree => Setting(tree, "COREDNS_MIN_AVAILABLE", "0")),
        new("the chart's budget beside our own", "AC1.2", "evicts no pod that two budgets select", tree => tree.Value("podDisruptionBudget", new JsonObject { ["minAvailable"] = 1 })),
        new("the seeds' values: enabled in the budget", "AC1.2", "evicts no pod that two budgets select", tree => tree.Value("podDisruptionBudget", new JsonObject { ["enabled"] = true, ["minAvailable"] = 1 })),
        new("no spread", "AC1.3", "nothing keeps the pods on different nodes", tree => tree.Value("topologySpreadConstraints", new JsonArray())),
        new("spread whose selector matches nothing", "AC1.3", "counts no pods", tree => tree.Value("topologySpreadConstraints[0].labelSelector.matchLabels", Map("k8s-app", "coredns"))),
        new("spread that rollouts break", "AC1.3", "of the old revision count", tree => tree.Value("topologySpreadConstraints[0].matchLabelKeys", null)),

        new("the chart's own name for the Service", "AC2.1", "there is no Service kube-dns", tree => tree.Value("service.name", null)),
        new("a server on a high port", "AC2.1", "53/UDP→53", tree => tree.Value("servers[0].port", 5353)),
        new("another ClusterIP", "AC2.2", "asked by nobody", tree => tree.Value("service.clusterIP", "10.245.0.11")),
        new("a ClusterIP that the API server chooses", "AC2.2", "asked by nobody", tree => tree.Value("service.clusterIP", null)),
        new("a zone that is not the cluster's", "AC2.3", "own zone is not served", tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "example.local in-addr.arpa ip6.arpa")),
        new("no reverse zones", "AC2.3", "PTR queries", tree => tree.Plugin("kubernetes", plugin => plugin["parameters"] = "${CLUSTER_DOMAIN}")),
        new("pod names off", "AC2.4", "only with the pods option", tree => tree.Plugin("kubernetes", plugin => plugin["configBlock"] = "pods disabled\nttl 5")),
        new("upstream is this DNS", "AC2.5", "a loop", tree => Setting(tree, "COREDNS_UPSTREAMS", tree.Settings.Map("data")["COREDNS_CLUSTER_IP"])),
        new("upstream is the pod's loopback", "AC2.5", "a loop", tree => Setting(tree, "COREDNS_UPSTREAMS", "127.0.0.1:53")),
        new("no loop detection", "AC2.5", "a loop goes unseen", tree => tree.WithoutPlugin("loop")),
        new("no upstream", "AC2.5", "forwards nothing", tree => tree.WithoutPlugin("forward")),
        new("no cache", "AC2.6", "nothing is cached", tree => tree.WithoutPlugin("cache")),
        new("denials kept for half an hour", "AC2.6", "stays unknown", tree => tree.Plugin("cache", plugin => plugin["configBlock"] = "denial 9984 1800")),

        new("metrics on another port", "AC3.1", "leads to port 9153", tree => tree.Plugin("prometheus", plugin => plugin["parameters"] = ":9154")),
        new("no metrics", "AC3.1", "no prometheus plugin", tree => tree.WithoutPlugin("prometheus")),
        new("the seeds' key for the ServiceMonitor", "AC3.2", "no ServiceMonitor is rendered", tree => { tree.Value("prometheus.monitor", null); tree.Value("serviceMonitor", new JsonObject { ["enabled"] = true }); }),
        new("ServiceMonitor without the metrics Service", "AC3.2", "selects no Service", tree => tree.Value("prometheus.service.enabled", false)),
        new("ServiceMonitor without the monitoring's label", "AC3.2", "selects by this label", tree => tree.Value("prometheus.monitor.additionalLabels", new JsonObject())),
        new("no alert rules", "AC3.4", "no PrometheusRule", tree => tree.Remove("PrometheusRule", "coredns")),
        new("an alert is missing", "AC3.4", "CoreDNSDown", tree => Alerts(tree).RemoveAll(rule => (string?)rule!["alert"] == "CoreDNSDown")),
        new("alert on a metric that is gone", "AC3.4", "does not export", tree => Alert(tree, "CoreDNSForwardLatencyHigh")["expr"] = "histogram_quantile(0.99, sum by (le) (rate(coredns_forward_request_duration_seconds_bucket{job=\"coredns-metrics\"}[5m]))) > 1"),
        new("alert on a job that nobody has", "AC3.4", "a job that no scrape has", tree => Alert(tree, "CoreDNSAbsent")["expr"] = "absent(up{job=\"coredns\"})"),

        new("no health plugin", "AC4.1", "exactly once", tree => tree.WithoutPlugin("health")),
        new("liveness probe off", "AC4.1", "restart a healthy pod, or keep a dead one", tree => tree.Value("livenessProbe.enabled", false)),
        new("no ready plugin", "AC4.2", "no ready plugin", tree => tree.WithoutPlugin("ready")),
        new("readiness probe off", "AC4.2", "never, or always, be sent queries", tree => tree.Value("readinessProbe.enabled", false)),

        new("root", "AC5.1", "runs as root", tree => tree.Value("podSecurityContext.runAsUser", 0)),
        new("non-root without a number", "AC5.1", "the kubelet refuses", tree => tree.Value("podSecurityContext.runAsUser", null)),
        new("a writable root filesystem", "AC5.2", "can be written to", tree => tree.Value("securityContext.readOnlyRootFilesystem", false)),
        new("NET_BIND_SERVICE dropped, as the story asks", "AC5.3", "exec fails", tree => tree.Value("securityContext.capabilities.add", new JsonArray())),
        new("one capability more", "AC5.3", "more is not needed", tree => tree.Value("securityContext.capabilities.add", new JsonArray("NET_BIND_SERVICE", "NET_ADMIN"))),
        new("nothing dropped", "AC5.3", "capabilities are kept", tree => tree.Value("securityContext.capabilities.drop", new JsonArray())),
        new("privilege escalation allowed", "AC5.3", "gain privileges", tree => tree.Value("securityContext.allowPrivilegeEscalation", true)),
        new("no seccomp profile", "AC5.4", "not filtered", tree => tree.Value("podSecurityContext.seccompProfile", null)),
        new("the namespace's default account", "AC5.5", "every pod of the namespace", tree => tree.Value("serviceAccount", null)),
        new("policy that blocks workloads", "AC5.6", "UDP query is blocked", tree => Policy(tree).RemoveAt(0)),
        new("policy that lets UDP in and forgets TCP", "AC5.6", "TCP query is blocked", tree => Policy(tree)[0]!["toPorts"]![0]!["ports"]![0]!["protocol"] = "UDP"),
        new("policy that lets everyone in", "AC5.7", "open resolver", tree => Policy(tree).Add(new JsonObject { ["fromEntities"] = new JsonArray("all") })),
        new("no policy", "AC5.7", "open resolver", tree => tree.Remove("CiliumNetworkPolicy", "coredns-ingress")),
        new("policy that shuts the monitoring out", "AC5.7", "cannot scrape", tree => Policy(tree).RemoveAt(2)),
        new("allow-dns forgets TCP", "AC5.8", "cannot ask over TCP", tree => tree.AllowDns[0].At("spec.egress[0].toPorts[0].ports[0]")!["protocol"] = "UDP"),
        new("allow-dns for pods that are not DNS", "AC5.8", "cannot ask over UDP", tree => JsonPath.Set(tree.AllowDns[1].Document, "spec.egress[0].to[0].podSelector", new JsonObject { ["matchLabels"] = Map("app", "dns") })),
        new("allow-dns for every port", "AC5.8", "reaches other ports", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject().Remove("ports")),
        new("allow-dns to everybody", "AC5.8", "a tunnel out", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject().Remove("to")),
        new("allow-dns that cuts the workload off", "AC5.8", "cuts the workload off", tree => tree.AllowDns[0].At("spec")!.AsObject().Remove("enableDefaultDeny")),

        new("another chart", "AC6.1", "not the architecture's", tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", "1.35.0")),
        new("a range of charts", "AC6.1", "not the architecture's", tree => JsonPath.Set(tree.Release.Document, "spec.chart.spec.version", ">=1.38.0")),
        new("image out of step with the chart", "AC6.2", "another CoreDNS", tree => tree.Value("image", new JsonObject { ["tag"] = "1.12.0" })),

        new("drift report about the chart before", "AC6.3", "about another chart", tree => tree.VersionDrift = tree.VersionDrift.Replace("| **1.38.0** |", "| **1.37.0** |", StringComparison.Ordinal)),
        new("drift report about another CoreDNS", "AC6.3", "about another CoreDNS", tree => tree.VersionDrift = tree.VersionDrift.Replace("| **1.11.4** |", "| **1.12.0** |", StringComparison.Ordinal)),
        new("monitoring definitions moved on alone", "AC6.3", "other monitoring definitions", tree => JsonPath.Set(
            tree.Definitions.Single(resource => resource.Kind == "OCIRepository").Document, "spec.ref.tag", "31.0.0")),

        new("no lameduck", "Disruption.1", "without lameduck", tree => tree.Plugin("health", plugin => plugin.Remove("configBlock"))),
        new("lameduck longer than the grace period", "Disruption.1", "in the middle of its lameduck", tree => tree.Value("terminationGracePeriodSeconds", 10)),
        new("the chart's rolling update", "Disruption.2", "take capacity away", tree => tree.Value("rollingUpdate", null)),
        new("five minutes on a lost node", "Disruption.3", "stays on the lost node", tree => tree.Value("tolerations", new JsonArray())),
        new("no priority", "Disruption.4", "push the DNS pods out", tree => tree.Value("priorityClassName", null)),
        new("release under another name than its guide says", "Adoption.1", "the name of its release", tree => JsonPath.Set(tree.Release.Document, "spec.releaseName", "dns")),
        new("DNS waits for certificates", "Bootstrap.1", "may itself need DNS", tree => tree.Flux.Single(resource => resource.Name.EndsWith("-coredns", StringComparison.Ordinal))
            .Document["spec"]!["dependsOn"] = new JsonArray(new JsonObject { ["name"] = "cert-manager" })),
        .. HealthSabotages.InTheTree,
    ];

    private static void Setting(SabotagedTree tree, string name, string value) => tree.Settings.Document["data"]![name] = value;

    private static void SetIn(SabotagedTree tree, string kind, string name, string path, JsonNode value) =>
        JsonPath.Set(tree.Get(kind, name).Document, path, value);

    private static JsonObject Map(string key, string value) => new() { [key] = value };

    private static JsonArray Alerts(SabotagedTree tree) => tree.Get("PrometheusRule", "coredns").At("spec.groups[0].rules")!.AsArray();

    private static JsonNode Alert(SabotagedTree tree, string name) => Alerts(tree).Single(rule => (string?)rule!["alert"] == name)!;

    private static JsonArray Policy(SabotagedTree tree) => tree.Get("CiliumNetworkPolicy", "coredns-ingress").At("spec.ingress")!.AsArray();
}
