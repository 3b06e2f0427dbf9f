using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Backup;

/// <summary>The objects of a cluster that DNS depends on, besides those of the tree, and their parts in a backup.</summary>
internal static class PublishedObjects
{
    /// <summary>The prefix of annotations of the health controller and of geographic routing.</summary>
    private const string OwnPrefix = "dns.aikernel.io/";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly string[] ZoneEndings = [".zone", ".db", ".server", ".override"];

    /// <summary>The kinds to list with kubectl, each with its namespace if one is enough.</summary>
    public static IEnumerable<(string Kind, string? Namespace)> Kinds(Cluster cluster)
    {
        yield return ("services", null);
        yield return ("configmaps", CoreDnsNames.Namespace);
        var sources = Instances(cluster).SelectMany(instance => instance.Sources).ToHashSet(StringComparer.Ordinal);
        foreach (var (source, kind) in new[]
        {
            ("ingress", "ingresses.networking.k8s.io"), ("gateway-httproute", "httproutes.gateway.networking.k8s.io"),
            ("crd", "dnsendpoints.externaldns.k8s.io"),
        }.Where(pair => sources.Contains(pair.Item1)))
        {
            yield return (kind, null);
        }
    }

    /// <summary>The objects of a cluster as a backup keeps them, sorted by kind, namespace and name.</summary>
    public static ImmutableArray<Manifest> Of(IEnumerable<Manifest> live, Cluster cluster)
    {
        var prefixes = Prefixes(cluster);
        return
        [
            .. live.Where(resource => IsPublished(resource, prefixes)).Select(Kept)
                .OrderBy(resource => resource.Id.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>The names that an object requests, as a text: equal texts mean the same records.</summary>
    public static string Requested(Manifest resource, Cluster cluster)
    {
        var prefixes = Prefixes(cluster);
        var asked = resource.Body.EntriesAt("metadata", "annotations").Where(entry => IsOurs(entry.Key, prefixes))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal);
        Node? names = resource.Kind switch
        {
            "Ingress" => Sequence.Of(Hosts(resource)),
            "HTTPRoute" => resource.Body.At("spec", "hostnames"),
            "DNSEndpoint" => resource.Body.At("spec"),
            "ConfigMap" => resource.Body.At("data"),
            _ => null,
        };
        return YamlWriter.WriteFragment(new Mapping { { "annotations", new Mapping(asked) }, { "names", names } });
    }

    /// <summary>Objects with annotations for External-DNS that no instance of the cluster reads.</summary>
    public static ImmutableArray<(ResourceId Object, string Annotation)> Unread(IEnumerable<Manifest> live, Cluster cluster)
    {
        var read = Instances(cluster).Select(instance => instance.AnnotationPrefix).Distinct().ToArray();
        return
        [
            .. from resource in live.OrderBy(resource => resource.Id.ToString(), StringComparer.Ordinal)
               from unread in UnreadAnnotations.Of(resource, read)
               select (resource.Id, unread.Annotation.Key),
        ];
    }

    /// <summary>The address of the cluster's DNS; null if there is no Service.</summary>
    public static string? DnsAddress(IEnumerable<Manifest> live) => live
        .FirstOrDefault(resource => resource is { Kind: "Service", Name: CoreDnsNames.Service, Namespace: CoreDnsNames.Namespace })
        ?.Body.TextAt("spec", "clusterIP");

    public static ImmutableArray<DnsInstance> Instances(Cluster cluster) => cluster.Of<ExternalDnsSettings>()?.Instances ?? [];

    /// <summary>True if an instance writes records for an object.</summary>
    public static bool Reads(DnsInstance instance, Manifest resource) =>
        SourceOf(resource.Kind) is { } source && instance.Sources.Contains(source)
        && (source != "service"
            || resource.Body.EntriesAt("metadata", "annotations").Any(entry => IsOurs(entry.Key, [instance.AnnotationPrefix])))
        && MayWrite(instance, resource);

    /// <summary>The source of External-DNS that reads a kind; null if none does.</summary>
    internal static string? SourceOf(string kind) => kind switch
    {
        "Service" => "service",
        "Ingress" => "ingress",
        "HTTPRoute" => "gateway-httproute",
        "DNSEndpoint" => "crd",
        _ => null,
    };

    /// <summary>An HTTPRoute without host names takes those of its Gateway, which is not in a backup.</summary>
    private static bool MayWrite(DnsInstance instance, Manifest resource)
    {
        var names = AskingObjects.Of([resource]).Names(instance.AnnotationPrefix, instance.Sources);
        return names.Count == 0 ? resource.Kind == "HTTPRoute"
            : names.Any(name => instance.Domains.Any(domain => DomainScope.IsBelow(name, domain.Text))
                && !instance.ExcludeDomains.Any(domain => DomainScope.IsBelow(name, domain.Text)));
    }

    /// <summary>External-DNS also publishes the hosts of the TLS section; a host in both places is one name.</summary>
    private static IEnumerable<Node> Hosts(Manifest ingress) => ingress.Body.MappingsAt("spec", "rules").Select(rule => rule["host"])
        .Concat(ingress.Body.MappingsAt("spec", "tls").SelectMany(tls => tls.ItemsAt("hosts"))).OfType<Scalar>()
        .Select(host => host.Value).Distinct().Order(StringComparer.Ordinal).Select(host => (Node)host);

    private static ImmutableArray<string> Prefixes(Cluster cluster) =>
        [OwnPrefix, .. Instances(cluster).Select(instance => instance.AnnotationPrefix).Distinct()];

    private static bool IsOurs(string annotation, ImmutableArray<string> prefixes) =>
        prefixes.Any(prefix => annotation.StartsWith(prefix, StringComparison.Ordinal));

    private static bool IsPublished(Manifest resource, ImmutableArray<string> prefixes) => resource.Kind switch
    {
        // The tree delivers it, with annotations of the health controller if that checks it.
        "Service" when resource is { Name: CoreDnsNames.Service, Namespace: CoreDnsNames.Namespace } => false,
        // Names come from annotations or from the object's own hosts.
        "Service" => resource.Body.EntriesAt("metadata", "annotations").Any(entry => IsOurs(entry.Key, prefixes)),
        "Ingress" or "HTTPRoute" or "DNSEndpoint" => true,
        "ConfigMap" => IsZones(resource),
        _ => false,
    };

    /// <summary>ConfigMaps with the user's own zones and Corefiles; Flux, Helm and the geo controller restore theirs.</summary>
    private static bool IsZones(Manifest resource) =>
        resource.Label("kustomize.toolkit.fluxcd.io/name") is null && resource.Label("app.kubernetes.io/managed-by") != "Helm"
        && resource.Label("app.kubernetes.io/name") != GeoDnsNames.Name
        && resource.Body.EntriesAt("data").Any(entry => entry.Key == "Corefile"
            || ZoneEndings.Any(ending => entry.Key.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>An object without the fields that the API server and controllers write, so that it can be applied again.</summary>
    private static Manifest Kept(Manifest resource)
    {
        var body = resource.Body;
        var annotations = body.EntriesAt("metadata", "annotations").Where(entry => entry.Key != LastApplied).ToArray();
        var metadata = new Mapping
        {
            { "name", resource.Name },
            { "namespace", resource.Namespace },
            { "labels", body.At("metadata", "labels") },
            { "annotations", annotations.Length == 0 ? null : new Mapping(annotations) },
        };
        var spec = body["spec"] as Mapping;
        if (resource.Kind == "Service" && spec is not null)
        {
            spec = spec.TextAt("clusterIP") == "None" ? spec : spec.Without("clusterIP").Without("clusterIPs");
            spec = spec.Without("healthCheckNodePort");
        }

        return resource with
        {
            Body = new Mapping
            {
                { "apiVersion", resource.ApiVersion }, { "kind", resource.Kind }, { "metadata", metadata }, { "spec", spec },
                { "data", body["data"] },
            },
        };
    }
}
