namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>
/// The same cluster for k3s or kubeadm: with the substrate's etcd and CAs, and without their CoreDNS, which this tree delivers.
/// <c>k8s-generate-certs.sh --for</c> puts the CAs where they expect them.
/// </summary>
internal static class OtherInstallers
{
    private static readonly SemVer BetaFour = new(1, 31, 0);

    /// <summary>/etc/rancher/k3s/config.yaml of a server.</summary>
    public static Mapping K3s(SubstrateSettings substrate, Cluster cluster)
    {
        var kubernetes = substrate.Kubernetes!;
        var own = KubernetesPaths.Own(kubernetes);
        return new Mapping
        {
            { "datastore-endpoint", KubernetesUnits.Endpoints(kubernetes) },
            { "datastore-cafile", $"{own}/etcd-ca.crt" },
            { "datastore-certfile", $"{own}/apiserver-etcd-client.crt" },
            { "datastore-keyfile", $"{own}/apiserver-etcd-client.key" },
            { "disable", Resources.Texts("coredns") },
            { "secrets-encryption", true },
            { "cluster-cidr", KubernetesUnits.Ranges(cluster.Pods, cluster.Second?.Pods) },
            { "service-cidr", KubernetesUnits.Ranges(cluster.Services, cluster.Second?.Services) },
            { "cluster-dns", cluster.Dns.ClusterIP.ToString() },
            { "cluster-domain", cluster.Domain.Text },
            { "tls-san", Resources.Texts(Names(substrate)) },
        };
    }

    /// <summary>For <c>kubeadm init --config</c>.</summary>
    public static IEnumerable<Mapping> Kubeadm(SubstrateSettings substrate, Cluster cluster)
    {
        var kubernetes = substrate.Kubernetes!;
        var own = KubernetesPaths.Own(kubernetes);
        var version = kubernetes.Version >= BetaFour ? "kubeadm.k8s.io/v1beta4" : "kubeadm.k8s.io/v1beta3";
        yield return new Mapping
        {
            { "apiVersion", version },
            { "kind", "InitConfiguration" },
            { "skipPhases", Resources.Texts("addon/coredns") },
        };
        yield return new Mapping
        {
            { "apiVersion", version },
            { "kind", "ClusterConfiguration" },
            { "clusterName", cluster.Name.Text },
            { "kubernetesVersion", $"v{kubernetes.Version}" },
            { "controlPlaneEndpoint", $"kubernetes.{substrate.Zone}:{SubstratePaths.Number(KubernetesSettings.ApiPort)}" },
            { "networking", new Mapping
                {
                    { "dnsDomain", cluster.Domain.Text },
                    { "podSubnet", KubernetesUnits.Ranges(cluster.Pods, cluster.Second?.Pods) },
                    { "serviceSubnet", KubernetesUnits.Ranges(cluster.Services, cluster.Second?.Services) },
                }
            },
            { "apiServer", new Mapping
                {
                    { "certSANs", Resources.Texts(Names(substrate)) },
                    { "extraArgs", Encryption(kubernetes) },
                }
            },
            { "etcd", new Mapping
                {
                    { "external", new Mapping
                        {
                            { "endpoints", Resources.Texts(KubernetesUnits.Endpoints(kubernetes).Split(',')) },
                            { "caFile", $"{own}/etcd-ca.crt" },
                            { "certFile", $"{own}/apiserver-etcd-client.crt" },
                            { "keyFile", $"{own}/apiserver-etcd-client.key" },
                        }
                    },
                }
            },
        };
        yield return new Mapping
        {
            { "apiVersion", "kubelet.config.k8s.io/v1beta1" },
            { "kind", "KubeletConfiguration" },
            { "clusterDNS", Resources.Texts(cluster.Dns.ClusterIP.ToString()) },
            { "clusterDomain", cluster.Domain.Text },
        };
    }

    /// <summary>A file in the folder that kubeadm mounts into the API server; arguments are a list since v1beta4.</summary>
    private static Node Encryption(KubernetesSettings kubernetes)
    {
        const string Flag = "encryption-provider-config";
        const string File = "/etc/kubernetes/pki/encryption.yaml";
        return kubernetes.Version >= BetaFour ? Sequence.Of(new Mapping { { "name", Flag }, { "value", File } })
            : new Mapping { { Flag, File } };
    }

    private static IEnumerable<string> Names(SubstrateSettings substrate) =>
        substrate.Kubernetes!.ControlPlanes.Select(host => $"{host.Name}.{substrate.Zone}").Prepend($"kubernetes.{substrate.Zone}");
}
