using System.Globalization;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>The arguments of External-DNS 0.22. acceptance/Criteria/ExternalDns starts the real program with them.</summary>
public static class ExternalDnsArguments
{
    public static IEnumerable<string> Of(Cluster cluster, DnsInstance instance) =>
    [
        .. Sources(instance),
        $"--provider={Provider(instance)}",
        .. instance.Domains.Select(domain => $"--domain-filter={domain}"),
        .. instance.ExcludeDomains.Select(domain => $"--exclude-domains={domain}"),
        .. instance.ZoneIds.Select(id => $"--zone-id-filter={id}"),
        $"--policy={instance.PolicyWord}",
        "--registry=txt",
        $"--txt-owner-id={instance.OwnerId?.Text ?? cluster.Name.Text}",
        .. Optional("--txt-prefix", instance.TxtPrefix),
        .. Optional("--migrate-from-txt-owner", instance.MigrateFromOwner?.Text),
        $"--annotation-prefix={instance.AnnotationPrefix}",
        $"--interval={instance.Interval}",
        .. Switch("--events", instance.Events),
        Invariant($"--min-ttl={instance.MinTtl}s"),
        .. Own(instance),
        .. Switch("--dry-run", instance.DryRun),
        "--log-format=json",
        Invariant($"--metrics-address=:{ExternalDnsNames.Port}"),
    ];

    private static IEnumerable<string> Sources(DnsInstance instance) => instance.Sources.Select(source => $"--source={source}");

    private static string Provider(DnsInstance instance) =>
        instance is { Provider: DnsProvider.Azure, Azure.PrivateZones: true } ? "azure-private-dns" : instance.ProviderWord;

    private static string[] Own(DnsInstance instance) => instance.Provider switch
    {
        DnsProvider.Aws =>
        [
            .. Optional("--aws-zone-type", Word(instance.Aws.ZoneType)),
            .. Optional("--aws-assume-role", instance.Aws.AssumeRole),
        ],
        DnsProvider.Google =>
        [
            .. Optional("--google-project", instance.Google.Project),
            .. Optional("--google-zone-visibility", Word(instance.Google.Visibility)),
        ],
        DnsProvider.Azure =>
        [
            $"--azure-config-file={AzureConfig.File}",
            .. Optional("--azure-resource-group", instance.Azure.ResourceGroup),
            .. Optional("--azure-subscription-id", instance.Azure.SubscriptionId),
        ],
        DnsProvider.Cloudflare => Switch("--cloudflare-proxied", instance.Cloudflare.Proxied),
        DnsProvider.Rfc2136 =>
        [
            $"--rfc2136-host={instance.Rfc2136.Host}",
            Invariant($"--rfc2136-port={instance.Rfc2136.Port}"),
            .. (instance.Rfc2136.Zones.IsEmpty ? instance.Domains : instance.Rfc2136.Zones).Select(zone => $"--rfc2136-zone={zone}"),
            $"--rfc2136-tsig-keyname={instance.Rfc2136.KeyName}",
            $"--rfc2136-tsig-secret-alg={instance.Rfc2136.Algorithm}",
            .. Switch("--rfc2136-axfr", instance.Rfc2136.Transfers),
            // It raises what is lower and never sees that it did, so it would write such a record again in every interval. Records
            // without a TTL of their own have one from --min-ttl.
            "--rfc2136-min-ttl=1s",
        ],
        _ => ["--webhook-provider-url=http://localhost:8888"],
    };

    private static string? Word(string word) => word == DnsInstance.AnyVisibility ? null : word;

    private static string[] Optional(string name, string? value) => value is null ? [] : [$"{name}={value}"];

    private static string[] Switch(string name, bool on) => on ? [name] : [];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
