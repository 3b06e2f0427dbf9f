using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>Names of the NodeLocal DNSCache.</summary>
public static class NodeLocalDnsNames
{
    public const string Name = "node-local-dns";

    public const string Namespace = CoreDnsNames.Namespace;

    /// <summary>A Service beside kube-dns for the cache itself, which may take over the address of kube-dns.</summary>
    public const string UpstreamService = "kube-dns-upstream";

    public const string AppLabel = CoreDnsNames.AppLabel;

    public const int HealthPort = 8080;

    /// <summary>The series of its CoreDNS.</summary>
    public const int MetricsPort = 9253;

    /// <summary>The series of the program around it, which sets up interface and rules.</summary>
    public const int SetupMetricsPort = 9353;

    // Keys of a cluster's settings.
    public const string ImageVariable = "NODE_LOCAL_DNS_IMAGE";
    public const string AddressesVariable = "NODE_LOCAL_DNS_ADDRESSES";
    public const string AddressVariable = "NODE_LOCAL_DNS_ADDRESS";
    public const string BindVariable = "NODE_LOCAL_DNS_BIND";
    public const string HealthVariable = "NODE_LOCAL_DNS_HEALTH";
    public const string TtlVariable = "NODE_LOCAL_DNS_CLUSTER_TTL";

    internal static Mapping Labels() => new() { { AppLabel, Name } };

    internal static Mapping Selector() => new() { { "matchLabels", Labels() } };

    internal static Mapping Metadata(string name = Name) => Resources.Metadata(name, Namespace, Labels());
}
