using System.Security.Cryptography;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.NodeLocalDns;

/// <summary>
/// The cache's Corefile. It forwards all names but a substrate's to CoreDNS over TCP: stub domains, rewrites and TLS upstreams stay in one
/// place, and kube-proxy keeps the connection tracking of a TCP connection when a pod leaves the Service. The program replaces a
/// placeholder by the address of the upstream Service.
/// </summary>
internal static class NodeLocalDnsConfig
{
    public const string File = "Corefile.base";

    /// <summary>The program replaces this placeholder by the address of <see cref="NodeLocalDnsNames.UpstreamService"/>.</summary>
    public const string UpstreamWord = "__PILLAR__CLUSTER__DNS__";

    private static readonly string Text = string.Concat(
        // A short TTL for cluster names, because the health controller removes endpoints.
        Server($"${{{Variables.ClusterDomain}}}:53 in-addr.arpa:53 ip6.arpa:53",
            $"success 9984 ${{{NodeLocalDnsNames.TtlVariable}}} 0", 5,
            $"    health ${{{NodeLocalDnsNames.HealthVariable}}}\n"),
        Server(".:53", "success 9984 30", 30, ""));

    /// <summary>The name contains a hash of the content: the program reads it at start-up, so a change must be a rollout.</summary>
    public static readonly string Name = $"{NodeLocalDnsNames.Name}-{HashOf(Text)}";

    public static Mapping ConfigMap() => ConfigMap(Text);

    /// <summary>
    /// The same with a server that forwards a substrate's names to the substrate itself: pods can resolve them without CoreDNS. Stale
    /// answers are sent at once, as in CoreDNS (docs/adr/0008).
    /// </summary>
    public static Mapping ConfigMap(SubstrateSettings substrate) => ConfigMap(TextOf(substrate));

    /// <summary>The hash of the text with a substrate's server, before Flux's substitution.</summary>
    public static string HashOf(SubstrateSettings substrate) => HashOf(TextOf(substrate));

    internal static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static string TextOf(SubstrateSettings substrate)
    {
        var zones = string.Join(' ', SubstrateForward.Zones(substrate).Select(zone => $"{zone}:53"));
        var plugins = Corefile.SubstratePlugins(substrate, NodeLocalDnsNames.MetricsPort)
            .Add(new("reload")).Add(new("bind", $"${{{NodeLocalDnsNames.BindVariable}}}"));
        return $"{Text}{zones} {{\n{string.Concat(plugins.Select(plugin => plugin.Indented("    ")))}}}\n";
    }

    private static Mapping ConfigMap(string text) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", NodeLocalDnsNames.Metadata(Name) },
        { "data", new Mapping { { File, text } } },
    };

    private static string Server(string zones, string success, int denial, string more) => $$"""
        {{zones}} {
            errors
            cache {
                {{success}}
                denial 9984 {{denial}}
                prefetch 10 1m 10%
                servfail 0s
                serve_stale 1h verify
            }
            reload
            loop
            bind {{"${" + NodeLocalDnsNames.BindVariable + "}"}}
            forward . {{UpstreamWord}} {
                force_tcp
                max_concurrent 1000
            }
            prometheus :{{NodeLocalDnsNames.MetricsPort}}
        {{more}}}

        """;
}
