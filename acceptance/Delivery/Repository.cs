using PlatformGitOps.Acceptance.Criteria;
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
    /// The definition with the DNS health controller in every cluster, checking CoreDNS too. It is off by default, and its checks are
    /// about the tree in which it is on.
    /// </summary>
    public static Platform WithHealthController { get; } = Platform with
    {
        Clusters =
        [
            .. Platform.Clusters.Select(cluster => cluster with
            {
                HealthController = new HealthControllerSettings
                {
                    Image = cluster.HealthController?.Image ?? "registry.example.com/dns-health-controller:1.0.0",
                    CoreDns = true,
                },
            }),
        ],
    };

    private static readonly SourceTree TreeWithHealthController = SourceTree.Of(Tree.Build(WithHealthController));

    /// <summary>The definition behind <see cref="TreeOf"/>.</summary>
    public static Platform PlatformOf(Check check) => check.Criterion.NeedsHealthController ? WithHealthController : Platform;

    /// <summary>What the static part of a check reads.</summary>
    public static SourceTree TreeOf(Check check) => check.Criterion.NeedsHealthController ? TreeWithHealthController : Committed;

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
