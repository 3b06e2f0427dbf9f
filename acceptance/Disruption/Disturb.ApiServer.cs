using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption;

public static partial class Disturb
{
    /// <summary>Takes the API server's manifest away for a third of a minute: kubelets, kube-proxy and CoreDNS go on with what they know.</summary>
    public static async Task StopApiServer(LiveCluster cluster, DisruptionRun run, CancellationToken cancellationToken)
    {
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Clusters.Nodes.IsControlPlane).Name;
        const string Manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
        await cluster.Engine.Exec(node, ["mv", Manifest, "/root/"], cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60), token => Silent(cluster, token), "the kubelet stops an API server whose manifest is gone", cancellationToken);
            run.Note(node, "API server down", ClusterEventKind.ApiServerDown);
            await Throughout.For(
                TimeSpan.FromSeconds(20), token => Silent(cluster, token), "the API server stays down while DNS is asked", cancellationToken);
        }
        finally
        {
            await cluster.Engine.Exec(node, ["mv", "/root/kube-apiserver.yaml", Manifest], CancellationToken.None);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(90), token => cluster.Api.Version(token), "the API server comes back with its manifest", cancellationToken);
        run.Note(node, "API server up", ClusterEventKind.ApiServerUp);
        await Settled(cluster, cancellationToken);
    }

    private static async Task Silent(LiveCluster cluster, CancellationToken cancellationToken)
    {
        string? version;
        try
        {
            version = await cluster.Api.Version(cancellationToken);
        }
        catch (KubernetesApiException)
        {
            version = null;
        }

        version.ShouldBeNull("the API server still answers");
    }
}
