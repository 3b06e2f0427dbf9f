using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Acceptance.Waiting;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC5Security
{
    private const string NeverReady = "a pod that may list nothing runs beside the others, is scraped and queried, and never becomes ready";
    private const string ShutOut = "queries the DNS pods from a workload or from the monitoring, which the policy blocks";

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("root", "AC5.1", "runs as root", tree => tree.Value("podSecurityContext.runAsUser", 0)),
        new("non-root without a number", "AC5.1", "the kubelet refuses", tree => tree.Value("podSecurityContext.runAsUser", null)),
        new("a writable root filesystem", "AC5.2", "can be written to",
            tree => tree.Value("securityContext.readOnlyRootFilesystem", false)),
        new("NET_BIND_SERVICE dropped, as the story asks", "AC5.3", "exec fails",
            tree => tree.Value("securityContext.capabilities.add", new JsonArray())),
        new("one capability more", "AC5.3", "more is not needed",
            tree => tree.Value("securityContext.capabilities.add", new JsonArray("NET_BIND_SERVICE", "NET_ADMIN"))),
        new("nothing dropped", "AC5.3", "capabilities are kept", tree => tree.Value("securityContext.capabilities.drop", new JsonArray())),
        new("privilege escalation allowed", "AC5.3", "gain privileges",
            tree => tree.Value("securityContext.allowPrivilegeEscalation", true)),
        new("no seccomp profile", "AC5.4", "not filtered", tree => tree.Value("podSecurityContext.seccompProfile", null)),
        new("the namespace's default account", "AC5.5", "every pod of the namespace", tree => tree.Value("serviceAccount", null)),
        new("an account that the chart does not create", "AC5.5", "does not create", tree => tree.Value("serviceAccount.create", false)),
        new("policy that blocks workloads", "AC5.6", "UDP query is blocked", tree => Ingress(tree).RemoveAt(0)),
        new("policy that lets UDP in and forgets TCP", "AC5.6", "TCP query is blocked",
            tree => Ingress(tree)[0]!["toPorts"]![0]!["ports"]![0]!["protocol"] = "UDP"),
        new("policy that lets everyone in", "AC5.7", "open resolver", tree => Ingress(tree)
            .Add(new JsonObject { ["fromEntities"] = new JsonArray("all") })),
        new("no policy", "AC5.7", "open resolver", tree => tree.Remove("CiliumNetworkPolicy", "coredns-ingress")),
        new("policy that shuts the monitoring out", "AC5.7", "cannot scrape", tree => Ingress(tree).RemoveAt(2)),
        new("allow-dns forgets TCP", "AC5.8", "cannot query over TCP",
            tree => tree.AllowDns[0].At("spec.egress[0].toPorts[0].ports[0]")!["protocol"] = "UDP"),
        new("allow-dns for pods that are not DNS", "AC5.8", "cannot query over UDP", tree => JsonPath.Set(
            tree.AllowDns[1].Document, "spec.egress[0].to[0].podSelector",
            new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "dns" } })),
        new("allow-dns for every port", "AC5.8", "reaches other ports", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject()
            .Remove("ports")),
        new("allow-dns to everyone", "AC5.8", "a tunnel out", tree => tree.AllowDns[1].At("spec.egress[0]")!.AsObject().Remove("to")),
        new("allow-dns that cuts the workload off", "AC5.8", "cuts the workload off", tree => tree.AllowDns[0].At("spec")!.AsObject()
            .Remove("enableDefaultDeny")),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("root", "AC5.1", "65532", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":false,"runAsUser":0}}}}}""",
            """{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":true,"runAsUser":65532}}}}}""", rolls: true),
        Container("a writable root filesystem", "AC5.2", "ro", "readOnlyRootFilesystem", "false", "true"),
        Container("one capability more", "AC5.3", "more or less than NET_BIND_SERVICE", "capabilities",
            """{"add":["NET_BIND_SERVICE","NET_ADMIN"],"drop":["ALL"]}""", """{"add":["NET_BIND_SERVICE"],"drop":["ALL"]}"""),
        Patched("no seccomp profile", "AC5.4", "no seccomp filter", Deployment,
            """{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"Unconfined"}}}}}}""",
            """{"spec":{"template":{"spec":{"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}}}}""", rolls: true),
        new LiveSabotage(
            "another account", "AC5.5", "coredns", (cluster, token) => UseAccount(cluster, "default", token),
            (cluster, token) => UseAccount(cluster, "coredns", token))
            .With(NeverReady, "AC3.2", "AC3.3", "AC3.6", "AC4.2", "AC5.6"),
        LiveSabotage.Deleted("policy deleted", "AC5.7", "no ingress policy was delivered", IngressPolicy),
        Patched("policy that blocks workloads", "AC5.6", "ok", IngressPolicy,
            IsCilium ? """{"spec":{"ingress":[{}]}}""" : """{"spec":{"ingress":[]}}""", """{"spec":{"ingress":INGRESS}}""", rolls: false)
            .With(ShutOut, QueriedFromOutside()) with { NeedsEnforcement = true },
        Patched("policy that lets everyone in", "AC5.7", "a workload reaches port", IngressPolicy,
            IsCilium ? """{"spec":{"ingress":[{"fromEntities":["all"]}]}}""" : """{"spec":{"ingress":[{}]}}""",
            """{"spec":{"ingress":INGRESS}}""", rolls: false)
            with { NeedsEnforcement = true },
    ];

    /// <summary>A policy without a rule blocks the monitoring and every workload; only the pod's own node gets in.</summary>
    private static IEnumerable<string> QueriedFromOutside() =>
        Catalog.Checks.Select(check => check.Id)
            .Where(id => id.StartsWith("AC2.", StringComparison.Ordinal) || id.StartsWith("Bootstrap.", StringComparison.Ordinal))
            .Concat(["AC3.1", "AC3.2", "AC3.3", "AC3.4", "AC5.7", "AC5.8"]);

    /// <summary>A pod with the wrong account may list nothing and never becomes ready, so the rollout cannot be waited for.</summary>
    private static async Task UseAccount(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        var patch = """{"spec":{"template":{"spec":{"serviceAccountName":"NAME","serviceAccount":"NAME"}}}}""".Replace(
            "NAME", name, StringComparison.Ordinal);
        await Patch(cluster, Deployment, patch, rolls: name == "coredns", cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).ShouldContain(pod => pod.Text("spec.serviceAccountName") == name),
            $"a pod with the account {name} is created",
            cancellationToken);
    }

    private static JsonArray Ingress(SabotagedTree tree) => tree.Get("CiliumNetworkPolicy", "coredns-ingress")
        .At("spec.ingress")!.AsArray();
}
