using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>What can be wrong with the keys of External-DNS; docs/definition.md explains each.</summary>
[RuleIds]
internal static class ExternalDnsRules
{
    public const string Count = "external-dns-count";
    public const string Text = "external-dns-text";
    public const string Source = "external-dns-source";
    public const string Name = "external-dns-name";
    public const string Missing = "external-dns-missing-key";
    public const string Unused = "external-dns-unused-key";
    public const string Identity = "external-dns-identity";
    public const string Interval = "external-dns-interval";
    public const string Image = "external-dns-image";
    public const string Port = "external-dns-port";
    public const string Transfers = "external-dns-without-transfers";
    public const string Excluded = "external-dns-excluded";
    public const string ZoneOutside = "external-dns-zone-outside";
    public const string ZoneTwice = "external-dns-zone-twice";
    public const string Overlap = "external-dns-filters-overlap";
    public const string ClusterDns = "external-dns-cluster-dns";
    public const string OwnerShared = "external-dns-owner-shared";

    private static readonly string Key = "externalDns";

    // external-dns- before it, and a Service's name has 63 characters.
    private const int LongestName = 50;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(10);

    private static readonly SemVer Oldest = new(0, 22, 0);

    /// <summary>The keys that one provider reads and the others do not.</summary>
    private static readonly ImmutableArray<(string Path, DnsProvider Provider)> ProviderKeys =
    [
        ("aws.zoneType", DnsProvider.Aws), ("aws.region", DnsProvider.Aws), ("aws.assumeRole", DnsProvider.Aws),
        ("google.project", DnsProvider.Google), ("google.visibility", DnsProvider.Google),
        ("azure.resourceGroup", DnsProvider.Azure), ("azure.subscriptionId", DnsProvider.Azure),
        ("azure.privateZones", DnsProvider.Azure), ("azure.shellImage", DnsProvider.Azure),
        ("cloudflare.proxied", DnsProvider.Cloudflare),
        ("rfc2136.host", DnsProvider.Rfc2136), ("rfc2136.port", DnsProvider.Rfc2136), ("rfc2136.zones", DnsProvider.Rfc2136),
        ("rfc2136.keyName", DnsProvider.Rfc2136), ("rfc2136.algorithm", DnsProvider.Rfc2136),
        ("rfc2136.transfers", DnsProvider.Rfc2136),
        ("webhook.image", DnsProvider.Webhook), ("webhook.args", DnsProvider.Webhook), ("webhook.port", DnsProvider.Webhook),
        ("webhook.healthPort", DnsProvider.Webhook), ("webhook.resources", DnsProvider.Webhook),
    ];

