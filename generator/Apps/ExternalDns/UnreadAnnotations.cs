namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>
/// Annotations that no instance of the cluster reads: External-DNS 0.22 changed the default prefix, and with the policy sync it deletes the
/// records of objects whose annotations are not read anymore.
/// </summary>
internal static class UnreadAnnotations
{
    /// <summary>Ignores annotations that the object also has with a prefix that is read, as during a change of the prefix.</summary>
    /// <param name="resource">An object of a tree or of a cluster.</param>
    /// <param name="read">The prefixes of the cluster's instances.</param>
    public static IEnumerable<(Entry Annotation, string Name)> Of(Manifest resource, IReadOnlyCollection<string> read) =>
        from annotation in resource.Body.EntriesAt("metadata", "annotations")
        let prefix = ExternalDnsNames.AnnotationPrefixes
            .FirstOrDefault(known => annotation.Key.StartsWith(known, StringComparison.Ordinal))
        where prefix is not null && read.Count > 0 && !read.Contains(prefix)
        let name = annotation.Key[prefix.Length..]
        where read.All(other => resource.Annotation(other + name) is null)
        select (annotation, name);
}
