using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// Annotations for Route 53's routing without the intended effect: External-DNS 0.22 only passes them to the provider aws, and without a
/// set identifier the records of two regions are one record.
/// </summary>
internal static class RoutingAnnotationRule
{
    private const string Id = "external-dns-routing";

    private const string SetIdentifier = "set-identifier";

    private const string Failover = "aws-failover";

    private const string HealthCheck = "aws-health-check-id";

    private static readonly string[] Sources = ["service", "ingress", "gateway-httproute", "crd"];

    private static readonly SemVer WithNewPrefix = new(0, 22, 0);

    /// <summary>The routing policies of Route 53, by the prefix of their annotations.</summary>
    private static readonly string[] Ways =
        ["aws-weight", "aws-region", Failover, "aws-geolocation-", "aws-geoproximity-", "aws-multi-value-answer"];

    public static readonly LintRule Rule = LintRule.Of("external-dns-routing", Check,
        (Id, "An object asks for routing that its DNS provider cannot do, or in a way that Route 53 does not understand."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        Instance[] instances =
        [
            .. from resource in cluster.Applied
               where resource.Kind == "Deployment"
               from container in resource.Body.MappingsAt("spec", "template", "spec", "containers")
               let arguments = container.ItemsAt("args").OfType<Scalar>().Select(argument => argument.Value).ToArray()
               let provider = Values(arguments, "--provider=").FirstOrDefault()
               where provider is not null
               select new Instance(provider, Values(arguments, "--annotation-prefix=").LastOrDefault() ?? OwnPrefix(container),
                   [.. Values(arguments, "--domain-filter=").Select(DomainScope.Normal)]),
        ];
        // External-DNS skips an object that another controller owns.
        return
            from resource in cluster.Applied
            let annotations = resource.Body.EntriesAt("metadata", "annotations").ToArray()
            where annotations.Length > 0
            from readers in instances.GroupBy(instance => instance.Prefix)
            where resource.Annotation(readers.Key + "controller") is null or "dns-controller"
            let routing = annotations.Where(entry => entry.Key.StartsWith(readers.Key, StringComparison.Ordinal))
                .Select(entry => (Name: entry.Key[readers.Key.Length..], Entry: entry))
                .Where(annotation => Way(annotation.Name) is not null || annotation.Name is SetIdentifier or HealthCheck).ToArray()
            where routing.Length > 0
            let names = Names(resource, readers.Key)
            from finding in Findings(resource, routing, [.. readers.Where(instance => instance.Writes(names)).Select(one => one.Provider)])
            select finding;
    }

    private static IEnumerable<Finding> Findings(
        Manifest resource, (string Name, Entry Entry)[] annotations, IReadOnlyCollection<string> providers)
    {
        var what = $"{resource.Kind} {resource.Namespace}/{resource.Name}";
        var first = annotations[0].Entry;
        foreach (var provider in providers.Where(provider => provider != "aws").Distinct())
        {
            yield return Report.At(first, Id,
                $"{what} has the annotation {first.Key}, which External-DNS uses with the provider aws alone: here it is {provider}.",
                $"Delete it and use geoRouting, or keep the name in Route 53 ({Docs.Page("geo-routing.md")}).");
        }

        if (providers.Contains("aws"))
        {
            foreach (var finding in Refused(what, annotations))
            {
                yield return finding;
            }
        }
    }

    /// <summary>Values that Route 53 refuses; acceptance/Criteria/ExternalDns runs External-DNS with them.</summary>
    private static IEnumerable<Finding> Refused(string what, (string Name, Entry Entry)[] annotations)
    {
        Entry? Find(string name) => annotations.FirstOrDefault(annotation => annotation.Name == name).Entry;
        var ways = annotations.Where(annotation => Way(annotation.Name) is not null).DistinctBy(annotation => Way(annotation.Name))
            .ToArray();
        if (ways.Length > 0 && Find(SetIdentifier) is null)
        {
            yield return Report.At(ways[0].Entry, Id,
                $"{what} has the annotation {ways[0].Entry.Key} and no {SetIdentifier}: Route 53 needs one to tell the regions apart.",
                $"Add the annotation {SetIdentifier} with another value in each cluster.");
        }

        if (ways.Length == 0 && Find(SetIdentifier) is { } identifier)
        {
            yield return Report.At(identifier, Id,
                $"{what} has the annotation {identifier.Key} and no routing: Route 53 refuses the record.",
                "Add the annotation of a policy, for example aws-region or aws-weight, or delete this one.");
        }

        if (ways.Length > 1)
        {
            yield return Report.At(ways[1].Entry, Id,
                $"{what} has the annotations {ways[0].Entry.Key} and {ways[1].Entry.Key}: Route 53 routes a record in one way alone.",
                "Delete one of them.");
        }

        if (Find(Failover) is { Value: Scalar { Value: var role } } failover)
        {
            if (role is not ("PRIMARY" or "SECONDARY"))
            {
                yield return Report.At(failover, Id, $"{what} has {Failover} '{role}', which Route 53 does not know.",
                    "Write PRIMARY or SECONDARY.");
            }
            else if (role == "PRIMARY" && Find(HealthCheck) is null)
            {
                yield return Report.At(failover, Id,
                    $"{what} is the primary and has no {HealthCheck}: Route 53 refuses its TXT record, which is never an alias.",
                    $"Add the annotation {HealthCheck} with the id of a health check in Route 53.");
            }
        }
    }

    private static string? Way(string annotation) => Ways.FirstOrDefault(way => annotation.StartsWith(way, StringComparison.Ordinal));

    private static IEnumerable<string> Values(string[] arguments, string name) => arguments
        .Where(argument => argument.StartsWith(name, StringComparison.Ordinal)).Select(argument => argument[name.Length..]);

    /// <summary>The names that an object requests; a hostname counts even if External-DNS publishes no address for it.</summary>
    private static IReadOnlyCollection<string> Names(Manifest resource, string prefix) =>
        AskingObjects.Of([resource]).Names(prefix, Sources) is { Count: > 0 } names ? names
            : resource.Annotation(prefix + "hostname") is { } hostname ? [.. hostname.Split(',').Select(DomainScope.Normal)] : [];

    /// <summary>The default annotation prefix of an External-DNS version, which changed in a release.</summary>
    private static string OwnPrefix(Mapping container)
    {
        var image = container.TextAt("image")?.Split('@')[0] ?? "";
        return SemVer.TryParse(image[(image.LastIndexOf(':') + 1)..].TrimStart('v'), out var version, out _) && version < WithNewPrefix
            ? ExternalDnsNames.AnnotationPrefix : ExternalDnsNames.NewAnnotationPrefix;
    }

    private sealed record Instance(string Provider, string Prefix, string[] Domains)
    {
        /// <summary>An object without names gets them elsewhere, for example from a Gateway: any instance may write it.</summary>
        public bool Writes(IReadOnlyCollection<string> names) => names.Count == 0 || Domains.Length == 0
            || names.Any(name => Domains.Any(domain => DomainScope.IsBelow(name, domain)));
    }
}

/// <summary>Objects of the tree with annotations that no instance of their cluster reads.</summary>
internal static class AnnotationPrefixRule
{
    private const string Id = "external-dns-prefix";

    private const string Argument = "--annotation-prefix=";

    public static readonly LintRule Rule = LintRule.Of("external-dns", Check,
        (Id, "An object has External-DNS's annotations only with a prefix that no instance of its cluster reads."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var read = cluster.Applied.Where(resource => resource.Kind == "Deployment")
            .SelectMany(resource => resource.Body.MappingsAt("spec", "template", "spec", "containers"))
            .SelectMany(container => container.ItemsAt("args")).OfType<Scalar>()
            .Where(argument => argument.Value.StartsWith(Argument, StringComparison.Ordinal))
            .Select(argument => argument.Value[Argument.Length..]).Distinct().Order(StringComparer.Ordinal).ToArray();
        return
            from resource in cluster.Applied
            from unread in UnreadAnnotations.Of(resource, read)
            select Report.At(unread.Annotation, Id,
                $"{resource.Kind} {resource.Namespace}/{resource.Name} has the annotation {unread.Annotation.Key}, and the External-DNS " +
                    $"of cluster {cluster.Name} reads {string.Join(" and ", read)}.",
                $"Write {read[0]}{unread.Name}, or set annotationPrefix in the definition.");
    }
}
