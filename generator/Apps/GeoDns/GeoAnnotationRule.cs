using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>
/// Annotations of geographic routing without a reader: the cluster does not have it, or the name is outside of its zone. External-DNS never
/// reads them. And those that the writer of the zones reads and refuses, with all addresses of their Service.
/// </summary>
internal static class GeoAnnotationRule
{
    private const string Id = "geo-annotation-unread";
    private const string Refused = "geo-annotation-refused";

    private const string Prefix = $"{ControllerNames.LabelPrefix}/geo-";
    private const string Hostname = $"{Prefix}hostname";
    private const string Region = $"{Prefix}region";
    private const string Policy = $"{Prefix}policy";

    /// <summary>The numbers that controller/Geo/GeoService.cs takes.</summary>
    private static readonly ImmutableDictionary<string, int> Highest = new Dictionary<string, int>
    {
        [$"{Prefix}priority"] = 1000,
        [$"{Prefix}weight"] = 255,
    }.ToImmutableDictionary();

    public static readonly LintRule Rule = LintRule.Of("geo-routing", Check,
        (Id, "A Service asks geographic routing for a name, and its cluster has no geographic routing for that name."),
        (Refused, "An annotation beside `geo-hostname` names a region that is not in `geoRouting.regions`, or has another form than "
            + "geographic routing reads: all addresses of the Service leave the name."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var config = cluster.Applied.Where(resource => resource.Kind == "ConfigMap")
            .Select(resource => GeoDnsConfig.In(resource.Body)).FirstOrDefault(found => found is not null);
        return
            from resource in cluster.Applied
            where resource.Kind == "Service"
            let annotations = resource.Body.EntriesAt("metadata", "annotations")
            from annotation in annotations
            where annotation.Key == Hostname && annotation.Value is Scalar
            let name = ((Scalar)annotation.Value).Value.TrimEnd('.')
            from finding in config is not var (zone, regions) ? [Unread(cluster, resource, annotation, name, null)]
                : !DomainName.IsIn(name.ToLowerInvariant(), zone.ToLowerInvariant())
                    ? [Unread(cluster, resource, annotation, name, zone)]
                    : Beside(resource, annotations, regions)
            select finding;
    }

    private static Finding Unread(ClusterView cluster, Manifest resource, Entry annotation, string name, string? zone) => Report.At(
        annotation, Id,
        $"Service {resource.Namespace}/{resource.Name} asks for {name} with the annotation {Hostname}, and "
            + (zone is null ? $"cluster {cluster.Name} has no geographic routing." : $"the zone of cluster {cluster.Name} is {zone}."),
        (zone is null ? "Set geoRouting.enabled" : $"Write a name below {zone}")
            + $", or have Route 53 route it with External-DNS's own annotations ({Docs.Page("geo-routing.md#in-a-cloud")}).");

    /// <summary>What is wrong with the other annotations. An empty one counts as none.</summary>
    private static IEnumerable<Finding> Beside(Manifest resource, IEnumerable<Entry> annotations, ImmutableArray<string> regions) =>
        from annotation in annotations
        where annotation.Value is Scalar { Value.Length: > 0 }
        let text = ((Scalar)annotation.Value).Value
        let wanted = annotation.Key switch
        {
            Region when !regions.IsEmpty && !regions.Contains(text) => $"a region of geoRouting.regions: {string.Join(", ", regions)}",
            Policy when !GeoDnsSettings.PolicyWords.Contains(text) => $"one of {string.Join(", ", GeoDnsSettings.PolicyWords)}",
            _ when Highest.TryGetValue(annotation.Key, out var most) && !IsNumber(text, most) => $"a number from 0 to {most}",
            _ => null,
        }
        where wanted is not null
        select Report.At(annotation, Refused,
            $"Service {resource.Namespace}/{resource.Name} has {annotation.Key}: {Printable.Of(text)}, which is not "
                + $"{wanted.Split(':')[0]}: geographic routing "
                + (annotation.Key == Region ? "takes all its addresses out of the zone." : "uses the default."),
            $"Write {wanted}.");

    private static bool IsNumber(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most;
}
