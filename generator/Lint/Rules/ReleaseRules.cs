using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Values that the chart reads, but that have an unexpected effect.</summary>
internal static class ReleaseRules
{
    private const string Monitor = "monitor-without-metrics-service";
    private const string Account = "service-account-missing";
    internal const string AppLabel = "app-label";
    internal const string ClusterService = "not-a-cluster-service";
    private const string TwoScalers = "two-scalers";
    private const string ScalerDrift = "drift-fights-scaler";
    private const string ScalerRequest = "scaler-without-request";
    internal const string Image = "image-out-of-step";
    private const string Unpinned = "chart-unpinned";
    internal const string Tcp = "tcp-lost";
    private const string PullSecret = "pull-secret-object";
    internal const string SecretMode = "secret-mode";

    private const string Full = "Write a full version such as 1.38.0.";

    private static readonly SemVer TcpIsAnOption = new(1, 42, 1);
    private static readonly SemVer PullSecretsFixed = new(1, 39, 1);

    private static readonly ReleaseChecks OfReleases = new(Check);

    public static readonly LintRule Rule = LintRule.Of(
        "release",
        cluster => OfReleases.Check(cluster).Concat(cluster.Releases.SelectMany(release =>
            release.Chart.IsFolder ? FolderPins(cluster, release) : Pins(cluster, release))),
        (Monitor, "A ServiceMonitor without the metrics Service selects nothing."),
        (Account, "Without its own ServiceAccount the release grants its rights to the namespace's default one."),
        (AppLabel, "The pods of Service kube-dns need the label k8s-app: kube-dns, which policies and tools select."),
        (ClusterService, "With isClusterService: false the DNS server sends queries to itself."),
        (TwoScalers, "The chart creates no scaler if both are enabled."),
        (ScalerDrift, "Drift detection resets the replicas that a scaler has set."),
        (ScalerRequest, "CPU autoscaling needs a CPU request."),
        (Image, "The image is not the CoreDNS of the chart, and not a newer one that this program knows."),
        (Unpinned, "Neither a version nor a digest pins the chart."),
        (Tcp, "This chart serves TCP 53 only if a zone sets use_tcp: true."),
        (PullSecret, "Objects in image.pullSecrets break the ServiceAccount of this chart."),
        (SecretMode, "The chart mounts extraSecrets without a mode with the decimal 400, which is octal 0620."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release) => Wiring(release).Concat(Scaling(release)).Concat(Versions(release))
        .Concat(Secrets(release));

    private static IEnumerable<Finding> Wiring(CoreDnsRelease release)
    {
        if (release is { ScrapesItself: true, HasMetricsService: false })
        {
            yield return release.Report(
                Monitor,
                "The ServiceMonitor selects the metrics Service, but prometheus.service.enabled is off.",
                "Also set prometheus.service.enabled: true.",
                "prometheus",
                "monitor",
                "enabled");
        }

        if (!release.Switch(false, "serviceAccount", "create") && release.Switch(true, "rbac", "create"))
        {
            yield return release.Report(
                Account,
                "The pods run as the namespace's default ServiceAccount, so every pod there gets the rights of CoreDNS.",
                "Set serviceAccount.create: true.",
                "serviceAccount",
                "create");
        }

        if (release.ServiceName == "kube-dns" && release.AppLabel != "kube-dns")
        {
            yield return release.Report(
                AppLabel,
                $"The Service is called kube-dns, but its pods have the label k8s-app: {release.AppLabel}.",
                "Set k8sAppLabelOverride: kube-dns before the first install; it is part of an immutable selector.",
                "k8sAppLabelOverride");
        }

        if (release is { IsClusterDns: true, IsClusterService: false })
        {
            yield return release.Report(
                ClusterService,
                "isClusterService: false removes dnsPolicy: Default, so the pods resolve through themselves, and the label k8s-app.",
                "Delete it.",
                "isClusterService");
        }
    }

    private static IEnumerable<Finding> Scaling(CoreDnsRelease release)
    {
        var (horizontal, proportional) = (release.Switch(false, "hpa", "enabled"), release.Switch(false, "autoscaler", "enabled"));
        if (horizontal && proportional)
        {
            yield return release.Report(
                TwoScalers,
                "With hpa and autoscaler the chart creates neither and sets no replicas: a new release has one pod.",
                "Disable one of the two.",
                "hpa",
                "enabled");
        }

        var spec = release.Manifest.Body["spec"] as Mapping;
        if ((horizontal || proportional) && spec?.TextAt("driftDetection", "mode") == "enabled" && !IgnoresReplicas(spec))
        {
            yield return release.Report(
                ScalerDrift,
                "Drift detection and the scaler overwrite each other's replicas (helm-controller#643).",
                "Ignore /spec/replicas of the Deployment in driftDetection.ignore.",
                horizontal ? "hpa" : "autoscaler",
                "enabled");
        }

        if (horizontal && release.Values.At("resources", "requests", "cpu") is Scalar { IsNull: true })
        {
            yield return release.Report(
                ScalerRequest,
                "The scaler compares CPU use with a CPU request, but none is set.",
                "Set resources.requests.cpu.",
                "resources",
                "requests",
                "cpu");
        }
    }

    private static bool IgnoresReplicas(Mapping spec) => spec.MappingsAt("driftDetection", "ignore")
        .SelectMany(ignored => ignored.ItemsAt("paths")).OfType<Scalar>().Any(path => path.Value == "/spec/replicas");

    private static IEnumerable<Finding> Versions(CoreDnsRelease release)
    {
        if (release.Version is not { } version)
        {
            yield break;
        }

        var tag = release.Text("image", "tag")?.Split('@')[0];
        if (release.Text("image", "tag") is { } whole && whole != tag && !Forms.IsTag(whole))
        {
            yield return release.Report(
                Image,
                $"The image's tag ends with '{Printable.Of(whole[tag!.Length..])}', which is not a digest: no image can be pulled by it.",
                "Write @sha256: and 64 hex digits.",
                "image",
                "tag");
        }

        if (tag is not null && CoreDnsChart.AppVersionOf(version) is { } expected && tag.TrimStart('v') != expected
            && !IsKnownAndNewer(tag, SemVer.Parse(expected)))
        {
            yield return release.Report(
                Image,
                $"Chart {version} is made for CoreDNS {expected}, but the image is {tag}.",
                $"Delete image.tag, pin the digest of {expected}, or name a newer CoreDNS whose plugins and metrics are known.",
                "image",
                "tag");
        }

        var zones = release.Values.MappingsAt("servers").SelectMany(server => server.MappingsAt("zones")).ToArray();
        if (version >= TcpIsAnOption && zones.Length > 0 && zones.All(zone => zone.TextAt("use_tcp") != "true"
            || (CoreDnsChart.WithoutTcp.Contains(version) && zone.TextAt("scheme") is not { Length: > 0 })))
        {
            yield return release.Report(
                Tcp,
                $"Chart {version} serves TCP only if a zone enables it: truncated answers, and every client that retries over TCP, fail.",
                "Set use_tcp: true in a zone of the server.",
                "servers");
        }
    }

    /// <summary>The finding is at the version, which may be in a source that other releases share. A digest pins the chart.</summary>
    private static IEnumerable<Finding> Pins(ClusterView cluster, CoreDnsRelease release)
    {
        if (release.Version is not null)
        {
            yield break;
        }

        var (body, path, fix) = ChartReference.SourceOf(release.Manifest.Body, cluster.Cluster.FindBody) is not { } source
            ? (release.Manifest.Body, ["spec", "chart", "spec", "version"], Full)
            : source.TextAt("kind") == "HelmChart" ? (source, ["spec", "version"], Full)
            : (source, (string[])["spec", "ref", "semver"], "Write 'tag: 1.38.0' below spec.ref, without semver.");
        if (body.At("spec", "ref", "digest") is null)
        {
            yield return Report.At(
                body,
                release.Manifest.File,
                path,
                Unpinned,
                $"{release.Manifest.Id.Title}: " + (release.Chart.Version is { Length: > 0 } version
                    ? $"the chart's version '{Printable.Of(version)}' is not a single one" : "the chart has no version")
                    + ", so the chart can change without a commit.",
                fix);
        }
    }

    /// <summary>
    /// A chart that is a folder of a source is pinned by the source's revision: that of this tree, or one tag or commit of another
    /// repository.
    /// </summary>
    private static IEnumerable<Finding> FolderPins(ClusterView cluster, CoreDnsRelease release)
    {
        if (ChartReference.RepositoryOf(release.Manifest.Body, cluster.Cluster.FindBody) is not { } source || IsOfTree(cluster, source)
            || (source.TextAt("kind") == "GitRepository" && FollowedIn(source) is null))
        {
            yield break;
        }

        var isGit = source.TextAt("kind") == "GitRepository";
        yield return Report.At(
            source,
            source.File,
            isGit ? ["spec", "ref"] : ["spec"],
            Unpinned,
            $"The chart of HelmRelease {release.Manifest.Namespace}/{release.Manifest.Name} is a folder of "
                + Printable.Of(release.Chart.Url)
                + $"{(isGit ? $", of which Flux follows {FollowedIn(source)}" : "")}, so it can change without a commit here.",
            isGit ? "Write 'commit:' with the id of a commit, or 'tag:' alone, below spec.ref."
                : "Take the chart from a GitRepository with spec.ref.commit, or by its version from a HelmRepository.");
    }

    /// <summary>True for the source of a layer, and for another source of the same branch and repository.</summary>
    private static bool IsOfTree(ClusterView cluster, Mapping source) => cluster.Layers.Where(layer => !layer.IsForeign)
        .Select(layer => layer.Source).Distinct().Any(own => (own.Kind, own.Namespace, own.Name)
                == (source.TextAt("kind") ?? "", source.TextAt("metadata", "namespace") ?? "", source.TextAt("metadata", "name") ?? "")
            || (own.Kind == "GitRepository" && cluster.Find(own.Kind, own.Namespace, own.Name) is { Body: var body }
                && GitFolder.IsSame(body.TextAt("spec", "url") ?? "", source.TextAt("spec", "url") ?? "")
                && FollowedIn(body) == FollowedIn(source)));

    /// <summary>
    /// The reference that a GitRepository follows, in Flux's order of the keys; null for a commit or a tag, which do not change.
    /// </summary>
    private static string? FollowedIn(Mapping source)
    {
        string? At(string key) => source.TextAt("spec", "ref", key) is { Length: > 0 } text ? Printable.Of(text) : null;
        return At("commit") is not null ? null
            : At("name") is { } name ? (name.StartsWith("refs/tags/", StringComparison.Ordinal) ? null : $"'{name}'")
            : At("semver") is { } range ? $"the newest tag of '{range}'"
            : At("tag") is not null ? null
            : $"branch {At("branch") ?? "master"}";
    }

    /// <summary>Corefile, plugins and metrics are checked for the image's version; a newer one may have fewer faults.</summary>
    private static bool IsKnownAndNewer(string tag, SemVer expected) =>
        SemVer.TryParse(tag.TrimStart('v'), out var own, out _) && own > expected && CoreDnsChart.IsKnown(own);

    private static IEnumerable<Finding> Secrets(CoreDnsRelease release)
    {
        if (release.Version is { } version && version < PullSecretsFixed && release.Switch(false, "serviceAccount", "create")
            && release.Values.MappingsAt("image", "pullSecrets").Any())
        {
            yield return release.Report(
                PullSecret,
                "Chart versions before 1.39.1 write 'map[name:...]' into the ServiceAccount if a pull secret is an object.",
                "Attach the secret to the ServiceAccount yourself, or use a later chart.",
                "image",
                "pullSecrets");
        }

        foreach (var secret in release.Values.MappingsAt("extraSecrets").Where(secret => secret["defaultMode"] is null))
        {
            yield return Report.At(
                secret,
                SecretMode,
                "Without defaultMode the chart writes the decimal 400, octal 0620: the group may write, and others may not read.",
                "Set defaultMode: 256 (0400) with podSecurityContext.fsGroup, or 292 (0444).");
        }
    }
}
