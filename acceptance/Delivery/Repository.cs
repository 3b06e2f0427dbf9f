using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The checkout whose tree is accepted.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>What platform.yaml says.</summary>
    public static Platform Platform { get; } = PlatformFile.Read(Path.Combine(Root, "platform.yaml")) switch
    {
        PlatformReading.Sound sound => sound.Platform,
        PlatformReading.Refused refused => throw new InvalidDataException(string.Join('\n', refused.Findings.Select(finding => finding.Message))),
        _ => throw new InvalidDataException("platform.yaml"),
    };

    /// <summary>The clusters' names in the definition: infra and apps.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. Platform.Clusters.Select(cluster => cluster.Name.Text)];

    /// <summary>The tree as it is committed, hand edits and all.</summary>
    public static SourceTree Committed { get; } =
        Directory.Exists(Path.Combine(Root, "kubernetes")) ? SourceTree.OnDisk(Root) : SourceTree.Of(Tree.Build(Platform));

    /// <summary>The drift report as it is committed: docs/version-drift.md.</summary>
    public static string VersionDrift { get; } = File.ReadAllText(Path.Combine(Root, "docs", "version-drift.md"));

    /// <summary>
    /// The tree as the generator makes it of this definition with the DNS health controller in every cluster, and CoreDNS under it: it
    /// is off by default, and its criterion is about what comes out where it is on.
    /// </summary>
    public static SourceTree WithHealthController { get; } = SourceTree.Of(Tree.Build(Platform with
    {
        Clusters =
        [
            .. Platform.Clusters.Select(cluster => cluster with
            {
                HealthController = new HealthControllerSettings { Image = cluster.HealthController?.Image ?? "registry.example.com/dns-health-controller:1.0.0", CoreDns = true },
            }),
        ],
    }));

    /// <summary>What the static halves of a criterion look at.</summary>
    public static SourceTree TreeOf(string criterion) => criterion == "Health" ? WithHealthController : Committed;

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "platform-gitops.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException($"no platform-gitops.sln above {AppContext.BaseDirectory}");
    }
}
