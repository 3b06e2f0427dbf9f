namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>One pod for each instance: External-DNS has no leader election, and two would overwrite each other.</summary>
internal static class ExternalDnsDeployment
{
    // The user of the published image.
    private const int User = 65532;

    public static Mapping Deployment(Cluster cluster, string image, DnsInstance instance) => Resources.Object(
        "apps/v1", "Deployment", ExternalDnsNames.Metadata(instance), new Mapping
        {
            { "replicas", 1 },
            // The old pod ends before the new one starts.
            { "strategy", new Mapping { { "type", "Recreate" } } },
            { "selector", ExternalDnsNames.Selector(instance) },
            { "template", new Mapping
                {
                    { "metadata", new Mapping { { "labels", PodLabels(instance) } } },
                    { "spec", Pod(cluster, image, instance) },
                }
            },
        });

    public static Mapping ServiceAccount(DnsInstance instance) => Access.Account(Resources.Metadata(
        ExternalDnsNames.Of(instance), ExternalDnsNames.Namespace, ExternalDnsNames.Labels(instance),
        instance.Identity is not { } identity ? null : new Mapping { { IdentityAnnotation(instance.Provider), identity } }));

    private static string IdentityAnnotation(DnsProvider provider) => provider switch
    {
        DnsProvider.Aws => "eks.amazonaws.com/role-arn",
        DnsProvider.Google => "iam.gke.io/gcp-service-account",
        _ => "azure.workload.identity/client-id",
    };

    private static Mapping PodLabels(DnsInstance instance) => instance is { Provider: DnsProvider.Azure, Identity: not null }
        ? ExternalDnsNames.Labels(instance).Set("azure.workload.identity/use", "true")
        : ExternalDnsNames.Labels(instance);

    private static Mapping Pod(Cluster cluster, string image, DnsInstance instance) => new()
    {
        { "serviceAccountName", ExternalDnsNames.Of(instance) },
        { "securityContext", PodParts.NonRoot(User, writesVolumes: true) },
        { "initContainers", instance is { Provider: DnsProvider.Azure, SecretName: { } secret }
            ? Sequence.Of(AzureConfig.Container(cluster, instance, secret)) : null
        },
        { "containers", instance is { Provider: DnsProvider.Webhook } ? Sequence.Of(Container(cluster, image, instance), Webhook(instance))
            : Sequence.Of(Container(cluster, image, instance))
        },
        { "volumes", ExternalDnsCredentials.Volumes(instance) },
    };

    private static Mapping Container(Cluster cluster, string image, DnsInstance instance) => new()
    {
        { "name", ExternalDnsNames.Name },
        { "image", image },
        { "args", Resources.Texts(ExternalDnsArguments.Of(cluster, instance)) },
        { "env", ExternalDnsCredentials.Environment(instance) },
        { "ports", Sequence.Of(PodParts.ContainerPort(ExternalDnsNames.PortName, ExternalDnsNames.Port)) },
        { "livenessProbe", Probe(ExternalDnsNames.PortName) },
        { "readinessProbe", Probe(ExternalDnsNames.PortName) },
        { "resources", instance.Resources.ToNode() },
        { "securityContext", PodParts.Restricted() },
        { "volumeMounts", ExternalDnsCredentials.Mounts(instance) },
    };

    private static Mapping Webhook(DnsInstance instance) => new()
    {
        { "name", "webhook" },
        { "image", instance.Webhook.Image },
        { "args", instance.Webhook.Arguments.IsEmpty ? null : Resources.Texts(instance.Webhook.Arguments) },
        { "envFrom", instance.SecretName is null ? null
            : Sequence.Of(new Mapping { { "secretRef", new Mapping { { "name", instance.SecretName } } } })
        },
        { "ports", instance.Webhook.HealthPort == 0 ? null
            : Sequence.Of(PodParts.ContainerPort(ExternalDnsNames.HealthPortName, instance.Webhook.HealthPort))
        },
        { "livenessProbe", instance.Webhook.HealthPort == 0 ? null : Probe(ExternalDnsNames.HealthPortName) },
        { "readinessProbe", instance.Webhook.HealthPort == 0 ? null : Probe(ExternalDnsNames.HealthPortName) },
        { "resources", instance.Webhook.Resources.ToNode() },
        { "securityContext", PodParts.Restricted() },
    };

    private static Mapping Probe(string port) => PodParts.Probe("/healthz", port, 10, failures: 3);
}

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
            // It raises lower TTLs but never reads back the change, so it would rewrite such a record in every interval. Records without a
            // TTL get one from --min-ttl.
            "--rfc2136-min-ttl=1s",
        ],
        _ => ["--webhook-provider-url=http://localhost:8888"],
    };

    private static string? Word(string word) => word == DnsInstance.AnyVisibility ? null : word;

    private static string[] Optional(string name, string? value) => value is null ? [] : [$"{name}={value}"];

    private static string[] Switch(string name, bool on) => on ? [name] : [];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
