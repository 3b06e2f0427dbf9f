namespace PlatformGitOps.Generator.Takeover;

/// <summary>The address that pods query in a cluster without the Service kube-dns.</summary>
internal static class MissingService
{
    public static IEnumerable<Finding> Of(RunningDns live, Cluster cluster)
    {
        if (live.Service is not null)
        {
            yield break;
        }

        var wanted = cluster.Dns.ClusterIP.ToString();
        var others = live.OtherServices.Where(other => RunningDns.Address(other) != wanted).ToArray();
        foreach (var other in others)
        {
            yield return live.Error(TakeoverCheck.Address,
                $"{other.Id.Title} answers DNS at {RunningDns.Address(other)}, and the Service kube-dns does not exist. Pods query that "
                    + $"address, and cluster {cluster.Name} of the definition has {wanted}.",
                "The steps are for a Service kube-dns. Find out who delivers the other one, and which address the kubelets give to pods.");
        }

        if (KubeletAddress(live) is { } given && !given.Equals(cluster.Dns.ClusterIP) && !IsOfNode(given)
            && !Array.Exists(others, other => RunningDns.Address(other) == given.ToString()))
        {
            yield return live.Error(TakeoverCheck.Address,
                $"The kubelets give pods the DNS address {given} (ConfigMap kube-system/kubelet-config), and cluster {cluster.Name} of the "
                    + $"definition has {wanted}.",
                $"Write 'dns.clusterIP: {given}', or change clusterDNS of the kubelets.");
        }
    }

    /// <summary>The first address in the configuration that kubeadm keeps for kubelets; null without one.</summary>
    private static IPAddress? KubeletAddress(RunningDns live) =>
        live.Objects.FirstOrDefault(resource => resource is { Kind: "ConfigMap", Name: "kubelet-config" })
            ?.Body.TextAt("data", "kubelet") is { } text
        && YamlReader.Read("kubelet-config", text, YamlOptions.Tree).Documents.OfType<Mapping>().FirstOrDefault()
            ?.ItemsAt("clusterDNS") is [Scalar { Value: var given }, ..]
        && IPAddress.TryParse(given, out var address) ? address : null;

    /// <summary>True for the address of a cache on the node, such as NodeLocal DNSCache.</summary>
    private static bool IsOfNode(IPAddress address) => address.IsIPv6LinkLocal || address.GetAddressBytes() is [169, 254, _, _];
}
