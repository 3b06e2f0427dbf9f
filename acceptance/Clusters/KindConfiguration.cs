using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>kind's configuration for a cluster of the definition, and the hash by which a running one is known again.</summary>
public static class KindConfiguration
{
    /// <summary>Node label that carries the hash, so that a cluster tells itself what it was made from.</summary>
    public const string HashLabel = "acceptance.platform-gitops.io/configuration";

    /// <summary>
    /// A prober writes about 80 kB a second, and what the kubelet has rotated cannot be read through the API server any more: its default,
    /// 10 MiB, holds two minutes.
    /// </summary>
    public const string LogSize = "100Mi";

    /// <param name="plugin">The text of the network plugin's manifests that take the place of kind's own; null is kind's own.</param>
    public static (string Configuration, string Hash) Of(ClusterShape shape, int workers, string? image, string? plugin = null)
    {
        var plain = Document(shape, workers, plugin is not null, hash: null).ToJsonString();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{image}\n{plain}{plugin}")))[..16];
        return (Document(shape, workers, plugin is not null, hash).ToJsonString(), hash);
    }

    private static JsonObject Document(ClusterShape shape, int workers, bool ownPlugin, string? hash) => new()
    {
        ["kind"] = "Cluster",
        ["apiVersion"] = "kind.x-k8s.io/v1alpha4",
        ["networking"] = new JsonObject
        {
            ["ipFamily"] = shape.Families,
            ["podSubnet"] = shape.PodRange,
            ["serviceSubnet"] = shape.ServiceRange,
            ["kubeProxyMode"] = Cluster.KubeProxyModes.Of(shape.KubeProxy),
            // The host's search domains would otherwise turn every name in a pod into more queries (kind#3984).
            ["dnsSearch"] = new JsonArray(),
            ["disableDefaultCNI"] = ownPlugin,
        },
        // CoreDNS comes from the tree. A patch replaces kind's own list of skipped phases, so that preflight stays in it (kind#3606).
        ["kubeadmConfigPatches"] = new JsonArray(
            """{"kind": "InitConfiguration", "skipPhases": ["preflight", "addon/coredns"]}""",
            $$"""
            {"kind": "KubeletConfiguration", "clusterDNS": ["{{shape.DnsAddress}}"], "clusterDomain": "{{shape.Domain}}",
             "containerLogMaxSize": "{{LogSize}}"}
            """),
        ["nodes"] = new JsonArray([Node("control-plane", hash), .. Enumerable.Range(0, workers).Select(_ => Node("worker", hash))]),
    };

    private static JsonObject Node(string role, string? hash)
    {
        var node = new JsonObject { ["role"] = role };
        if (hash is not null)
        {
            node["labels"] = new JsonObject { [HashLabel] = hash };
        }

        return node;
    }
}
