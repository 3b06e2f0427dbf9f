using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>What goes wrong in clusters behind the back of the tree.</summary>
public static class LiveSabotages
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

    public static IReadOnlyList<LiveSabotage> All { get; } =
    [
        Patched("scaled down by hand", "AC1.1", "status.availableReplicas", Deployment, """{"spec":{"replicas":1}}""", """{"spec":{"replicas":2}}""", rolls: true),
        Removed("budget deleted", "AC1.2", "there is no PodDisruptionBudget", Budget),
        Patched("budget's selector changed", "AC1.2", "pods that the budget counts", Budget,
            """{"spec":{"selector":{"matchLabels":{"k8s-app":"coredns"}}}}""", """{"spec":{"selector":{"matchLabels":{"k8s-app":"kube-dns"}}}}""", rolls: false),
        Patched("all pods pinned to one node", "AC1.3", "two pods share a node", Deployment,
            """{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"WORKER"},"topologySpreadConstraints":null}}}}""",
            """{"spec":{"template":{"spec":{"nodeSelector":null,"topologySpreadConstraints":SPREAD}}}}""", rolls: true),
        Patched("Service leads to another label", "AC2.1", "should be", Service,
            """{"spec":{"selector":{"k8s-app":"coredns"}}}""", """{"spec":{"selector":{"k8s-app":"kube-dns"}}}""", rolls: false),
        Corefile("zone of another cluster", "AC2.3", "kubernetes.default", text => text.Replace("kubernetes cluster.local", "kubernetes other.local", StringComparison.Ordinal)),
        Corefile("pod names off", "AC2.4", "pod.cluster.local", text => text.Replace("pods insecure", "pods disabled", StringComparison.Ordinal)),
        Corefile("upstream is nobody", "AC2.5", "example.com", text => Lines(text, line => line.Contains("forward . ", StringComparison.Ordinal) ? "    forward . 192.0.2.1 {" : line)),
        Corefile("metrics on another port", "AC3.1", "the metrics of each pod can be read", text => text.Replace("prometheus :9153", "prometheus :9154", StringComparison.Ordinal)),
        Patched("metrics Service lost its label", "AC3.2", "Services that the ServiceMonitor selects", Metrics,
            """{"metadata":{"labels":{"app.kubernetes.io/component":null}}}""", """{"metadata":{"labels":{"app.kubernetes.io/component":"metrics"}}}""", rolls: false),
        Removed("ServiceMonitor deleted", "AC3.2", "there is no ServiceMonitor", Monitor),
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
        new("another account", "AC5.5", "coredns", (cluster, token) => Account(cluster, "default", token), (cluster, token) => Account(cluster, "coredns", token)),
        Removed("policy deleted", "AC5.7", "no ingress policy was delivered", Policy),
        Patched("policy that blocks workloads", "AC5.6", "ok", Policy,
            IsCilium ? """{"spec":{"ingress":[{}]}}""" : """{"spec":{"ingress":[]}}""", """{"spec":{"ingress":INGRESS}}""", rolls: false) with { NeedsEnforcement = true },
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

    /// <summary>Another expression for one alert of the live rules. A merge patch replaces the whole list of groups.</summary>
    private static LiveSabotage Alert(string name, string owner, string says, string alert, Func<string, string> change)
    {
        JsonNode? before = null;
        return new LiveSabotage(
            name,
            owner,
            says,
            async (cluster, token) =>
            {
                before = (await cluster.Require(Rules, token)).At("spec.groups")!.DeepClone();
                var groups = before.DeepClone();
                var rule = groups.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Single(entry => (string?)entry!["alert"] == alert)!;
                rule["expr"] = change((string)rule["expr"]!);
                await Write(cluster, groups, token);
            },
            (cluster, token) => Write(cluster, before!, token));

        static Task Write(LiveCluster cluster, JsonNode groups, CancellationToken cancellationToken) => cluster.Api.Patch(
            Rules, new JsonObject { ["spec"] = new JsonObject { ["groups"] = groups.DeepClone() } }, cancellationToken);
    }

    private static LiveSabotage Patched(
        string name, string owner, string says, ResourceAddress address, string change, string back, bool rolls) => new(
        name,
        owner,
        says,
        (cluster, token) => Change(cluster, address, change, rolls, token),
        (cluster, token) => Change(cluster, address, back, rolls, token));

    private static LiveSabotage Container(string name, string owner, string says, string field, string change, string back) => new(
        name,
        owner,
        says,
        (cluster, token) => SetInContainer(cluster, field, change, token),
        (cluster, token) => SetInContainer(cluster, field, back, token));

    private static LiveSabotage Removed(string name, string owner, string says, ResourceAddress address)
    {
        Resource? before = null;
        return new LiveSabotage(
            name,
            owner,
            says,
            async (cluster, token) =>
            {
                before = await cluster.Require(address, token);
                await cluster.Api.Delete(address, null, token);
            },
            async (cluster, token) =>
            {
                var copy = before!.Copy();
                copy.Document.Remove("status");
                foreach (var owned in new[] { "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields" })
                {
                    copy.Document["metadata"]!.AsObject().Remove(owned);
                }

                await cluster.Api.Apply(address.Kind, copy, token);
            });
    }

    private static LiveSabotage Corefile(string name, string owner, string says, Func<string, string> change)
    {
        var before = "";
        return new LiveSabotage(
            name,
            owner,
            says,
            async (cluster, token) =>
            {
                before = await Sabotage.Corefile.Read(cluster, token);
                await Sabotage.Corefile.Write(cluster, change(before), token);
            },
            (cluster, token) => Sabotage.Corefile.Write(cluster, before, token));
    }

    /// <summary>A pod with the wrong account may list nothing and never becomes ready, so that the rollout cannot be waited for.</summary>
    private static async Task Account(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        await Change(
            cluster, Deployment, """{"spec":{"template":{"spec":{"serviceAccountName":"NAME","serviceAccount":"NAME"}}}}""".Replace("NAME", name, StringComparison.Ordinal), rolls: name == "coredns", cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).ShouldContain(pod => pod.Text("spec.serviceAccountName") == name),
            $"a pod with the account {name} is made",
            cancellationToken);
    }

    private static string Lines(string text, Func<string, string?> change) =>
        string.Join('\n', text.Split('\n').Select(change).Where(line => line is not null));

    private static string WithoutBlock(string text, string opening)
    {
        var inside = false;
        return Lines(text, line =>
        {
            var was = inside;
            inside = inside ? line.Trim() != "}" : line.Trim() == opening;
            return was || inside ? null : line;
        });
    }

    private static async Task Change(LiveCluster cluster, ResourceAddress address, string patch, bool rolls, CancellationToken cancellationToken)
    {
        var worker = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(node => !Clusters.Nodes.IsControlPlane(node)).Name;
        var text = patch.Replace("WORKER", worker, StringComparison.Ordinal)
            .Replace("INGRESS", cluster.Tree.Delivered.FirstOrDefault(resource => resource.Name == Policy.Name)?.At("spec.ingress")?.ToJsonString() ?? "null", StringComparison.Ordinal)
            .Replace("SPREAD", cluster.Tree.PodTemplate.At("spec.topologySpreadConstraints")!.ToJsonString(), StringComparison.Ordinal);
        await cluster.Api.Patch(address, (JsonObject)JsonNode.Parse(text)!, cancellationToken);
        if (rolls)
        {
            await Rollout.Done(cluster, cancellationToken);
        }
    }

    /// <summary>A merge patch replaces the whole list of containers: the changed container goes in whole.</summary>
    private static async Task SetInContainer(LiveCluster cluster, string field, string value, CancellationToken cancellationToken)
    {
        var containers = (await cluster.Require(Deployment, cancellationToken)).At("spec.template.spec.containers")!.DeepClone();
        containers[0]!["securityContext"]![field] = JsonNode.Parse(value);
        await cluster.Api.Patch(
            Deployment,
            new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = containers } } } },
            cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }
}
