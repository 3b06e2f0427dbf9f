using System.Collections.Immutable;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission.Clusters;
using PlatformGitOps.Generator.Emission.CoreDns;
using PlatformGitOps.Generator.Emission.Crds;
using PlatformGitOps.Generator.Emission.HealthController;
using PlatformGitOps.Generator.Emission.NetworkPolicy;

namespace PlatformGitOps.Generator.Emission;

/// <summary>Definition in, files out: every file below <c>kubernetes/</c>, sorted by path. Nothing here reads or writes.</summary>
public static class Tree
{
    public static ImmutableArray<GeneratedFile> Build(Platform platform)
    {
        var shared = CoreDnsBase.Files(platform)
            .Concat(CoreDnsInfrastructure.Files(platform))
            .Concat(CoreDnsComponents.Files(platform))
            .Concat(HealthControllerBase.Files(platform))
            .Concat(HealthControllerComponents.Files(platform))
            .Concat(AllowDns.Files())
            .Concat(MonitoringCrds.Files(platform));
        var clusters = platform.Clusters.SelectMany(cluster => ClusterFiles.Of(platform, cluster));
        return [.. shared.Concat(clusters).OrderBy(file => file.Path, StringComparer.Ordinal)];
    }
}
