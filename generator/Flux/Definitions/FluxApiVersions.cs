using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Flux.Definitions;

/// <summary>
/// The API versions that a Flux release serves (its CustomResourceDefinitions and release notes): 2.7 removed the first betas
/// (flux2#5474), 2.8 the second ones (flux2#5711) but for those of notifications and images, which 2.9 removed.
/// </summary>
internal static class FluxApiVersions
{
    private const string Kustomize = "kustomize.toolkit.fluxcd.io";
    private const string Helm = "helm.toolkit.fluxcd.io";
    private const string Sources = "source.toolkit.fluxcd.io";
    private const string Notifications = "notification.toolkit.fluxcd.io";
    private const string Images = "image.toolkit.fluxcd.io";

    private static readonly SemVer FirstBetasGone = new(2, 7, 0);
    private static readonly SemVer SecondBetasGone = new(2, 8, 0);
    private static readonly SemVer LastBetasGone = new(2, 9, 0);
    private static readonly SemVer FirstOfAll = new(0, 9, 0);

    private static readonly (string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)[] Table =
    [
        (Kustomize, ["Kustomization"], "v1", new SemVer(2, 0, 0), null),
        (Kustomize, ["Kustomization"], "v1beta2", new SemVer(0, 26, 0), SecondBetasGone),
        (Kustomize, ["Kustomization"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Helm, ["HelmRelease"], "v2", new SemVer(2, 3, 0), null),
        (Helm, ["HelmRelease"], "v2beta2", new SemVer(2, 2, 0), SecondBetasGone),
        (Helm, ["HelmRelease"], "v2beta1", FirstOfAll, FirstBetasGone),
        (Sources, ["GitRepository"], "v1", new SemVer(2, 0, 0), null),
        (Sources, ["HelmRepository", "HelmChart"], "v1", new SemVer(2, 3, 0), null),
        (Sources, ["Bucket"], "v1", new SemVer(2, 4, 0), null),
        (Sources, ["OCIRepository"], "v1", new SemVer(2, 6, 0), null),
        (Sources, ["GitRepository", "HelmRepository", "HelmChart", "Bucket", "OCIRepository"], "v1beta2", new SemVer(0, 26, 0),
            SecondBetasGone),
        (Sources, ["GitRepository", "HelmRepository", "HelmChart", "Bucket"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Notifications, ["Receiver"], "v1", new SemVer(2, 0, 0), null),
        (Notifications, ["Alert", "Provider"], "v1beta3", new SemVer(2, 2, 0), null),
        (Notifications, ["Alert", "Provider", "Receiver"], "v1beta2", new SemVer(0, 38, 0), LastBetasGone),
        (Notifications, ["Alert", "Provider", "Receiver"], "v1beta1", FirstOfAll, FirstBetasGone),
        (Images, ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], "v1", new SemVer(2, 7, 0), null),
        (Images, ["ImageRepository", "ImagePolicy"], "v1beta2", new SemVer(0, 40, 0), LastBetasGone),
        (Images, ["ImageUpdateAutomation"], "v1beta2", new SemVer(2, 3, 0), LastBetasGone),
        (Images, ["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], "v1beta1", FirstOfAll, FirstBetasGone),
    ];

    /// <summary>True for a kind that this table is about.</summary>
    public static bool IsFlux(string group, string kind) => Table.Any(row => row.Group == group && row.Kinds.Contains(kind));

    /// <summary>The versions of a kind that a Flux release serves, the best first.</summary>
    public static IEnumerable<string> Served(string group, string kind, SemVer flux) =>
        Of(group, kind).Where(row => flux >= row.From && (row.Until is null || flux < row.Until)).Select(row => row.Version);

    /// <summary>True if a release does not serve a version. A release that is later than the definitions may serve one that none
    /// did before.</summary>
    public static bool Lacks(string group, string kind, string version, SemVer flux) =>
        IsFlux(group, kind) && !Served(group, kind, flux).Contains(version)
        && (!FluxDefinitions.IsLater(flux) || Of(group, kind).Any(row => row.Version == version));

    private static IEnumerable<(string Group, string[] Kinds, string Version, SemVer From, SemVer? Until)> Of(string group, string kind) =>
        Table.Where(row => row.Group == group && row.Kinds.Contains(kind));
}
