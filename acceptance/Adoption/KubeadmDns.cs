using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>The CoreDNS that kubeadm installs, by kubeadm itself, which every node of kind has.</summary>
internal static class KubeadmDns
{
    public static async Task Install(LiveCluster cluster, CancellationToken cancellationToken) =>
        await FormerDns.Run(cluster, Script(cluster, await cluster.Api.Version(cancellationToken)), cancellationToken);

    /// <summary>With the image that the nodes have: kubeadm's own choice would have to be pulled.</summary>
    private static string Script(LiveCluster cluster, string version) =>
        $$"""
        cat > /tmp/adoption.yaml <<'END'
        apiVersion: kubeadm.k8s.io/v1beta3
        kind: ClusterConfiguration
        kubernetesVersion: {{version}}
        networking: {serviceSubnet: {{cluster.Cluster.Shape.ServiceRange}}, dnsDomain: {{cluster.Domain}}}
        dns: {imageRepository: docker.io/coredns, imageTag: {{ChartOutput.AppVersion(cluster.Platform)}}}
        END
        kubeadm init phase addon coredns --config /tmp/adoption.yaml --kubeconfig /etc/kubernetes/admin.conf
        """;
}
