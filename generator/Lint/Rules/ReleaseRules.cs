using PlatformGitOps.Generator.Charts;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Values that the chart reads, but that do not do what one would think.</summary>
internal static class ReleaseRules
{
    private const string Monitor = "monitor-without-metrics-service";
    private const string Account = "service-account-missing";
    private const string AppLabel = "app-label";
    private const string ClusterService = "not-a-cluster-service";
    private const string TwoScalers = "two-scalers";
    private const string ScalerDrift = "drift-fights-scaler";
    private const string ScalerRequest = "scaler-without-request";
    private const string Image = "image-out-of-step";
    private const string Unpinned = "chart-unpinned";
    private const string Tcp = "tcp-lost";
    private const string PullSecret = "pull-secret-object";
    private const string SecretMode = "secret-mode";

    private static readonly SemVer TcpIsAnOption = new(1, 42, 1);
    private static readonly SemVer PullSecretsMended = new(1, 39, 1);

    public static readonly LintRule Rule = LintRule.Of(
        cluster => cluster.Releases.SelectMany(Check),
        (Monitor, "A ServiceMonitor without the metrics Service selects nothing."),
        (Account, "Without a ServiceAccount of its own the release gives its rights to the namespace's default one."),
        (AppLabel, "Service kube-dns without pods labelled k8s-app: kube-dns, which policies and tools look for."),
        (ClusterService, "isClusterService: false makes a DNS server that asks itself."),
        (TwoScalers, "With both scalers switched on the chart makes neither."),
        (ScalerDrift, "Drift detection sets back the replicas that a scaler has set."),
        (ScalerRequest, "A scaler on CPU use has nothing to compare with where there is no CPU request."),
        (Image, "The image is another CoreDNS than the chart was made for."),
        (Unpinned, "The chart is not pinned to one version."),
        (Tcp, "This chart serves TCP 53 only where a zone says use_tcp: true."),
        (PullSecret, "image.pullSecrets with objects breaks the ServiceAccount of this chart."),
        (SecretMode, "extraSecrets without a mode are mounted with the decimal 400, which is octal 0620."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release) => Wiring(release).Concat(Scaling(release)).Concat(Versions(release)).Concat(Secrets(release));

    private static IEnumerable<Finding> Wiring(CoreDnsRelease release)
    {
        if (release is { ScrapesItself: true, HasMetricsService: false })
        {
            yield return release.Report(
                Monitor,
                "The ServiceMonitor selects the Service that prometheus.service.enabled makes, and that is off.",
                "Set prometheus.service.enabled: true too.",
                "prometheus",
                "monitor",
                "enabled");
        }

        if (!release.Switch(false, "serviceAccount", "create") && release.Switch(true, "rbac", "create"))
        {
            yield return release.Report(
                Account,
                "Pods run as the namespace's default ServiceAccount, and every pod of it gets the rights of CoreDNS.",
                "Set serviceAccount.create: true.",
                "serviceAccount",
                "create");
        }

        if (release.ServiceName == "kube-dns" && release.AppLabel != "kube-dns")
        {
            yield return release.Report(
                AppLabel,
                $"The Service is called kube-dns, but its pods carry k8s-app: {release.AppLabel}.",
                "Set k8sAppLabelOverride: kube-dns before the first install; it is part of a selector that cannot change.",
                "k8sAppLabelOverride");
        }

        if (!release.IsClusterService)
        {
            yield return release.Report(
                ClusterService,
                "isClusterService: false takes dnsPolicy: Default away, so that the pods resolve through themselves, and the label k8s-app.",
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
                "With hpa and autoscaler the chart makes neither and sets no replicas: a new release has one pod.",
                "Switch one of the two off.",
                "hpa",
                "enabled");
        }

        var spec = release.Resource.Body["spec"] as Mapping;
        if ((horizontal || proportional) && spec?.TextAt("driftDetection", "mode") == "enabled" && !IgnoresReplicas(spec))
        {
            yield return release.Report(
                ScalerDrift,
                "Drift detection and the scaler set the replicas in turn (helm-controller#643).",
                "Ignore /spec/replicas of the Deployment in driftDetection.ignore.",
                horizontal ? "hpa" : "autoscaler",
                "enabled");
        }

        if (horizontal && release.Values.At("resources", "requests", "cpu") is Scalar request && ScalarKind.IsNull(request))
        {
            yield return release.Report(
                ScalerRequest,
                "The scaler compares CPU use with a request that is not there.",
                "Give resources.requests.cpu a value.",
                "resources",
                "requests",
                "cpu");
        }
    }

    private static bool IgnoresReplicas(Mapping spec) => ((spec.At("driftDetection", "ignore") as Sequence)?.Items ?? []).OfType<Mapping>()
        .SelectMany(ignored => (ignored["paths"] as Sequence)?.Items ?? []).OfType<Scalar>().Any(path => path.Value == "/spec/replicas");

    private static IEnumerable<Finding> Versions(CoreDnsRelease release)
    {
        if (release.Version is not { } version)
        {
            yield return Report.At(
                release.Resource,
                ["spec", "chart", "spec", "version"],
                Unpinned,
                $"'{release.Chart.Version}' is not one version, so the chart changes without a commit.",
                "Write a full version such as 1.38.0.");
            yield break;
        }

        var tag = release.Text("image", "tag")?.Split('@')[0];
        if (tag is not null && CoreDnsVersions.Of(version) is { } expected && tag.TrimStart('v') != expected)
        {
            yield return release.Report(
                Image,
                $"Chart {version} was made for CoreDNS {expected}, the image is {tag}.",
                $"Delete image.tag, or pin the digest of {expected}.",
                "image",
                "tag");
        }

        var zones = ((release.Values["servers"] as Sequence)?.Items ?? []).OfType<Mapping>().SelectMany(server => (server["zones"] as Sequence)?.Items ?? []).OfType<Mapping>().ToArray();
        if (version >= TcpIsAnOption && zones.Length > 0 && zones.All(zone => zone.TextAt("use_tcp") != "true"))
        {
            yield return release.Report(
                Tcp,
                $"Chart {version} serves TCP only where a zone asks for it: answers over 512 bytes, and every client that retries over TCP, fail.",
                "Write use_tcp: true into a zone of the server.",
                "servers");
        }
    }

    private static IEnumerable<Finding> Secrets(CoreDnsRelease release)
    {
        if (release.Version is { } version && version < PullSecretsMended && release.Switch(false, "serviceAccount", "create") && (release.Values.At("image", "pullSecrets") as Sequence)?.Items.Any(item => item is Mapping) == true)
        {
            yield return release.Report(
                PullSecret,
                "Chart versions before 1.39.1 write 'map[name:...]' into the ServiceAccount for a pull secret that is an object.",
                "Attach the secret to the ServiceAccount yourself, or take a later chart.",
                "image",
                "pullSecrets");
        }

        foreach (var secret in ((release.Values["extraSecrets"] as Sequence)?.Items ?? []).OfType<Mapping>().Where(secret => secret["defaultMode"] is null))
        {
            yield return Report.At(
                secret,
                SecretMode,
                "Without defaultMode the chart writes the decimal 400, octal 0620: the group may write, others may not read.",
                "Set defaultMode: 256 (0400) with podSecurityContext.fsGroup, or 292 (0444).");
        }
    }
}
