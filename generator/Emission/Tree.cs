using PlatformGitOps.Generator.Apps;

namespace PlatformGitOps.Generator.Emission;

/// <summary>A file of the tree, in memory.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Text">The whole text, UTF-8 without a byte order mark when written.</param>
public sealed record GeneratedFile(string Path, string Text);

/// <summary>Builds every file below <c>kubernetes/</c> from a definition, sorted by path. It reads and writes nothing.</summary>
public static class Tree
{
    public static ImmutableArray<GeneratedFile> Build(Platform platform) =>
    [
        .. AppList.All.SelectMany(app => app.Files(platform))
            .Concat(platform.Clusters.SelectMany(cluster => ClusterFolder.Files(platform, cluster)))
            .OrderBy(file => file.Path, StringComparer.Ordinal),
    ];
}
