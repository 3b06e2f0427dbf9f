using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>Which chart a HelmRelease installs and where it comes from.</summary>
/// <param name="Name">The chart's name.</param>
/// <param name="Version">Its version, as the source pins it; a digest where there is one stands in <paramref name="Url"/>.</param>
/// <param name="Url">The repository's address for HTTP, the chart's own for OCI.</param>
public sealed record ChartReference(string Name, string Version, string Url)
{
    public bool IsOci => Url.StartsWith("oci://", StringComparison.Ordinal);

    /// <summary>Reads it from a release and its source; null where the tree does not tell.</summary>
    /// <param name="release">The HelmRelease.</param>
    /// <param name="find">Looks a source up by kind, namespace and name.</param>
    public static ChartReference? Of(Mapping release, Func<string, string, string, Mapping?> find)
    {
        var ownNamespace = release.TextAt("metadata", "namespace") ?? "";
        Mapping? Source(Mapping? reference) => reference is null
            ? null
            : find(reference.TextAt("kind") ?? "", reference.TextAt("namespace") ?? ownNamespace, reference.TextAt("name") ?? "");

        if (release.At("spec", "chartRef") is Mapping direct && Source(direct) is { } artifact && artifact.TextAt("spec", "url") is { } url)
        {
            return new ChartReference(url[(url.LastIndexOf('/') + 1)..], artifact.TextAt("spec", "ref", "tag") ?? artifact.TextAt("spec", "ref", "semver") ?? "", url);
        }

        return release.At("spec", "chart", "spec") is Mapping chart && chart.TextAt("chart") is { } name
            && Source(chart["sourceRef"] as Mapping)?.TextAt("spec", "url") is { } repository
            ? new ChartReference(name, chart.TextAt("version") ?? "", repository.StartsWith("oci://", StringComparison.Ordinal) ? $"{repository.TrimEnd('/')}/{name}" : repository)
            : null;
    }
}
