using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

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
