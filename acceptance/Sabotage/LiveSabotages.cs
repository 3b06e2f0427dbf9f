using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>What goes wrong in clusters behind the back of the tree.</summary>
public static partial class LiveSabotages
{
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    private static readonly ResourceAddress Budget = ResourceKind.PodDisruptionBudget.Named("coredns-pdb", "kube-system");
    private static readonly ResourceAddress Service = ResourceKind.Service.Named("kube-dns", "kube-system");
    private static readonly ResourceAddress Metrics = ResourceKind.Service.Named("coredns-metrics", "kube-system");
    private static readonly ResourceAddress Monitor = ResourceKind.ServiceMonitor.Named("coredns", "kube-system");
    private static readonly ResourceAddress Rules = ResourceKind.PrometheusRule.Named("coredns", "kube-system");
    private static readonly bool IsCilium = SuiteSettings.Current.NetworkPolicy == NetworkPolicyFlavour.Cilium;

    private static readonly ResourceAddress Policy =
        (IsCilium ? ResourceKind.CiliumNetworkPolicy : ResourceKind.NetworkPolicy).Named("coredns-ingress", "kube-system");

    private const string Counted = "the targets are counted against the replicas of the settings";
    private const string Outside = "it asks for a name outside the cluster as well";
    private const string NeverReady = "a pod that may list nothing runs beside the others, is scraped, is asked and never becomes ready";
    private const string Scraped = "it looks at what is scraped, and nothing is";

    /// <summary>A policy without a rule shuts out the monitoring and every workload alike, whatever they ask; only the pod's own node gets in.</summary>
    private static readonly Dictionary<string, string> AskedFromOutside = Catalog.Rows
        .Where(row => row.Id.StartsWith("AC2.", StringComparison.Ordinal) || row.Id.StartsWith("Bootstrap.", StringComparison.Ordinal)
            || row.Id is "AC3.1" or "AC3.2" or "AC3.3" or "AC3.4" or "AC5.7" or "AC5.8")
        .ToDictionary(row => row.Id, _ => "asks the DNS pods from a workload or from the monitoring, whom the policy shuts out");

