using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// External-DNS: one Deployment for each instance of a cluster. The clusters have little in common, so each has a folder of its own.
/// See docs/external-dns.md.
/// </summary>
internal sealed class ExternalDnsApp : App
{
    public const string Folder = $"{Layout.Infrastructure}/external-dns";

    public override string Name => ExternalDnsNames.Name;

    /// <summary>It resolves its provider's name, and its monitors need their definitions.</summary>
    public override ImmutableArray<string> WaitsFor => [CoreDnsApp.LayerName];

    public override object? Bind(Section cluster) => cluster.Mapping("externalDns",
        $"Writes the names of Services and Ingresses to DNS providers ({Docs.Page("external-dns.md")}).", ExternalDnsSettings.Bind);

    public override string Starter => """
            # Writes the names of Services and Ingresses to DNS providers (external-dns.md); none by default.
            # externalDns:
              # aws, google, azure, cloudflare, rfc2136 or webhook; each has keys of its own below its name.
              # instances: [{ name: public, provider: aws, domainFilters: [example.com], policy: upsert-only }]

        """;

    public override void Check(Cluster cluster, SectionReader at) => ExternalDnsRules.Check(cluster, at);

    public override void CheckPlatform(Platform platform, SectionReader at) => WritingInstanceRules.Check(platform, at);

    public override ImmutableArray<LintRule> LintRules => [AnnotationPrefixRule.Rule, RoutingAnnotationRule.Rule];

    public override IEnumerable<string> Roles(Cluster cluster) =>
        cluster.Of<ExternalDnsSettings>()?.Instances.Select(ExternalDnsNames.Of) ?? [];

    public override FluxKustomization? Layer(Cluster cluster) => cluster.Of<ExternalDnsSettings>() is null ? null : new FluxKustomization
    {
        Name = NameIn(cluster),
        Path = $"{Folder}/{cluster.Name}",
        Patches = [.. CommonPatches.OfPods(cluster, "Deployment")],
    };

    public override IEnumerable<GeneratedFile> Files(Platform platform) =>
        from cluster in platform.Clusters
        let settings = cluster.Of<ExternalDnsSettings>()
        where settings is not null
        from file in Files(platform, cluster, settings)
        select file;

    private static IEnumerable<GeneratedFile> Files(Platform platform, Cluster cluster, ExternalDnsSettings settings)
    {
        var folder = $"{Folder}/{cluster.Name}";
        var names = new SortedSet<string>(StringComparer.Ordinal);
        GeneratedFile File(string name, params IReadOnlyList<Node> documents)
        {
            names.Add($"{name}.yaml");
            return Layout.File($"{folder}/{name}.yaml", documents);
        }

        foreach (var instance in settings.Instances)
        {
            yield return File(instance.Name.Text,
                [.. Objects(cluster, cluster.Workloads.ImageOf(settings.Image, ExternalDnsNames.Image), instance)]);
        }

        if (settings.Instances.Any(instance => instance.HasSource("crd")))
        {
            yield return File("definition-of-dnsendpoint", DnsEndpointDefinition.Object());
        }

        if (cluster.Monitoring.Flavour != MonitoringFlavour.None)
        {
            yield return File("alerts-of-external-dns", ExternalDnsMonitoring.Rule(settings.Instances, platform.Repository));
        }

        yield return Layout.File($"{folder}/kustomization.yaml", Resources.Kustomization(names));
    }

    private static IEnumerable<Mapping> Objects(Cluster cluster, string image, DnsInstance instance) =>
    [
        ExternalDnsDeployment.ServiceAccount(instance),
        .. ExternalDnsAccess.Objects(instance),
        .. instance is { Provider: DnsProvider.Azure, Identity: not null } ? (Mapping[])[AzureConfig.IdentityFile(instance)] : [],
        ExternalDnsDeployment.Deployment(cluster, image, instance),
        ExternalDnsMonitoring.Service(instance),
        .. cluster.Monitoring.Flavour == MonitoringFlavour.None ? (Mapping[])[]
            : [ExternalDnsMonitoring.ServiceMonitor(cluster, instance)],
        .. ExternalDnsPolicies.Of(cluster, instance),
    ];
}

/// <summary>The definition of DNSEndpoint (externaldns.k8s.io/v1alpha1), which the source crd reads: records written by hand.</summary>
internal static class DnsEndpointDefinition
{
    public static Mapping Object() => Resources.Object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        Resources.Metadata("dnsendpoints.externaldns.k8s.io", null, annotations: new Mapping
        {
            // The API server wants to know who approved names below k8s.io.
            { "api-approved.kubernetes.io", "https://github.com/kubernetes-sigs/external-dns/pull/2007" },
            // With the definition every DNSEndpoint would go, and with sync every record.
            { "kustomize.toolkit.fluxcd.io/prune", "disabled" },
        }),
        new Mapping
        {
            { "group", "externaldns.k8s.io" },
            { "names", new Mapping { { "kind", "DNSEndpoint" }, { "listKind", "DNSEndpointList" }, { "plural", "dnsendpoints" },
                { "singular", "dnsendpoint" } } },
            { "scope", "Namespaced" },
            { "versions", Sequence.Of(new Mapping
                {
                    { "name", "v1alpha1" },
                    { "served", true },
                    { "storage", true },
                    { "subresources", new Mapping { { "status", new Mapping() } } },
                    { "schema", new Mapping { { "openAPIV3Schema", Of(("spec", Of(("endpoints", List(Endpoint())))),
                        ("status", Of(("observedGeneration", Whole())))) } } },
                })
            },
        });

    private static Mapping Endpoint() => Of(
        ("dnsName", Text()), ("recordType", Text()), ("recordTTL", Whole()), ("setIdentifier", Text()), ("targets", List(Text())),
        ("labels", new Mapping { { "type", "object" }, { "additionalProperties", Text() } }),
        ("providerSpecific", List(Of(("name", Text()), ("value", Text())))));

    private static Mapping Of(params IEnumerable<(string Name, Node Schema)> properties) => new()
    {
        { "type", "object" },
        { "properties", new Mapping(properties.Select(property => new Entry(property.Name, property.Schema))) },
    };

    private static Mapping List(Mapping item) => new() { { "type", "array" }, { "items", item } };

    private static Mapping Text() => new() { { "type", "string" } };

    private static Mapping Whole() => new() { { "type", "integer" }, { "format", "int64" } };
}