    public static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Of<ExternalDnsSettings>() is not { } settings)
        {
            return;
        }

        if (settings.Image.Split('@')[0] is var image && SemVer.TryParse(image[(image.LastIndexOf(':') + 1)..].TrimStart('v'),
            out var version, out _) && version < Oldest)
        {
            at.Report(Image, $"{Key}.image", $"External-DNS {version} does not know all arguments that the generator writes.",
                $"Write {Oldest} or later.");
        }

        var instances = Instances(cluster, at).ToImmutableArray();
        foreach (var (instance, here) in instances)
        {
            CheckName(instance, here, instances);
            CheckKeys(instance, here);
            CheckValues(instance, here);
            CheckServer(cluster, instance, here, at);
            ScalingRules.CheckResources(instance.Resources, "resources", here);
            ScalingRules.CheckResources(instance.Webhook.Resources, "webhook.resources", here);
            CheckPort(instance.Webhook.HealthPort, here);
        }

    }

    /// <summary>The instances of a cluster, each where the file has it.</summary>
    public static IEnumerable<(DnsInstance Instance, SectionReader At)> Instances(Cluster cluster, SectionReader at) =>
        cluster.Of<ExternalDnsSettings>() is not { } settings ? [] : settings.Instances.Zip(at.At(Key).Entries("instances"));

    private static void CheckName(
        DnsInstance instance, SectionReader here, ImmutableArray<(DnsInstance Instance, SectionReader At)> all)
    {
        if (instance.Name.Text.Length > LongestName)
        {
            here.Report(Name, "name", $"The name '{instance.Name}' has {instance.Name.Text.Length} characters.",
                $"Write {LongestName} or fewer.");
        }
        else if (all.First(other => other.Instance.Name == instance.Name).At is var first && first != here)
        {
            here.Report(Name, "name", $"The instance in line {first.Position.Line} has the name '{instance.Name}' already.",
                "Write another name.");
        }
    }

    /// <summary>Two containers of a pod cannot listen at one port, and a probe cannot reach the loopback interface.</summary>
    private static void CheckPort(int health, SectionReader here)
    {
        if (health is ExternalDnsNames.Port or ExternalDnsNames.WebhookPort)
        {
            here.Report(Port, "webhook.healthPort", health == ExternalDnsNames.Port
                    ? $"Port {health} of the pod is that of External-DNS itself, which would answer the probes of the provider."
                    : $"Port {health} is where the provider listens on localhost, which no probe of the kubelet reaches.",
                "Write the port where the provider answers /healthz to others, or 0 where it does not.");
        }
    }

    private static void CheckKeys(DnsInstance instance, SectionReader here)
    {
        foreach (var (path, provider) in ProviderKeys.Where(key => key.Provider != instance.Provider && here.Has(key.Path)))
        {
            here.Report(Unused, path, $"'{path}' is ignored with the provider {instance.ProviderWord}.",
                $"Delete it, or write 'provider: {DnsInstance.Providers.Of(provider)}'.", "provider");
        }

        if (!instance.ZoneIds.IsEmpty && instance.Provider is DnsProvider.Rfc2136 or DnsProvider.Webhook)
        {
            here.Report(Unused, "zoneIds", $"'zoneIds' is ignored with the provider {instance.ProviderWord}.", "Delete it.", "provider");
        }

        foreach (var path in Needed(instance).Where(path => !here.Has(path)))
        {
            var why = path.Contains('.') ? $"the provider {instance.ProviderWord} needs it"
                : "would write to every zone that it can reach";
            here.Report(Missing, here.Position, $"The instance '{here.Written("name") ?? instance.Name.Text}' has no '{path}', and {why}.",
                $"Add '{path}' ({Docs.Page("external-dns.md")}).");
        }
    }

    private static IEnumerable<string> Needed(DnsInstance instance) => (string[])[.. instance.Provider switch
    {
        DnsProvider.Google => (string[])["google.project"],
        DnsProvider.Azure => ["azure.resourceGroup", "azure.subscriptionId"],
        DnsProvider.Rfc2136 => ["rfc2136.host", "rfc2136.keyName"],
        DnsProvider.Webhook => ["webhook.image"],
        _ => [],
    }, "domainFilters"];

    private static void CheckValues(DnsInstance instance, SectionReader here)
    {
        if (instance.Interval.Span < ShortestInterval || instance.Interval.Span > TimeSpan.FromDays(1))
        {
            here.Report(Interval, "interval", $"An interval of {instance.Interval} is not from 10s to 24h.",
                "Write 30s; with 'events: true' a change is written at once all the same.");
        }

        if (instance is { Provider: DnsProvider.Rfc2136, Policy: not DnsPolicy.CreateOnly, Rfc2136.Transfers: false })
        {
            here.Report(Transfers, "rfc2136.transfers",
                $"With the policy {instance.PolicyWord} and without transfers External-DNS sees no record of the zone: it writes beside " +
                    "records of others, changes their TTL and claims them.",
                "Write 'transfers: true' and let the key transfer the zone, or 'policy: create-only'.",
                "policy", "provider");
        }

        if (instance.Identity is { } identity && !Fits(instance.Provider, identity))
        {
            here.Report(Identity, "identity", $"The identity '{identity}' is not one of the provider {instance.ProviderWord}.",
                instance.Provider is DnsProvider.Aws or DnsProvider.Google or DnsProvider.Azure
                    ? "Write a role's ARN for aws, a service account's e-mail for google, a client id for azure."
                    : "Delete it and name a Secret with 'secretName'.",
                "provider");
        }
        else if (instance is { Identity: not null, SecretName: { } secret })
        {
            here.Report(Identity, "secretName",
                $"It has an identity and the Secret '{secret}': {instance.ProviderWord} would take the Secret's credentials.",
                "Delete 'secretName', or delete 'identity'.",
                "identity");
        }

        for (var index = 0; index < instance.ExcludeDomains.Length; index++)
        {
            var excluded = instance.ExcludeDomains[index].Text;
            if (!instance.Domains.Any(domain => DomainName.IsIn(excluded, domain.Text) && excluded != domain.Text))
            {
                here.Report(Excluded, $"excludeDomains[{index}]", $"'{excluded}' is not below one of the domainFilters.",
                    "Write a domain below one of them, or delete it.", "domainFilters");
            }
        }
    }

    /// <summary>The zones of a server are what External-DNS writes to, and the domainFilters what it writes: both or neither.</summary>
    private static void CheckServer(Cluster cluster, DnsInstance instance, SectionReader here, SectionReader at)
    {
        if (instance.Provider != DnsProvider.Rfc2136)
        {
            return;
        }

        var (zones, domains) = (instance.Rfc2136.Zones, instance.Domains);
        var outside = zones.Index().Where(zone => !domains.Any(domain => Meet(zone.Item, domain))).ToArray();
        foreach (var (index, zone) in domains.IsEmpty ? [] : outside)
        {
            here.Report(ZoneOutside, $"rfc2136.zones[{index}]",
                $"The zone {zone} holds no name of the domainFilters: External-DNS writes nothing to it.",
                "Delete the zone, or add its names to domainFilters.", "domainFilters");
        }

        foreach (var (index, domain) in domains.Index().Where(
            domain => !zones.IsEmpty && outside.Length == 0 && !zones.Any(zone => Meet(zone, domain.Item))))
        {
            here.Report(ZoneOutside, $"domainFilters[{index}]",
                $"No zone of 'rfc2136.zones' holds names of {domain}: External-DNS sends their updates to the root zone, and the server "
                    + "refuses them.",
                "Add a zone that holds them, or delete the domain.", "rfc2136.zones");
        }

        if (IPAddress.TryParse(instance.Rfc2136.Host, out var address) && cluster.Ranges.FirstOrDefault(range =>
            range.Use == RangeUse.Pods && at.IsSound(range.Path) && range.Addresses.Contains(address)) is { } pods)
        {
            here.Report(DefinitionRules.UpstreamPods, "rfc2136.host",
                $"The server {address} is inside of the pods {pods.Addresses}, and a pod's address changes.",
                "Write the address or the name of its Service, or of a server outside of the cluster.");
        }

        else if (IsOfCluster(cluster, instance.Rfc2136.Host, at) is { } own)
        {
            here.Report(ClusterDns, "rfc2136.host", $"The server {instance.Rfc2136.Host} is {own}, which takes no updates.",
                "Write the server that has the zones.");
        }
        else if (address is not null && address.AddressFamily != cluster.Services.Family && cluster.Second is null)
        {
            here.Report(DefinitionRules.UpstreamFamily, "rfc2136.host",
                $"The server {address} is of the other IP family than the cluster, whose pods do not reach it.",
                "Write the server's address of the cluster's family.");
        }

        static bool Meet(DomainName one, DomainName other) => one.IsIn(other) || other.IsIn(one);
    }

    /// <summary>Which part of the cluster's own DNS a server is; null where it is another one.</summary>
    private static string? IsOfCluster(Cluster cluster, string? host, SectionReader at) =>
        IPAddress.TryParse(host, out var address)
            ? Sections.DnsAddresses(cluster, at).Contains(address) ? "the cluster's own CoreDNS"
                : address.Equals(cluster.Of<NodeLocalDnsSettings>()?.Address) ? "the cluster's NodeLocal DNSCache" : null
            : host == $"{CoreDnsNames.Service}.{CoreDnsNames.Namespace}.svc" || host == $"{CoreDnsNames.Service}.{CoreDnsNames.Namespace}"
                || host == $"{CoreDnsNames.Service}.{CoreDnsNames.Namespace}.svc.{cluster.Domain}" ? "the cluster's own CoreDNS" : null;

    private static bool Fits(DnsProvider provider, string identity) => provider switch
    {
        DnsProvider.Aws => identity.StartsWith("arn:", StringComparison.Ordinal),
        DnsProvider.Google => identity.Contains('@'),
        DnsProvider.Azure => ExternalDnsForms.Guid.Check(identity) is null,
        _ => false,
    };
}
