using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>The External-DNS of one cluster: a process for each instance (docs/external-dns.md).</summary>
public sealed record ExternalDnsSettings
{
    /// <summary>Repository and tag, with or without a digest.</summary>
    public required string Image { get; init; }

    /// <summary>Never empty.</summary>
    public required ImmutableArray<DnsInstance> Instances { get; init; }

    /// <summary>Null if the cluster has no instance.</summary>
    internal static ExternalDnsSettings? Bind(Section section)
    {
        var image = section.Text("image", Forms.Image with { Example = ExternalDnsNames.Image }, ExternalDnsNames.Image,
            "The image; the arguments are those of version 0.22.");
        var instances = section.MappingList("instances",
            "One External-DNS for each DNS provider and set of zones; a cluster's own list replaces the one in defaults.",
            (0, 20, ExternalDnsRules.Count), DnsInstance.Bind);
        return instances.IsEmpty ? null : new ExternalDnsSettings { Image = image, Instances = instances };
    }
}

/// <summary>The provider that keeps an instance's records.</summary>
public enum DnsProvider
{
    Aws,
    Google,
    Azure,
    Cloudflare,

    /// <summary>Any server with DNS updates (RFC 2136): Knot, BIND, PowerDNS.</summary>
    Rfc2136,

    /// <summary>A custom provider in a second container.</summary>
    Webhook,
}

/// <summary>The changes that an instance may make.</summary>
public enum DnsPolicy
{
    /// <summary>Create, change and delete.</summary>
    Sync,

    /// <summary>Create and change.</summary>
    UpsertOnly,

    /// <summary>Create.</summary>
    CreateOnly,
}

/// <summary>One External-DNS process.</summary>
public sealed record DnsInstance
{
    internal static readonly Words<DnsProvider> Providers = new(
        ("aws", DnsProvider.Aws), ("google", DnsProvider.Google), ("azure", DnsProvider.Azure), ("cloudflare", DnsProvider.Cloudflare),
        ("rfc2136", DnsProvider.Rfc2136), ("webhook", DnsProvider.Webhook));

    private static readonly Words<DnsPolicy> Policies = new(
        ("upsert-only", DnsPolicy.UpsertOnly), ("sync", DnsPolicy.Sync), ("create-only", DnsPolicy.CreateOnly));

    /// <summary>Public and private zones.</summary>
    internal const string AnyVisibility = "any";

    private static readonly Words<string> Visibilities = new((AnyVisibility, AnyVisibility), ("public", "public"), ("private", "private"));

    private static readonly Words<string> Algorithms = new(
        ("hmac-sha256", "hmac-sha256"), ("hmac-sha512", "hmac-sha512"), ("hmac-sha384", "hmac-sha384"), ("hmac-sha224", "hmac-sha224"),
        ("hmac-sha1", "hmac-sha1"));

    public required DnsLabel Name { get; init; }

    public required DnsProvider Provider { get; init; }

    /// <summary>The domains whose names the instance may write; never empty.</summary>
    public required ImmutableArray<DomainName> Domains { get; init; }

    public ImmutableArray<DomainName> ExcludeDomains { get; init; } = [];

    /// <summary>Provider ids of hosted zones; empty for all.</summary>
    public ImmutableArray<string> ZoneIds { get; init; } = [];

    public required DnsPolicy Policy { get; init; }

    /// <summary>The owner id of its records; null for the cluster's name.</summary>
    public DnsLabel? OwnerId { get; init; }

    /// <summary>The owner whose records this instance takes over.</summary>
    public DnsLabel? MigrateFromOwner { get; init; }

    /// <summary>The prefix of the names of ownership records.</summary>
    public string? TxtPrefix { get; init; }

    /// <summary>With a slash at its end.</summary>
    public required string AnnotationPrefix { get; init; }

    /// <summary>By External-DNS's own names.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    public required Duration Interval { get; init; }

    public required bool Events { get; init; }

    /// <summary>The TTL in seconds of records whose object sets none.</summary>
    public required int MinTtl { get; init; }

    public bool DryRun { get; init; }

    /// <summary>The ServiceAccount's cloud identity; null if a Secret has the credentials.</summary>
    public string? Identity { get; init; }

    /// <summary>Null if an identity is enough, or nothing is needed.</summary>
    public string? SecretName { get; init; }

    public required ResourceSettings Resources { get; init; }

    public required AwsSettings Aws { get; init; }

    public required GoogleSettings Google { get; init; }

    public required AzureSettings Azure { get; init; }

    public required CloudflareSettings Cloudflare { get; init; }

