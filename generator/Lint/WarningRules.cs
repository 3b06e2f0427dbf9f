namespace PlatformGitOps.Generator.Lint;

/// <summary>Warnings of <c>check</c> and <c>lint</c> in addition to the rules of lint; docs/definition.md has a text on each.</summary>
internal static class WarningRules
{
    public const string VersionUnknown = "version-unknown";
    public const string OverlayUnused = "overlay-without-cluster";
    public const string OverlayEmpty = "overlay-empty";
    public const string RepositoryRoot = "repository-root";
    public const string RepositoryBranch = "repository-branch";
    public const string ClusterFolder = "cluster-folder-left";
    public const string Tree = "tree-left-behind";
    public const string SecretOfTwo = "chart-secret-of-two-sources";
    public const string ChartUrl = "chart-url-without-name";
    public const string NodesUnknown = "network-nodes-unknown";
    public const string SubstrateNetworks = "substrate-networks";

    /// <summary>Those at the section of a cluster in the definition.</summary>
    public static readonly ImmutableArray<string> AtClusters = [NodesUnknown, SubstrateNetworks];

    /// <summary>
    /// Those about the definition, the overlays and the root of the git repository alone, which an unchanged tree has unchanged.
    /// </summary>
    public static readonly ImmutableArray<string> OfTheTree = [NodesUnknown, SubstrateNetworks, OverlayEmpty, RepositoryRoot];

    public static readonly ImmutableArray<string> All =
    [
        VersionUnknown, OverlayUnused, OverlayEmpty, RepositoryRoot, RepositoryBranch, ClusterFolder, Tree, SecretOfTwo, ChartUrl,
        NodesUnknown, SubstrateNetworks,
    ];
}
