namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// Upstream DNS server of the tests: a CoreDNS with one zone, so that external names need no internet access. As a resolver does, it denies
/// every name that it does not know; names of one more zone fail.
/// </summary>
public static class UpstreamDns
{
    public const string Namespace = "acceptance";
    public const string Name = "upstream";
    public const string ExternalName = "example.com";
    public const string ExternalAddress = "192.0.2.10";
    public const string ExternalAddress6 = "2001:db8::10";

    /// <summary>All names in it are answered with SERVFAIL, as if their own servers were down.</summary>
    public const string FailingZone = "fails.example.org";

    public static readonly string[] MailExchange = ["10 mail.example.com."];

    /// <summary>The minimum of each SOA: how many seconds a negative answer may be cached.</summary>
    public const int NegativeTtl = 7;

    /// <summary>Seconds that an answer may be kept.</summary>
    public const int Ttl = 3600;

    /// <summary>A name whose answer does not fit into a UDP datagram of 512 bytes.</summary>
    public const string LargeName = "large.example.com";

    /// <summary>A name with so many addresses that a C library must retry over TCP; it queries without EDNS, for 512 bytes.</summary>
    public const string ManyName = "many.example.com";

    /// <summary>A new name, which no cache can have.</summary>
    public static string NewName() => $"{Guid.NewGuid():N}.new.{ExternalName}";

    public static IReadOnlyList<string> ManyAddresses { get; } = [.. Enumerable.Range(101, 40).Select(last => $"192.0.2.{last}")];

    // Without a zone for all names, unknown ones would fail, and some C libraries (musl) would stop their search there.
    private const string Answers = $$"""
            template ANY ANY {{FailingZone}} {
                rcode SERVFAIL
            }
            file /etc/coredns/zone {{ExternalName}}
            file /etc/coredns/root .
        """;

    private const string Corefile = $$"""
        .:53 {
            errors
            ready :8181
        {{Answers}}
        }

        """;

    private const string OverTls = $$"""
        tls://.:853 {
            errors
            tls /etc/coredns/tls.crt /etc/coredns/tls.key
        {{Answers}}
        }

        """;

    /// <summary>True if an earlier run has left one at this address.</summary>
    public static async Task<bool> Exists(KubernetesApi api, string address, CancellationToken cancellationToken) =>
        (await api.Get(ResourceKind.Service.Named(Name, Namespace), cancellationToken))?.Text("spec.clusterIP") == address;

    /// <summary>At the addresses of the cluster's upstreams; also over TLS if those have a server name.</summary>
    public static async Task Install(
        KubernetesApi api, DnsSettings dns, WorkloadSettings workloads, CancellationToken cancellationToken)
    {
        var certificate = dns.Forwarding.ServerName is { } name ? await UpstreamCertificate.Of(api, name.Text, cancellationToken) : null;
        if (certificate is not null)
        {
            await UserSecrets.Create([certificate.Trust()], api, cancellationToken);
        }

        await Server([.. dns.Upstreams.Select(upstream => upstream.Address.ToString())], workloads, certificate)
            .Install(api, cancellationToken);
    }

    internal static SuiteDnsServer Server(
        IReadOnlyList<string> addresses, WorkloadSettings workloads, UpstreamCertificate? certificate = null) =>
        new(Name, addresses, new Dictionary<string, string>
        {
            ["Corefile"] = certificate is null ? Corefile : Corefile + OverTls,
            ["zone"] = Zone(),
            ["root"] = $"$ORIGIN .\n{Authority}\n",
        })
        {
            Workloads = workloads,
            Secret = certificate?.Files ?? new Dictionary<string, string>(),
        };

    private static string Authority { get; } = $"""
        @ {NegativeTtl} IN SOA ns hostmaster 1 7200 3600 1209600 {NegativeTtl}
        @ {Ttl} IN NS ns
        """;

    private static string Zone()
    {
        var texts = string.Join('\n', Enumerable.Range(0, 30).Select(i => $"large IN TXT \"line {i:00} of an answer that does not fit\""));
        var addresses = string.Join('\n', ManyAddresses.Select(address => $"many IN A {address}"));
        return $"""
            $ORIGIN example.com.
            {Authority}
            ns {Ttl} IN A 192.0.2.53
            @ {Ttl} IN A {ExternalAddress}
            @ {Ttl} IN AAAA {ExternalAddress6}
            www {Ttl} IN CNAME @
            @ {Ttl} IN MX 10 mail
            mail {Ttl} IN A 192.0.2.25
            *.new {Ttl} IN A {ExternalAddress}
            {texts}
            {addresses}

            """;
    }
}

/// <summary>
/// The server of a cluster's stub domains, instead of the definition's, which a test cluster cannot reach. It is not the suite's upstream,
/// which would get the queries without a stub domain too.
/// </summary>
internal static class StubServer
{
    public const string Address = "192.0.2.61";

    private const string Label = "probe";

    public static string NameIn(DomainName zone) => $"{Label}.{zone}";

    /// <summary>A copy with the same domains at this address, without TLS.</summary>
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

    /// <summary>Does nothing if the cluster has no stub domains.</summary>
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
