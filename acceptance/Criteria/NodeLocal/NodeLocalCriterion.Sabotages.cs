using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria.NodeLocal;

public static partial class NodeLocalCriterion
{
    /// <summary>The fixture without Cilium, whose caches are on the Service's address; those of the sample are on their own.</summary>
    private const string OnServiceAddress = "node-local";

    private static readonly ResourceAddress Upstream =
        ResourceKind.Service.Named(NodeLocalDnsNames.UpstreamService, NodeLocalDnsNames.Namespace);

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("caches on nodes without a taint alone", "NodeLocal.1", "nodes with a taint", tree =>
            Daemon(tree, "spec.template.spec.tolerations", new JsonArray())),
        new("a cache in the network of its pod", "NodeLocal.1", "on an interface of the pod", tree =>
            Daemon(tree, "spec.template.spec.hostNetwork", false)),
        new("a cache beside the Service's address", "NodeLocal.1", "go past the cache", tree =>
            Daemon(tree, "spec.template.spec.containers[0].args[1]", "169.254.20.11")),
        new("a stop without a second interface", "NodeLocal.1", "takes its addresses off the node", tree =>
            Daemon(tree, "spec.template.spec.containers[0].lifecycle", null)) { Definition = OnServiceAddress },
        new("a second interface that the cache deletes", "NodeLocal.1", "deletes that interface itself", tree =>
            Daemon(tree, "spec.template.spec.containers[0].lifecycle.preStop.exec.command[4]", "nodelocaldns"))
            { Definition = OnServiceAddress },
        new("the cache's own address first", "NodeLocal.1", "have no way", tree =>
            Daemon(tree, "spec.template.spec.containers[0].args[1]", "169.254.20.10,10.245.0.10")) { Definition = OnServiceAddress },
        new("rules that stay at the Service's address", "NodeLocal.1", "nobody would answer", tree =>
            tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").At("spec.template.spec.containers[0].args")!.AsArray()
                .Add("-skipteardown=true")) { Definition = OnServiceAddress },
        new("one cache after the other on its own address", "NodeLocal.1", "no DNS until the next cache runs", tree =>
            Daemon(tree, "spec.updateStrategy.rollingUpdate", new JsonObject { ["maxUnavailable"] = 1 })),
        new("a cache that takes the address of the next one", "NodeLocal.1", "takes the address of the newer one", tree =>
            tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").At("spec.template.spec.containers[0].args")!.AsArray()
                .RemoveAll(argument => (string?)argument == "-skipteardown=true")),
        new("the cache asks over UDP", "NodeLocal.3", "over UDP", tree =>
        {
            var data = tree.NodeLocalDns.Single(resource => resource.Kind == "ConfigMap").Document["data"]!.AsObject();
            data[data.Single().Key] = ((string)data.Single().Value!).Replace("force_tcp", "", StringComparison.Ordinal);
        }),
        new("the cache asks nobody", "NodeLocal.3", "has nobody to ask", tree =>
            JsonPath.Set(
                tree.NodeLocalDns.Single(resource => resource.Kind == "Service" && resource.Name == NodeLocalDnsNames.UpstreamService)
                    .Document,
                "spec.selector", new JsonObject { ["k8s-app"] = "other" })),
        new("the substrate's names by way of CoreDNS", "NodeLocal.8", "does not ask the substrate's own servers", tree =>
        {
            var data = tree.NodeLocalDns.Single(resource => resource.Kind == "ConfigMap").Document["data"]!.AsObject();
            data[data.Single().Key] = ((string)data.Single().Value!).Replace("forward . ${SUBSTRATE_SERVERS} {",
                $"forward . {CoreDnsWord} {{\n        force_tcp", StringComparison.Ordinal);
        }),
        new("allow-dns for CoreDNS's pods alone", "NodeLocal.9", "NetworkPolicy: the cache at 10.245.0.10 is out of reach", tree =>
            JsonPath.Set(tree.AllowDns[1].Document, "spec.egress[0].to", new JsonArray(tree.AllowDns[1].At("spec.egress[0].to[0]")!
                .DeepClone()))) { Definition = OnServiceAddress },
        new("allow-dns without the node of the pod", "NodeLocal.9", "CiliumNetworkPolicy: the cache at 10.245.0.10 is out of reach",
            tree => tree.AllowDns[0].At("spec.egress")!.AsArray().RemoveAt(1)) { Definition = OnServiceAddress },
        new("allow-dns to every address", "NodeLocal.9", "a tunnel out", tree =>
            JsonPath.Set(tree.AllowDns[1].Document, "spec.egress[0].to[1].ipBlock.cidr", "0.0.0.0/0")),
        new("caches that keep the former servers", "NodeLocal.8", "do not reach a cache that runs", tree =>
            Daemon(tree, "spec.template.metadata.annotations", new JsonObject())),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Changed(
            "caches on nodes without a taint alone", "NodeLocal.1", "nodes that get a cache",
            CachedCluster.DaemonSet, "spec.template.spec.tolerations", _ => new JsonArray()),
        // A connection that is open stays so when its pod leaves the Service: caches that are new have none.
        LiveSabotage.Changed(
            "the cache asks nobody", "NodeLocal.3", "did not reach CoreDNS",
            Upstream, "spec.selector", _ => new JsonObject { [CoreDnsNames.AppLabel] = "other" }, CachedCluster.Restart),
        SubstrateByWayOfCoreDns,
    ];

    private static void Daemon(SabotagedTree tree, string path, JsonNode? value) =>
        JsonPath.Set(tree.NodeLocalDns.Single(resource => resource.Kind == "DaemonSet").Document, path, value);
}
