using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>The DNS that a cluster runs, from any installer.</summary>
/// <param name="Service">The Service <c>kube-dns</c>; null if it does not exist.</param>
/// <param name="Deployment">The Deployment <c>coredns</c>; null if it does not exist.</param>
/// <param name="Objects">All objects of <c>kube-system</c>, and all Services.</param>
/// <param name="Distribution">The cluster's distribution.</param>
/// <param name="Delivered">True if Flux delivered the cluster's folder of the tree.</param>
internal sealed record RunningDns(
    Manifest? Service, Manifest? Deployment, ImmutableArray<Manifest> Objects, Distribution Distribution, bool Delivered)
{
    public const string ReleaseName = "meta.helm.sh/release-name";

    /// <summary>The chart's selector of Deployment and Service.</summary>
    public static readonly ImmutableArray<(string Label, string Value)> ChartSelector =
    [
        ("app.kubernetes.io/instance", CoreDnsNames.Release), ("app.kubernetes.io/name", "coredns"),
        (CoreDnsNames.AppLabel, CoreDnsNames.App),
    ];

    /// <summary>The Service that NodeLocal DNSCache asks; pods do not query it.</summary>
    private const string UpstreamService = "kube-dns-upstream";

    /// <summary>The objects that the release would replace.</summary>
    public IEnumerable<Manifest> Dns => Objects.Where(resource => resource.Namespace == CoreDnsNames.Namespace
        && (resource.Kind, resource.Name) is ("Service", CoreDnsNames.Service) or ("ConfigMap" or "Deployment", CoreDnsNames.Release)
            or ("Deployment", "kube-dns" or "rke2-coredns-rke2-coredns"));

    /// <summary>
    /// True for the release of the tree. Labels do not show it: others may install the same chart under the same name, and the tree would
    /// change it.
    /// </summary>
    public bool IsOurs => Delivered && IsUpgraded;

    /// <summary>True if the delivery upgrades this release instead of installing one.</summary>
    public bool IsUpgraded => Deployment is { } deployment && IsReleased(deployment)
        && IsChartSelector(deployment.Body, "spec", "selector", "matchLabels");

    /// <summary>The objects of <c>kube-system</c> whose pods the Service kube-dns selects, and which have pods.</summary>
    public IEnumerable<Manifest> Answering
    {
        get
        {
            var selected = Texts(Service?.Body.EntriesAt("spec", "selector") ?? []);
            return selected.Count == 0 ? [] : Objects.Where(resource => resource.Kind is "Deployment" or "DaemonSet" or "ReplicaSet"
                && resource.Body.TextAt("spec", "replicas") != "0" && PodLabels(resource) is var labels
                && selected.All(label => labels.GetValueOrDefault(label.Key) == label.Value));
        }
    }

    /// <summary>Services of <c>kube-system</c> that answer DNS under another name than <c>kube-dns</c>.</summary>
    public IEnumerable<Manifest> OtherServices => Objects.Where(resource =>
        resource is { Kind: "Service", Namespace: CoreDnsNames.Namespace }
        && resource.Name is not (CoreDnsNames.Service or UpstreamService) && Address(resource) is not (null or "None")
        && resource.Body.MappingsAt("spec", "ports").Any(port => port.TextAt("port") == "53" && port.TextAt("protocol") == "UDP"));

    /// <summary>The page with the steps to the tree's release.</summary>
    public string Steps => new[] { Deployment, Service }.Any(IsReleased)
        ? Docs.Page("adoption-chart.md") : Docs.Page("adoption.md");

    /// <summary>True if Helm installed it under the tree's release name; an older chart may have set other labels.</summary>
    private static bool IsReleased(Manifest? resource) => resource?.Annotation(ReleaseName) == CoreDnsNames.Release;

    public static RunningDns Of(IReadOnlyCollection<Manifest> objects, bool delivered) => new(
        Named(objects, "Service", CoreDnsNames.Service), Named(objects, "Deployment", CoreDnsNames.Release),
        [.. objects.Where(resource => resource.Namespace == CoreDnsNames.Namespace || resource.Kind == "Service")],
        Distribution.Of(objects), delivered);

    public static string? Address(Manifest service) => service.Body.TextAt("spec", "clusterIP");

    /// <summary>The labels of the pods that an object creates.</summary>
    public static ImmutableDictionary<string, string> PodLabels(Manifest workload) =>
        Texts(workload.Body.EntriesAt("spec", "template", "metadata", "labels"));

    public static ImmutableDictionary<string, string> Texts(IEnumerable<Entry> entries) =>
        entries.ToImmutableDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "");

    public static bool IsChartSelector(Mapping body, params ReadOnlySpan<string> path)
    {
        var labels = (body.At(path) as Mapping)?.Entries ?? [];
        return ChartSelector.All(pair => labels.Any(label => label.Key == pair.Label && (label.Value as Scalar)?.Value == pair.Value));
    }

    public static string Labels(IReadOnlyCollection<Entry> labels) => labels.Count == 0 ? "nothing"
        : string.Join(", ", labels.Select(label => $"{label.Key}={(label.Value as Scalar)?.Value}"));

    public Finding Error(string rule, string message, string fix) =>
        new() { Rule = rule, File = "", Message = message, Fix = $"{fix} See {Distribution.Page}." };

    public Finding Warning(string rule, string message, string fix) => Error(rule, message, fix) with { Severity = Severity.Warning };

    private static Manifest? Named(IEnumerable<Manifest> objects, string kind, string name) => objects.FirstOrDefault(resource =>
        resource.Kind == kind && resource.Name == name && resource.Namespace == CoreDnsNames.Namespace);
}