    public required Rfc2136Settings Rfc2136 { get; init; }

    public required WebhookSettings Webhook { get; init; }

    /// <summary>The definition's word for the provider.</summary>
    public string ProviderWord => Providers.Of(Provider);

    /// <summary>The value of the argument for the policy.</summary>
    public string PolicyWord => Policies.Of(Policy);

    public bool HasSource(string source) => Sources.Contains(source);

    internal static DnsInstance Bind(Section section)
    {
        var name = section.Required("name", Forms.Label with { Example = "public" }, "Its objects are named external-dns-NAME.");
        var provider = section.Required("provider", Providers, "Who keeps the records.");
        var domains = section.List("domainFilters", Forms.Name with { Example = "example.com" }, (1, 50, ExternalDnsRules.Count),
            "The domains whose names it may write.", absent: "required");
        var identity = section.Optional("identity", ExternalDnsForms.Identity,
            "The cloud's identity of the ServiceAccount instead of a Secret: the ARN of an AWS role, the e-mail of a Google service " +
                "account, or the client id of an Azure identity.");
        var secretName = section.Optional("secretName", Forms.Name with { Example = ExternalDnsNames.Secret },
            $"The Secret in kube-system with the credentials; {Docs.Page("external-dns.md")} lists its keys.",
            absent: "external-dns-credentials; external-dns-google-credentials with google; none with an identity or with webhook");
        return new DnsInstance
        {
            Name = name,
            Provider = provider,
            Domains = domains ?? [],
            ExcludeDomains = section.List("excludeDomains", Forms.Name with { Example = "internal.example.com" },
                (1, 50, ExternalDnsRules.Count), "Domains below them that it leaves alone.") ?? [],
            ZoneIds = section.List("zoneIds", ExternalDnsForms.ZoneId, (1, 50, ExternalDnsRules.Count),
                "The provider's ids of the zones; aws, google, azure and cloudflare.", absent: "every zone of the domains") ?? [],
            Policy = section.Choice("policy", DnsPolicy.UpsertOnly, Policies,
                "What it may do: upsert-only never deletes, sync deletes what it owns, create-only changes nothing."),
            OwnerId = section.Optional("ownerId", Forms.Label with { Example = "infra" },
                "Who owns the records in the zone: another owner's records are left alone.", absent: "the cluster's name"),
            MigrateFromOwner = section.Optional("migrateFromOwner", Forms.Label with { Example = "default" },
                "An owner whose records it takes over. Remove it after the takeover: while it is set, every record is written again in " +
                    $"every interval ({Docs.Page("external-dns.md")})."),
            TxtPrefix = section.Optional("txtPrefix", ExternalDnsForms.TxtPrefix,
                "In front of the names of ownership records; a zone's own name as a hostname needs one. Never change it afterwards."),
            AnnotationPrefix = section.Text("annotationPrefix", ExternalDnsForms.AnnotationPrefix, ExternalDnsNames.AnnotationPrefix,
                "What its annotations begin with. External-DNS 0.22 changed the default, so it is always written."),
            Sources = section.List("sources", ExternalDnsForms.Source, (1, 10, ExternalDnsRules.Count), "The kinds of objects it reads.",
                absent: "service and ingress") ?? ["service", "ingress"],
            Interval = section.Text("interval", Forms.Interval with { Example = "30s" }, "30s",
                "How often it compares everything; at least 10s."),
            Events = section.Switch("events", true, "Whether a change of an object is written at once."),
            MinTtl = section.Number("minTtl", 60, 1, 86_400,
                "TTL in seconds of records whose object names none; 0 would be written otherwise."),
            DryRun = section.Switch("dryRun", false, "True to have changes in the log instead of the zone."),
            Identity = identity,
            SecretName = secretName?.Text ?? (identity is not null || provider == DnsProvider.Webhook ? null
                : provider == DnsProvider.Google ? ExternalDnsNames.GoogleSecret : ExternalDnsNames.Secret),
            Resources = section.Mapping("resources", "Requests and limits of its pod.", resources =>
                ResourceSettings.Bind(resources, ResourceSettings.OfCoreDns with { CpuRequest = Quantity.Parse("50m") })),
            Aws = section.Mapping("aws", "Amazon Route 53.", aws => new AwsSettings(
                aws.Choice("zoneType", AnyVisibility, Visibilities, "Which hosted zones."),
                aws.Text("region", ExternalDnsForms.Word with { Example = "us-east-1" }, "us-east-1", "The region whose API is asked."),
                aws.Optional("assumeRole", ExternalDnsForms.Role, "The ARN of a role of another account to take."))),
            Google = section.Mapping("google", "Google Cloud DNS.", google => new GoogleSettings(
                google.Optional("project", ExternalDnsForms.Word with { Example = "my-project" }, "The project of the zones.",
                    absent: "required with google"),
                google.Choice("visibility", AnyVisibility, Visibilities, "Which zones."))),
            Azure = section.Mapping("azure", "Azure DNS.", azure => new AzureSettings(
                azure.Optional("resourceGroup", ExternalDnsForms.Word with { Example = "my-rg" }, "The resource group of the zones.",
                    absent: "required with azure"),
                azure.Optional("subscriptionId", ExternalDnsForms.Guid, "The subscription of the zones.", absent: "required with azure"),
                azure.Switch("privateZones", false, "True for Azure Private DNS."),
                azure.Text("shellImage", Forms.Image with { Example = ExternalDnsNames.ShellImage }, ExternalDnsNames.ShellImage,
                    "An image with sh: it makes the file that External-DNS reads of the Secret's three keys."))),
            Cloudflare = section.Mapping("cloudflare", "Cloudflare.", cloudflare => new CloudflareSettings(
                cloudflare.Switch("proxied", false, "Whether traffic goes through Cloudflare."))),
            Rfc2136 = section.Mapping("rfc2136", "A server that takes DNS updates.", server => new Rfc2136Settings(
                server.Optional("host", ExternalDnsForms.Host, "The server's address or name.", absent: "required with rfc2136"),
                server.Number("port", 53, 1, 65_535, "Its port, TCP and UDP."),
                server.List("zones", Forms.Name with { Example = "example.com" }, (1, 50, ExternalDnsRules.Count),
                    "The zones on the server, each of which it must hand over by a transfer.", absent: "the domainFilters") ?? [],
                server.Optional("keyName", ExternalDnsForms.KeyName, "The name of the TSIG key.", absent: "required with rfc2136"),
                server.Choice("algorithm", "hmac-sha256", Algorithms, "The algorithm of the TSIG key."),
                server.Switch("transfers", true,
                    "Whether it reads the zone by transfers: without them it sees no record, and another's record is written to."))),
            Webhook = section.Mapping("webhook", "A provider in a second container, which listens on localhost:8888.", webhook =>
                new WebhookSettings(
                    webhook.Optional("image", Forms.Image with { Example = "registry.example.com/external-dns-webhook:1.0.0" },
                        "The provider's image; the keys of the Secret are its environment variables.", absent: "required with webhook"),
                    webhook.List("args", ExternalDnsForms.Argument, (1, 50, ExternalDnsRules.Count), "Its arguments.", repeats: true) ?? [],
                    webhook.Number("port", 443, 1, 65_535, "The TCP port of the API that it asks: a policy of Cilium lets it out there."),
                    webhook.Number("healthPort", 8080, 0, 65_535,
                        "Where it answers /healthz, as External-DNS wants it; 0 for one that does not."),
                    webhook.Mapping("resources", "Requests and limits of its container.", resources =>
                        ResourceSettings.Bind(resources, WebhookSettings.Standard)))),
        };
    }
}

