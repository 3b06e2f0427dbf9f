using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission;

/// <summary>Which API versions a Flux release serves (its release notes: HelmRelease v2 from 2.3, OCIRepository v1 from 2.6).</summary>
internal static class FluxApi
{
    private static readonly SemVer OciRepositoryIsStable = new(2, 6, 0);

    private static readonly SemVer InstallCanRetryInPlace = new(2, 7, 0);

    public const string Kustomization = "kustomize.toolkit.fluxcd.io/v1";

    public const string HelmRelease = "helm.toolkit.fluxcd.io/v2";

    public const string GitRepository = "source.toolkit.fluxcd.io/v1";

    /// <summary>Provider and Alert, served since Flux 2.2.</summary>
    public const string Notification = "notification.toolkit.fluxcd.io/v1beta3";

    public const string HelmRepository = "source.toolkit.fluxcd.io/v1";

    /// <summary>
    /// What an install does after a failure. Retrying in place (Flux 2.7) keeps a Service that was taken over; before it, the only
    /// retry there is uninstalls first.
    /// </summary>
    public static Entry InstallRetry(SemVer flux) => flux >= InstallCanRetryInPlace
        ? new Entry("strategy", new Mapping { { "name", "RetryOnFailure" }, { "retryInterval", "1m" } })
        : new Entry("remediation", new Mapping { { "retries", 3 } });

    public static string OciRepository(SemVer flux) => flux >= OciRepositoryIsStable ? "source.toolkit.fluxcd.io/v1"
        : "source.toolkit.fluxcd.io/v1beta2";
}