    public static IReadOnlyList<LiveSabotage> All { get; } =
    [
        Patched("scaled down by hand", "AC1.1", "status.availableReplicas", Deployment, """{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""", rolls: true)
            .With("AC3.2", Counted).With("AC3.3", Counted),
        LiveSabotage.Deleted("budget deleted", "AC1.2", "there is no PodDisruptionBudget", Budget),
        Patched("budget's selector changed", "AC1.2", "pods that the budget counts", Budget,
            """{"spec":{"selector":{"matchLabels":{"k8s-app":"coredns"}}}}""", """{"spec":{"selector":{"matchLabels":{"k8s-app":"kube-dns"}}}}""", rolls: false),
        Patched("all pods pinned to one node", "AC1.3", "two pods share a node", Deployment,
            """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"WORKER"},"topologySpreadConstraints":null}}}}""",
            """{"spec":{"template":{"spec":{"nodeSelector":null,"topologySpreadConstraints":SPREAD}}}}""", rolls: true),
        new("Service leads to one pod only", "AC2.1", "should be", (cluster, token) => OnePod(cluster, "yes", token), (cluster, token) => OnePod(cluster, null, token)),
        Corefile("the name of a Service rewritten", "AC2.3", "web resolves", text => text.Replace(
            "    errors", "    errors\n    rewrite name web.acceptance-clients.svc.cluster.local nobody.acceptance-clients.svc.cluster.local", StringComparison.Ordinal)),
        Corefile("pod names off", "AC2.4", "pod.cluster.local", text => text.Replace("pods insecure", "pods disabled", StringComparison.Ordinal)),
        Corefile("upstream is nobody", "AC2.5", "example.com", text => Lines(text, line => line.Contains("forward . ", StringComparison.Ordinal) ? "    forward . 192.0.2.1 {" : line))
            .With("AC2.6", Outside).With("AC2.10", Outside).With("AC2.12", Outside).With("AC3.4", Outside),
        Corefile("metrics on another port", "AC3.1", "the metrics of each pod can be read", text => text.Replace("prometheus :9153", "prometheus :9154", StringComparison.Ordinal))
            .With("AC3.2", Scraped).With("AC3.3", Scraped).With("AC3.4", Scraped),
        Patched("metrics Service lost its label", "AC3.2", "Services that the ServiceMonitor selects", Metrics,
            """{"metadata":{"labels":{"app.kubernetes.io/component":null}}}""", """{"metadata":{"labels":{"app.kubernetes.io/component":"metrics"}}}""", rolls: false)
            .With("AC3.3", Scraped).With("AC3.4", Scraped),
        LiveSabotage.Deleted("ServiceMonitor deleted", "AC3.2", "there is no ServiceMonitor", Monitor).With("AC3.3", Scraped).With("AC3.4", Scraped),
        Alert("alert on a dead metric", "AC3.4", "CoreDNSForwardLatencyHigh reads no series of", "CoreDNSForwardLatencyHigh",
            text => text.Replace("coredns_proxy_request", "coredns_forward_request", StringComparison.Ordinal)),
        Alert("alert that cannot be evaluated", "AC3.4", "CoreDNSCacheOverflow", "CoreDNSCacheOverflow",
            _ => "coredns_cache_entries * on (server) coredns_cache_requests_total"),
        Alert("alert that never fires", "AC3.5", "CoreDNSDown", "CoreDNSDown", text => text.Replace("== 0", "== 2", StringComparison.Ordinal)),
        Corefile("no health plugin", "AC4.1", "each pod answers /health", text => WithoutBlock(text, "health {")),
        Patched("root", "AC5.1", "65532", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":false,"runAsUser":0}}}}}""",
            """{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":true,"runAsUser":65532}}}}}""", rolls: true),
        Container("a writable root filesystem", "AC5.2", "ro", "readOnlyRootFilesystem", "false", "true"),
        Container("one capability more", "AC5.3", "more or less than NET_BIND_SERVICE", "capabilities",
            """{"add":["NET_BIND_SERVICE","NET_ADMIN"],"drop":["ALL"]}""", """{"add":["NET_BIND_SERVICE"],"drop":["ALL"]}"""),
        Patched("no seccomp profile", "AC5.4", "no seccomp filter", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"Unconfined"}}}}}}""",
            """{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}}}}""", rolls: true),
        new LiveSabotage("another account", "AC5.5", "coredns", (cluster, token) => Account(cluster, "default", token), (cluster, token) => Account(cluster, "coredns", token))
            .With("AC3.2", NeverReady).With("AC3.3", NeverReady).With("AC4.2", NeverReady).With("AC5.6", NeverReady),
        LiveSabotage.Deleted("policy deleted", "AC5.7", "no ingress policy was delivered", Policy),
        Patched("policy that blocks workloads", "AC5.6", "ok", Policy,
            IsCilium ? """{"spec":{"ingress":[{}]}}""" : """{"spec":{"ingress":[]}}""", """{"spec":{"ingress":INGRESS}}""", rolls: false) with { NeedsEnforcement = true, Companions = AskedFromOutside },
        Patched("policy that lets everyone in", "AC5.7", "a workload reaches port", Policy,
            IsCilium ? """{"spec":{"ingress":[{"fromEntities":["all"]}]}}""" : """{"spec":{"ingress":[{}]}}""", """{"spec":{"ingress":INGRESS}}""", rolls: false) with { NeedsEnforcement = true },
        Patched("budget edited by hand", "AC6.3", "minAvailable: delivered 1, running 0", Budget,
            """{"spec":{"minAvailable":0}}""", """{"spec":{"minAvailable":1}}""", rolls: false),
        Corefile("a plugin added by hand", "AC6.3", "data.Corefile line", text => text.Replace("    errors", "    errors\n    any", StringComparison.Ordinal)),
        Patched("fewer revisions kept", "AC6.3", "spec.revisionHistoryLimit: delivered nothing, running 3", Deployment,
            """{"spec":{"revisionHistoryLimit":3}}""", """{"spec":{"revisionHistoryLimit":10}}""", rolls: false),
        Patched("label of another chart", "AC6.1", "coredns-1.38.0", Deployment,
            """{"metadata":{"labels":{"helm.sh/chart":"coredns-1.35.0"}}}""", """{"metadata":{"labels":{"helm.sh/chart":"coredns-1.38.0"}}}""", rolls: false),
    ];
}
