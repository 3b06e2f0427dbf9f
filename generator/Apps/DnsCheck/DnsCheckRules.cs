namespace PlatformGitOps.Generator.Apps.DnsCheck;

/// <summary>Names that a check of each node would wait for until Flux gives up.</summary>
[RuleIds]
internal static class DnsCheckRules
{
    public const string Name = "dns-check-name";

    public static void Check(Cluster cluster, SectionReader at)
    {
        foreach (var (index, name) in (cluster.Of<DnsCheckSettings>()?.Names ?? []).Index())
        {
            var path = $"dnsCheck.names[{index}]";
            // A server of one's own may have such names, and Kubernetes may answer it a second time there.
            if (name.IsIn(cluster.Domain) && !HasAddress(name.Text, cluster.Domain.Text) && cluster.Dns.ExtraServers.IsEmpty)
            {
                at.Report(Name, path, $"Kubernetes gives no address to {name}: the check would fail on every node.",
                    $"Write a Service as NAME.NAMESPACE.svc.{cluster.Domain}, or a name outside of {cluster.Domain}.", "domain");
            }
            else if (cluster.Dns.Hosts.FirstOrDefault(host => host.Name == name) is { } host
                && host.Addresses.All(address => address.AddressFamily != cluster.Services.Family))
            {
                at.Report(Name, path, $"{name} has no address of the cluster's family in dns.hosts, and the check asks for one.",
                    "Add one there, or write another name.", "network.services", "dns.hosts");
            }
        }
    }

    /// <summary>Services, pods and the cluster's own name server.</summary>
    private static bool HasAddress(string name, string domain)
    {
        var labels = name == domain ? [] : name[..^(domain.Length + 1)].Split('.');
        return labels is ["ns", "dns"] || (labels.Length > 2 && labels[^1] is "svc" or "pod");
    }
}
