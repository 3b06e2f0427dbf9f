using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering.Chart;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>The CoreDNS that kubeadm installs, in place of the delivered one.</summary>
public static class FormerDns
{
    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    /// <summary>Takes the delivered DNS away and has kubeadm install its own; returns once that serves.</summary>
    public static async Task Install(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Delivery!.Withdraw(cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token => (await cluster.DnsPods(token)).ShouldBeEmpty("pods of the delivered DNS"),
            "the delivered DNS is taken away",
            cancellationToken);
        var node = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Nodes.IsControlPlane).Name;
        var installed = await cluster.Engine.Exec(node, ["sh", "-c", Script(cluster, await cluster.Api.Version(cancellationToken))], cancellationToken);
        installed.ExitCode.ShouldBe(0, $"kubeadm init phase addon coredns: {installed.Output}{installed.Error}");

        // As a site would: kubeadm's Corefile asks what the node asks, which in a node that is a container leads to the internet.
        var corefile = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!
            .Replace("/etc/resolv.conf", TestPlatform.UpstreamAddress(cluster.Role).ToString(), StringComparison.Ordinal);
        await cluster.Api.Patch(Configuration, new JsonObject { ["data"] = new JsonObject { ["Corefile"] = corefile } }, cancellationToken);
        await Rollout.Restart(cluster, cancellationToken);
    }

    /// <summary>Whatever a take-over that failed has left, the delivered DNS stands afterwards.</summary>
    public static async Task Remove(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var (kind, name) in new[]
        {
            (ResourceKind.Deployment, "coredns"), (ResourceKind.Service, "kube-dns"), (ResourceKind.ConfigMap, "coredns"), (ResourceKind.ServiceAccount, "coredns"),
            (ResourceKind.EndpointSlice, "kube-dns-adoption"),
        })
        {
            await cluster.Api.Delete(kind.Named(name, "kube-system"), null, cancellationToken);
        }

        foreach (var left in await cluster.Api.List(ResourceKind.ReplicaSet, "kube-system", "k8s-app=kube-dns", cancellationToken))
        {
            await cluster.Api.Delete(ResourceKind.ReplicaSet.Named(left.Name, "kube-system"), null, cancellationToken);
        }

        await cluster.Delivery!.Withdraw(cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
        await cluster.Delivery.Deliver(cluster.Platform, cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }

    /// <summary>With the image that the nodes have: kubeadm's own choice would have to be pulled.</summary>
    private static string Script(LiveCluster cluster, string version) =>
        $$"""
        cat > /tmp/adoption.yaml <<'END'
        apiVersion: kubeadm.k8s.io/v1beta3
        kind: ClusterConfiguration
        kubernetesVersion: {{version}}
        networking: {serviceSubnet: {{cluster.Cluster.Shape.ServiceRange}}, dnsDomain: {{cluster.Domain}}}
        dns: {imageRepository: docker.io/coredns, imageTag: {{ChartModel.AppVersion}}}
        END
        kubeadm init phase addon coredns --config /tmp/adoption.yaml --kubeconfig /etc/kubernetes/admin.conf 2>&1
        """;
}
