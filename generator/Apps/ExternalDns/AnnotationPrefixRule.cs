using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// Annotations that no instance of the cluster reads: External-DNS 0.22 changed the prefix, and with the policy sync the records of an
/// object whose annotations are not read any more are deleted.
/// </summary>
internal static class AnnotationPrefixRule
{
    private const string Id = "external-dns-prefix";

    private const string Argument = "--annotation-prefix=";

    private static readonly string[] Known = [ExternalDnsNames.AnnotationPrefix, ExternalDnsNames.NewAnnotationPrefix];

    public static readonly LintRule Rule = LintRule.Of("external-dns", Check,
        (Id, "An object carries External-DNS's annotations with a prefix that no instance of its cluster reads."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var read = cluster.Applied.Where(resource => resource.Kind == "Deployment")
            .SelectMany(resource => resource.Body.MappingsAt("spec", "template", "spec", "containers"))
            .SelectMany(container => container.ItemsAt("args")).OfType<Scalar>()
            .Where(argument => argument.Value.StartsWith(Argument, StringComparison.Ordinal))
            .Select(argument => argument.Value[Argument.Length..]).Distinct().Order(StringComparer.Ordinal).ToArray();
        return read.Length == 0 ? [] :
            from resource in cluster.Applied
            from annotation in resource.Body.EntriesAt("metadata", "annotations")
            let prefix = Known.FirstOrDefault(known => annotation.Key.StartsWith(known, StringComparison.Ordinal))
            where prefix is not null && !read.Contains(prefix)
            select Report.At(annotation, Id,
                $"{resource.Kind} {resource.Namespace}/{resource.Name} has the annotation {annotation.Key}, and the External-DNS of " +
                    $"cluster {cluster.Name} reads {string.Join(" and ", read)}.",
                $"Write {read[0]}{annotation.Key[prefix.Length..]}, or set annotationPrefix in the definition.");
    }
}
