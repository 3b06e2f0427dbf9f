using System.Net;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The server of a cluster's stub domains, in place of the definition's, which a cluster of the suite cannot reach. It is not the suite's
/// upstream: that one would be asked without a stub domain too.
/// </summary>
internal static class StubServer
{
    public const string Address = "192.0.2.61";

    private const string Label = "probe";

    public static string NameIn(DomainName zone) => $"{Label}.{zone}";

    /// <summary>The same domains at this address, without TLS.</summary>
    public static DnsSettings At(DnsSettings dns, IPAddress address) => dns with
    {
        StubDomains =
        [
            .. dns.StubDomains.Select(stub => stub with
            {
                Forwarding = stub.Forwarding with { Servers = [new Upstream(address)], ServerName = null },
            }),
        ],
    };

    /// <summary>Nothing where the cluster has no stub domains.</summary>
    public static Task Install(
        KubernetesApi api, DnsSettings dns, WorkloadSettings workloads, CancellationToken cancellationToken) => dns.StubDomains.IsEmpty
        ? Task.CompletedTask
        : new SuiteDnsServer("stub", [dns.StubDomains[0].Forwarding.Servers[0].Address.ToString()], Files(dns)) { Workloads = workloads }
            .Install(api, cancellationToken);

    private static Dictionary<string, string> Files(DnsSettings dns) => new()
    {
        ["Corefile"] = $$"""
            .:53 {
                errors
                ready :8181
                hosts /dev/null {
            {{string.Join('\n', dns.StubDomains.Select(stub => $"        {Address} {NameIn(stub.Zone)}"))}}
                }
            }

            """,
    };
}
