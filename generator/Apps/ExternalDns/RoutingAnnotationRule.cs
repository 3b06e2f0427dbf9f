using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// Annotations for Route 53's routing that have no effect, or not the meant one: External-DNS 0.22 passes them on for the provider aws
/// alone, and without a set identifier the records of two regions are one record.
/// </summary>
internal static class RoutingAnnotationRule
{
    private const string Id = "external-dns-routing";

    private const string SetIdentifier = "set-identifier";

    private const string Failover = "aws-failover";

    private const string HealthCheck = "aws-health-check-id";

    /// <summary>The ways in which records of one name share the queries, by what their annotations begin with.</summary>
    private static readonly string[] Ways =
        ["aws-weight", "aws-region", Failover, "aws-geolocation-", "aws-geoproximity-", "aws-multi-value-answer"];

    public static readonly LintRule Rule = LintRule.Of("external-dns-routing", Check,
        (Id, "An object asks for routing that its DNS provider cannot do, or in a way that Route 53 does not understand."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        (string Provider, string[] Domains)[] instances =
        [
            .. from resource in cluster.Applied
               where resource.Kind == "Deployment"
               from container in resource.Body.MappingsAt("spec", "template", "spec", "containers")
               let arguments = container.ItemsAt("args").OfType<Scalar>().Select(argument => argument.Value).ToArray()
               let provider = Values(arguments, "--provider=").FirstOrDefault()
               where provider is not null
               select (provider, Values(arguments, "--domain-filter=").ToArray()),
        ];
        return instances.Length == 0 ? [] :
            from resource in cluster.Applied
            let annotations = resource.Body.EntriesAt("metadata", "annotations").ToArray()
            from prefix in ExternalDnsNames.AnnotationPrefixes
            let own = annotations.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(entry => (Name: entry.Key[prefix.Length..], Entry: entry)).ToArray()
            let routing = own.Where(annotation => Way(annotation.Name) is not null || annotation.Name is SetIdentifier or HealthCheck)
                .ToArray()
            where routing.Length > 0
            let hostname = own.FirstOrDefault(annotation => annotation.Name == "hostname").Entry?.Value is Scalar name ? name.Value : null
            from finding in Findings(resource, routing, [.. instances.Where(instance => Writes(instance.Domains, hostname))])
            select finding;
    }

    private static IEnumerable<Finding> Findings(
        Flux.Manifest resource, (string Name, Entry Entry)[] annotations, (string Provider, string[] Domains)[] instances)
    {
        var what = $"{resource.Kind} {resource.Namespace}/{resource.Name}";
        var first = annotations[0].Entry;
        foreach (var provider in instances.Select(instance => instance.Provider).Where(provider => provider != "aws").Distinct())
        {
            yield return Report.At(first, Id,
                $"{what} has the annotation {first.Key}, which External-DNS uses with the provider aws alone: here it is {provider}.",
                "Delete it and use geoRouting, or keep the name in Route 53 (docs/geo-routing.md).");
        }

        if (instances.Any(instance => instance.Provider == "aws"))
        {
            foreach (var finding in Refused(what, annotations))
            {
                yield return finding;
            }
        }
    }

    /// <summary>What Route 53 refuses; acceptance/Criteria/ExternalDns has External-DNS ask for it.</summary>
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

    /// <summary>An object without a hostname has it elsewhere, in an Ingress's rules for example: any instance may write it.</summary>
    private static bool Writes(string[] domains, string? hostname) => hostname is null || domains.Length == 0
        || domains.Any(domain => hostname == domain || hostname.EndsWith("." + domain, StringComparison.Ordinal));
}
