using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Lint;

/// <summary>
/// Which API versions a Flux release serves (its release notes): the first betas went with 2.7 (flux2#5474), the second ones with 2.8
/// (flux2#5711).
/// </summary>
internal static class FluxApiVersions
{
    private static readonly SemVer FirstBetasGone = new(2, 7, 0);
    private static readonly SemVer SecondBetasGone = new(2, 8, 0);

    private static readonly (string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)[] Table =
    [
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1", new SemVer(2, 0, 0), null),
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        ("kustomize.toolkit.fluxcd.io", ["Kustomization"], "v1beta1", new SemVer(0, 9, 0), FirstBetasGone),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2", new SemVer(2, 3, 0), null),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2beta2", new SemVer(2, 2, 0), SecondBetasGone),
        ("helm.toolkit.fluxcd.io", ["HelmRelease"], "v2beta1", new SemVer(0, 9, 0), FirstBetasGone),
        ("source.toolkit.fluxcd.io", ["GitRepository"], "v1", new SemVer(2, 0, 0), null),
        ("source.toolkit.fluxcd.io", ["HelmRepository", "HelmChart"], "v1", new SemVer(2, 3, 0), null),
        ("source.toolkit.fluxcd.io", ["Bucket"], "v1", new SemVer(2, 5, 0), null),
        ("source.toolkit.fluxcd.io", ["OCIRepository"], "v1", new SemVer(2, 6, 0), null),
        ("source.toolkit.fluxcd.io", ["GitRepository", "HelmRepository", "HelmChart", "Bucket", "OCIRepository"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        ("source.toolkit.fluxcd.io", ["GitRepository", "HelmRepository", "HelmChart", "Bucket"], "v1beta1", new SemVer(0, 9, 0), FirstBetasGone),
    ];

    /// <summary>True for a kind that this table is about.</summary>
    public static bool IsFlux(string group, string kind) => Table.Any(row => row.Group == group && row.Kinds.Contains(kind));

    /// <summary>The versions of a kind that a Flux release serves, the best first.</summary>
    public static IEnumerable<string> Served(string group, string kind, SemVer flux) =>
        Table.Where(row => row.Group == group && row.Kinds.Contains(kind) && flux >= row.From && (row.Until is null || flux < row.Until)).Select(row => row.Version);
}
