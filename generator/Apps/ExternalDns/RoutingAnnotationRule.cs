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

    private static readonly string[] Prefixes = [ExternalDnsNames.AnnotationPrefix, ExternalDnsNames.NewAnnotationPrefix];

    private static readonly string[] Routing =
    [
        "aws-weight", "aws-region", Failover, "aws-geolocation-continent-code", "aws-geolocation-country-code",
        "aws-geolocation-subdivision-code", "aws-geoproximity-region", "aws-geoproximity-coordinates", "aws-multi-value-answer",
    ];

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
            from prefix in Prefixes
            let own = annotations.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(entry => (Name: entry.Key[prefix.Length..], Entry: entry)).ToArray()
            let routing = own.Where(annotation => Routing.Contains(annotation.Name) || annotation.Name == SetIdentifier).ToArray()
            where routing.Length > 0
            let hostname = own.FirstOrDefault(annotation => annotation.Name == "hostname").Entry?.Value is Scalar name ? name.Value : null
            from finding in Findings(resource, routing, [.. instances.Where(instance => Writes(instance.Domains, hostname))])
            select finding;
    }

    private static IEnumerable<Finding> Findings(
        Flux.Manifest resource, (string Name, Entry Entry)[] annotations, (string Provider, string[] Domains)[] instances)
    {
        var what = $"{resource.Kind} {resource.Namespace}/{resource.Name}";
        var (first, identified) = (annotations[0], annotations.Any(annotation => annotation.Name == SetIdentifier));
        foreach (var provider in instances.Select(instance => instance.Provider).Where(provider => provider != "aws").Distinct())
        {
            yield return Report.At(first.Entry, Id,
                $"{what} has the annotation {first.Entry.Key}, which External-DNS ignores with the provider {provider}.",
                "Delete it and use geoRouting, or keep the name in Route 53 (docs/geo-routing.md).");
        }

        if (!identified && instances.Any(instance => instance.Provider == "aws"))
        {
            yield return Report.At(first.Entry, Id,
                $"{what} has the annotation {first.Entry.Key} and no {SetIdentifier}: Route 53 needs one to tell the regions apart.",
                $"Add the annotation {SetIdentifier} with another value in each cluster.");
        }

        foreach (var (name, entry) in annotations.Where(annotation => annotation.Name == Failover
            && annotation.Entry.Value is Scalar { Value: not ("PRIMARY" or "SECONDARY") }))
        {
            yield return Report.At(entry, Id, $"{what} has another value of {name} than Route 53 knows.", "Write PRIMARY or SECONDARY.");
        }
    }

    private static IEnumerable<string> Values(string[] arguments, string name) => arguments
        .Where(argument => argument.StartsWith(name, StringComparison.Ordinal)).Select(argument => argument[name.Length..]);

    /// <summary>An object without a hostname has it elsewhere, in an Ingress's rules for example: any instance may write it.</summary>
    private static bool Writes(string[] domains, string? hostname) => hostname is null || domains.Length == 0
        || domains.Any(domain => hostname == domain || hostname.EndsWith("." + domain, StringComparison.Ordinal));
}
