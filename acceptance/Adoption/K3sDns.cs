using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>The CoreDNS that k3s installs, by k3s itself from its folder of manifests.</summary>
internal static class K3sDns
{
    private const string Manifests = "/var/lib/rancher/k3s/server/manifests";

    public static async Task Install(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var manifest = await Manifest(cluster, cancellationToken);
        await FormerDns.Run(
            cluster,
            $"""
            kubectl --namespace kube-system delete addon former-dns --ignore-not-found
            cat > {Manifests}/former-dns.yaml <<'END'
            {manifest}
            END
            """,
            cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => await cluster.Require(ResourceKind.Deployment.Named("coredns", "kube-system"), token),
            "k3s, which looks into the folder every 15 s, applies the manifest",
            cancellationToken);

        // k3s applies it again at its next start, were it still there.
        await FormerDns.Run(cluster, $"rm {Manifests}/former-dns.yaml", cancellationToken);

        // k3s writes the nodes' names itself, but not in a server without CoreDNS, and pods do not start without them.
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        await cluster.Api.Patch(
            ResourceKind.ConfigMap.Named("coredns", "kube-system"),
            JsonPath.Patch("data.NodeHosts", string.Concat(nodes.Select(node => $"{Nodes.Address(node)} {node.Name}\n"))),
            cancellationToken);
    }

    /// <summary>The manifest that k3s writes for these ranges, from a second server: one without CoreDNS deletes it.</summary>
    private static async Task<string> Manifest(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var name = $"{cluster.Cluster.Name}-manifest";
        var arguments = K3sProvider.Arguments(cluster.Cluster.Shape, name).Except([K3sProvider.NoCoreDns]);
        try
        {
            await K3sProvider.Start(name, SuiteSettings.Current.K3sImage, arguments, cancellationToken);
            return await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    var file = await cluster.Engine.Exec(name, ["cat", $"{Manifests}/coredns.yaml"], token);
                    return file.Succeeded && file.Output.Length > 0 ? file.Output : throw new NotYetException(file.Error);
                },
                "k3s writes its manifests once its API server answers",
                cancellationToken);
        }
        finally
        {
            await cluster.Engine.Remove(name, CancellationToken.None);
        }
    }
}
