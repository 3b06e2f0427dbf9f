using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>
/// Annotations of geographic routing without a reader: the cluster does not have it, or the name is outside of its zone. External-DNS never
/// reads them.
/// </summary>
internal static class GeoAnnotationRule
{
    private const string Id = "geo-annotation-unread";

    private const string Hostname = $"{ControllerNames.LabelPrefix}/geo-hostname";

    public static readonly LintRule Rule = LintRule.Of("geo-routing", Check,
        (Id, "A Service asks geographic routing for a name, and its cluster has no geographic routing for that name."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var zone = cluster.Applied.Where(resource => resource.Kind == "ConfigMap")
            .Select(resource => GeoDnsConfig.ZoneIn(resource.Body)).FirstOrDefault(found => found is not null);
        return
            from resource in cluster.Applied
            where resource.Kind == "Service"
            from annotation in resource.Body.EntriesAt("metadata", "annotations")
            where annotation.Key == Hostname && annotation.Value is Scalar
            let name = ((Scalar)annotation.Value).Value.TrimEnd('.')
            where zone is null || !DomainName.IsIn(name.ToLowerInvariant(), zone.ToLowerInvariant())
            select Report.At(annotation, Id,
                $"Service {resource.Namespace}/{resource.Name} asks for {name} with the annotation {Hostname}, and "
                    + (zone is null ? $"cluster {cluster.Name} has no geographic routing."
                        : $"the zone of cluster {cluster.Name} is {zone}."),
                (zone is null ? "Set geoRouting.enabled" : $"Write a name below {zone}")
                    + $", or have Route 53 route it with External-DNS's own annotations ({Docs.Page("geo-routing.md#in-a-cloud")}).");
    }
}
