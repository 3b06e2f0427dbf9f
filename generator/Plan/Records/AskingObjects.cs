using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The objects of a cluster for which External-DNS publishes names.</summary>
/// <param name="Objects">Of any kind.</param>
internal sealed record AskingObjects(ImmutableArray<Manifest> Objects)
{
    private readonly Dictionary<string, IReadOnlySet<string>> _names = new(StringComparer.Ordinal);

    public static AskingObjects Of(IEnumerable<Manifest> objects) =>
        new([.. objects.Where(resource => PublishedObjects.SourceOf(resource.Kind) is not null)]);

    /// <summary>The names that an instance's sources find in annotations with its prefix, and in the objects themselves.</summary>
    public IReadOnlySet<string> Names(RecordWriter writer) => Names(writer.AnnotationPrefix, writer.Sources, writer.Types);

    /// <summary>The same for an instance with External-DNS's default record types.</summary>
    public IReadOnlySet<string> Names(string annotationPrefix, IEnumerable<string> sources) =>
        Names(annotationPrefix, sources, RecordWriter.OwnTypes);

    private IReadOnlySet<string> Names(string annotationPrefix, IEnumerable<string> sources, ImmutableArray<string> types)
    {
        var read = sources.Order(StringComparer.Ordinal).ToArray();
        var key = string.Join(' ', [annotationPrefix, .. read, .. types]);
        if (!_names.TryGetValue(key, out var names))
        {
            names = _names[key] = Objects.Where(resource => read.Contains(PublishedObjects.SourceOf(resource.Kind)))
                .SelectMany(resource => Names(resource, annotationPrefix, types)).Select(DomainScope.Normal)
                .Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        }

        return names;
    }

    private static IEnumerable<string> Names(Manifest resource, string prefix, ImmutableArray<string> types)
    {
        string[] Listed(string key) => resource.Annotation(prefix + key)?.Split(',') ?? [];

        if (resource.Annotation(prefix + "controller") is not (null or "dns-controller"))
        {
            return [];
        }

        switch (resource.Kind)
        {
            case "Service":
                return [.. Answers(resource, prefix) ? Listed("hostname") : [],
                    // The address of the Service itself.
                    .. resource.Body.TextAt("spec", "clusterIP") == "None" ? [] : Listed("internal-hostname")];
            case "DNSEndpoint":
                return resource.Body.MappingsAt("spec", "endpoints")
                    .Where(endpoint => endpoint.TextAt("recordType") is not { } type
                        || types.Contains(type, StringComparer.OrdinalIgnoreCase))
                    .Select(endpoint => endpoint.TextAt("dnsName") ?? "");
            default:
                var kind = resource.Kind == "Ingress" ? "ingress" : "gateway";
                var only = resource.Annotation($"{prefix}{kind}-hostname-source")?.ToLowerInvariant();
                return [.. only == "annotation-only" ? [] : Hosts(resource), .. only == "defined-hosts-only" ? [] : Listed("hostname")];
        }
    }

    private static IEnumerable<string> Hosts(Manifest resource) => resource.Kind == "HTTPRoute"
        ? resource.Body.ItemsAt("spec", "hostnames").OfType<Scalar>().Select(host => host.Value)
        : resource.Body.MappingsAt("spec", "rules").Select(rule => rule.TextAt("host") ?? "")
            .Concat(resource.Body.MappingsAt("spec", "tls").SelectMany(tls => tls.ItemsAt("hosts").OfType<Scalar>())
                .Select(host => host.Value));

    /// <summary>External-DNS publishes no address of a ClusterIP Service, and the pods' addresses of a headless one.</summary>
    private static bool Answers(Manifest service, string prefix) => service.Annotation(prefix + "target") is not null
        || (service.Body.TextAt("spec", "type") ?? "ClusterIP") != "ClusterIP" || service.Body.TextAt("spec", "clusterIP") == "None";
}
