using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Emission;

/// <summary>Definition in, files out: every file below <c>kubernetes/</c>, sorted by path. Nothing here reads or writes.</summary>
public static class Tree
{
    public static ImmutableArray<GeneratedFile> Build(Platform platform) =>
    [
        .. AppList.All.SelectMany(app => app.Files(platform))
            .Concat(platform.Clusters.SelectMany(cluster => ClusterFolder.Files(platform, cluster)))
            .OrderBy(file => file.Path, StringComparer.Ordinal),
    ];
}
