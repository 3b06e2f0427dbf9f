using System.Collections.Immutable;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Versions;

/// <summary>The digests of an image or a chart that were published.</summary>
/// <param name="Of">How the name of an image ends, or "chart" and the chart's name.</param>
/// <param name="Source">Where they are written.</param>
/// <param name="Versions">The digest for each version or tag.</param>
public sealed record KnownDigest(string Of, Uri Source, ImmutableSortedDictionary<string, string> Versions)
{
    /// <summary>The digest of an image's tag; null where it is not known.</summary>
    public static string? OfImage(string name, string tag) => KnownVersions.Instance.Digests
        .Where(known => name == known.Of || name.EndsWith("/" + known.Of, StringComparison.Ordinal))
        .Select(known => known.Versions.GetValueOrDefault(tag)).FirstOrDefault(digest => digest is not null);

    /// <summary>The digest of the archive in a chart's HTTP repository; null where it is not known.</summary>
    public static string? OfChart(string name, string version) => KnownVersions.Instance.Digests
        .Where(known => known.Of == $"chart {name}")
        .Select(known => known.Versions.GetValueOrDefault(version)).FirstOrDefault(digest => digest is not null);

    internal static KnownDigest Read(Mapping data) => new(data.TextAt("of")!, new Uri(data.TextAt("source")!),
        data.EntriesAt("versions").ToImmutableSortedDictionary(
            entry => entry.Key, entry => ((Scalar)entry.Value).Value, StringComparer.Ordinal));
}
