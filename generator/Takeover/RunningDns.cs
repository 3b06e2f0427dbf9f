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

    /// <summary>The page with the steps to the tree's release.</summary>
    public string Steps => new[] { Deployment, Service }.Any(IsReleased)
        ? Docs.Page("adoption-chart.md") : Docs.Page("adoption.md");

    /// <summary>True if Helm installed it under the tree's release name; an older chart may have set other labels.</summary>
    private static bool IsReleased(Manifest? resource) => resource?.Annotation(ReleaseName) == CoreDnsNames.Release;

    public static RunningDns Of(IReadOnlyCollection<Manifest> objects, bool delivered) => new(
        Named(objects, "Service", CoreDnsNames.Service), Named(objects, "Deployment", CoreDnsNames.Release),
        [.. objects.Where(resource => resource.Namespace == CoreDnsNames.Namespace || resource.Kind == "Service")],
        Distribution.Of(objects), delivered);

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

/// <summary>The cluster's distribution, detected from its objects, and its section in docs/takeover.md.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Guide">The anchor of the section.</param>
internal sealed record Distribution(string Name, string Guide)
{
    public static readonly Distribution Eks = new("EKS", "eks");
    public static readonly Distribution EksAuto = new("EKS Auto Mode", "eks-auto-mode");
    public static readonly Distribution Aks = new("AKS", "aks");
    public static readonly Distribution Gke = new("GKE", "gke");
    public static readonly Distribution Talos = new("Talos", "talos");
    public static readonly Distribution K3s = new("k3s", "k3s");
    public static readonly Distribution Kubeadm = new("kubeadm", "kubeadm");
    public static readonly Distribution Other = new("another distribution", "other-distributions");

    /// <summary>The URL of the section.</summary>
    public string Page => Docs.Page($"takeover.md#{Guide}");

    public static Distribution Of(IReadOnlyCollection<Manifest> objects)
    {
        var nodes = objects.Where(resource => resource.Kind == "Node").ToArray();
        bool Labelled(string prefix) => nodes.Any(node => node.Body.EntriesAt("metadata", "labels")
            .Any(label => label.Key.StartsWith(prefix, StringComparison.Ordinal)));
        bool Says(string key, string text) => nodes.Any(node =>
            node.Body.TextAt("status", "nodeInfo", key)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
        return nodes switch
        {
            // Mixed clusters run CoreDNS for their other nodes, so one node of another kind makes it plain EKS.
            _ when nodes.Length > 0 && nodes.All(node => node.Label("eks.amazonaws.com/compute-type") == "auto") => EksAuto,
            _ when Labelled("eks.amazonaws.com/") || Says("kubeletVersion", "-eks-") => Eks,
            _ when Labelled("kubernetes.azure.com/") => Aks,
            _ when Labelled("cloud.google.com/gke-") || Says("kubeletVersion", "-gke.") => Gke,
            _ when Says("osImage", "Talos") => Talos,
            _ when Says("kubeletVersion", "+k3s") => K3s,
            _ when nodes.Any(node => node.Annotation("kubeadm.alpha.kubernetes.io/cri-socket") is not null) => Kubeadm,
            _ when objects.Any(resource => resource.Kind != "Node" && Managers(resource).Contains("kubeadm")) => Kubeadm,
            _ => Other,
        };
    }

    /// <summary>The field managers of an object.</summary>
    public static IEnumerable<string> Managers(Manifest resource) =>
        resource.Body.MappingsAt("metadata", "managedFields").Select(entry => entry.TextAt("manager")).OfType<string>();
}