/// <summary>Amazon Route 53.</summary>
public sealed record AwsSettings(string ZoneType, string Region, string? AssumeRole);

/// <summary>Google Cloud DNS.</summary>
public sealed record GoogleSettings(string? Project, string Visibility);

/// <summary>Azure DNS, public or private.</summary>
public sealed record AzureSettings(string? ResourceGroup, string? SubscriptionId, bool PrivateZones, string ShellImage);

/// <summary>Cloudflare.</summary>
public sealed record CloudflareSettings(bool Proxied);

/// <summary>
/// A server with DNS updates (RFC 2136), signed with a TSIG key. Without zones it uses the domains of the instance; without transfers it
/// does not read them.
/// </summary>
public sealed record Rfc2136Settings(
    string? Host, int Port, ImmutableArray<DomainName> Zones, string? KeyName, string Algorithm, bool Transfers);

/// <summary>A provider in a second container. A health port of 0 means that it has no probe.</summary>
public sealed record WebhookSettings(string? Image, ImmutableArray<string> Arguments, int Port, int HealthPort, ResourceSettings Resources)
{
    public static readonly ResourceSettings Standard = new()
    {
        CpuRequest = Quantity.Parse("10m"),
        MemoryRequest = Quantity.Parse("32Mi"),
        MemoryLimit = Quantity.Parse("128Mi"),
    };
}
