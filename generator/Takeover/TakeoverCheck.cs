using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>Whether the release of the tree can replace the DNS of a cluster.</summary>
/// <param name="Distribution">Who made the cluster.</param>
/// <param name="State">What there is, in a sentence.</param>
/// <param name="Findings">What prevents it; the rules of <see cref="TakeoverCheck.Refusals"/> first.</param>
internal sealed record TakeoverResult(Distribution Distribution, string State, ImmutableArray<Finding> Findings)
{
    /// <summary>True where a delivery would fail or be reverted, or would leave pods without DNS.</summary>
    public bool Refused => Findings.Any(finding => TakeoverCheck.Refusals.Contains(finding.Rule));

    public bool Ready => Findings.All(finding => finding.Severity != Severity.Error);
}

/// <summary>Judges the objects that kubectl lists; docs/takeover.md explains each rule.</summary>
internal static partial class TakeoverCheck
{
    public const string Reverted = "takeover-reverted";
    public const string NodeResolver = "takeover-node-resolver";
    public const string Selector = "takeover-selector";
    public const string DaemonSet = "takeover-daemonset";
    public const string Address = "takeover-address";
    public const string Release = "takeover-release";
    public const string ServiceShape = "takeover-service-shape";
    public const string Scaler = "takeover-scaler";
    public const string Owner = "takeover-owner";
    public const string Custom = "takeover-custom";

    /// <summary>Rules whose finding means: do not deliver.</summary>
    public static readonly ImmutableHashSet<string> Refusals =
        [Reverted, NodeResolver, Selector, DaemonSet, Address, Release, Domain, NodeCache];

    /// <summary>The kinds to list, as kubectl takes them; Services of every namespace, for their addresses.</summary>
    public static readonly ImmutableArray<(string Kind, string? Namespace)> Kinds =
    [
        ("deployments.apps", CoreDnsNames.Namespace), ("daemonsets.apps", CoreDnsNames.Namespace),
        ("configmaps", CoreDnsNames.Namespace), ("services", null), ("nodes", null),
    ];

    private const string ReleaseName = "meta.helm.sh/release-name";
    private const string AddonMode = "addonmanager.kubernetes.io/mode";

    /// <summary>The chart's selector, of the Deployment and of the Service.</summary>
    private static readonly ImmutableArray<(string Label, string Value)> ChartSelector =
    [
        ("app.kubernetes.io/instance", CoreDnsNames.Release), ("app.kubernetes.io/name", "coredns"),
        (CoreDnsNames.AppLabel, CoreDnsNames.App),
    ];

    private static readonly string[] ChartPorts = ["tcp-53", "udp-53"];

    public static TakeoverResult Of(IReadOnlyCollection<Manifest> objects, Cluster cluster, string definitionPath)
    {
        var distribution = Distribution.Of(objects);
        var live = new LiveDns(
            Named(objects, "Service", CoreDnsNames.Service), Named(objects, "Deployment", CoreDnsNames.Release),
            [.. objects.Where(resource => resource.Namespace == CoreDnsNames.Namespace || resource.Kind == "Service")], distribution);
        Finding[] findings =
        [
            .. NodeResolvers(live), .. Reverters(live), .. Addresses(live, cluster), .. SecondAddresses(live, cluster), .. Releases(live),
            .. Selectors(live), .. DaemonSets(live), .. NodeCaches(live, cluster), .. Owners(live), .. Shapes(live, cluster),
            .. Scalers(live), .. Customs(live), .. Corefiles(live, cluster),
            .. Nodes(live, objects.Where(resource => resource.Kind == "Node"), cluster),
        ];
        return new TakeoverResult(
            distribution,
            State(live),
            [
                .. findings.Select(finding => finding with { File = definitionPath })
                    .OrderByDescending(finding => Refusals.Contains(finding.Rule)).ThenBy(finding => finding.Severity),
            ]);
    }

    private static Manifest? Named(IEnumerable<Manifest> objects, string kind, string name) => objects.FirstOrDefault(resource =>
        resource.Kind == kind && resource.Name == name && resource.Namespace == CoreDnsNames.Namespace);

    private static string State(LiveDns live) => live switch
    {
        { IsOurs: true } => "The release of the tree runs already.",
        { Service: null, Deployment: null } => $"The cluster has no DNS: deliver the tree ({Docs.Page("bootstrap.md")}).",
        { Deployment: null } => $"The Service kube-dns has the address {live.Service.Body.TextAt("spec", "clusterIP")}, "
            + "and there is no Deployment coredns.",
        _ => "The Deployment coredns answers.",
    };

    private static IEnumerable<Finding> NodeResolvers(LiveDns live) => live.Distribution != Distribution.EksAuto ? [] :
    [
        Error(live, NodeResolver, "Every node is one of EKS Auto Mode, where a program of the node answers the pods.",
            "It cannot be replaced: pods do not query a CoreDNS that the tree delivers."),
    ];

    /// <summary>Objects that another controller writes back. The user cannot disable it, or has to do so first.</summary>
    private static IEnumerable<Finding> Reverters(LiveDns live)
    {
        foreach (var resource in live.Dns)
        {
            if (live.Distribution == Distribution.Aks
                && (resource.Label("kubernetes.azure.com/managedby") ?? resource.Label(AddonMode)) is not null)
            {
                yield return Error(live, Reverted, $"AKS manages {resource.Id.Spoken} and reverts changes of it.",
                    "AKS has no setting that disables its CoreDNS. Use its ConfigMap coredns-custom instead.");
            }
            else if (resource.Label(AddonMode) == "Reconcile")
            {
                yield return Error(live, Reverted,
                    $"{resource.Id.Spoken} has the label {AddonMode}=Reconcile: an addon manager outside of the cluster reverts changes.",
                    live.Distribution == Distribution.Gke
                        ? "GKE keeps its Service kube-dns, and the chart needs to change it: this release cannot replace it."
                        : "Remove its manifest from the addon manager of the control plane, and then the label.");
            }
            else if (Distribution.Managers(resource).Contains("eks"))
            {
                yield return Error(live, Reverted, $"The EKS add-on manages {resource.Id.Spoken}: its updates overwrite the release.",
                    "Delete the add-on with --preserve, and then the field manager 'eks', which must not come back.");
            }
        }
    }

    private static IEnumerable<Finding> Addresses(LiveDns live, Cluster cluster)
    {
        var wanted = cluster.Dns.ClusterIP.ToString();
        if (live.Service?.Body.TextAt("spec", "clusterIP") is { } address && address != wanted)
        {
            yield return Error(live, Address,
                $"The Service kube-dns has the address {address}, and cluster {cluster.Name} of the definition has {wanted}.",
                $"Write 'dns.clusterIP: {address}': kubelets gave it to the pods, and a Service's address is immutable.");
        }

        if (live.Objects.FirstOrDefault(resource => resource.Kind == "Service" && resource.Id != live.Service?.Id
            && resource.Body.TextAt("spec", "clusterIP") == wanted) is { } holder)
        {
            yield return Error(live, Address, $"{holder.Id.Spoken} has the address {wanted}, which the Service kube-dns is to have.",
                "Find out who delivers it. Pods query this address: the Service must become kube-system/kube-dns without a gap.");
        }
    }

    private static IEnumerable<Finding> Releases(LiveDns live) => live.Dns
        .Where(resource => resource.Annotation(ReleaseName) is { } release && release != CoreDnsNames.Release)
        .Select(resource => Error(live, Release,
            $"{resource.Id.Spoken} belongs to the Helm release '{resource.Annotation(ReleaseName)}'.",
            "Disable DNS in that release, and remove its annotations meta.helm.sh/ afterwards."));

    private static IEnumerable<Finding> Selectors(LiveDns live)
    {
        if (live is { Deployment: { } deployment, IsOurs: false } && !IsChartSelector(deployment.Body, "spec", "selector", "matchLabels"))
        {
            yield return Error(live, Selector,
                $"{deployment.Id.Spoken} selects {Text(deployment.Body.EntriesAt("spec", "selector", "matchLabels"))}, and the chart "
                + $"{string.Join(", ", ChartSelector.Select(pair => $"{pair.Label}={pair.Value}"))}. A selector is immutable.",
                $"Delete the Deployment and keep its pods, as {live.Steps} says from its first step on.");
        }
    }

    /// <summary>DaemonSets whose pods the Service kube-dns selects.</summary>
    private static IEnumerable<Finding> DaemonSets(LiveDns live)
    {
        var selected = live.Service?.Body.EntriesAt("spec", "selector") ?? [];
        return live.Objects.Where(resource => resource.Kind == "DaemonSet" && !selected.IsEmpty
                && selected.All(label => resource.Body.TextAt("spec", "template", "metadata", "labels", label.Key)
                    == (label.Value as Scalar)?.Value))
            .Select(resource => Error(live, DaemonSet, $"The pods of {resource.Id.Spoken} answer for the Service kube-dns.",
                $"The steps of {Docs.Page("adoption.md")} are for a Deployment. Replace the DaemonSet by a Deployment first."));
    }

    private static IEnumerable<Finding> Owners(LiveDns live) => live.Dns
        .Where(resource => resource.Label("objectset.rio.cattle.io/hash") is not null)
        .Select(resource => Error(live, Owner, $"k3s delivered {resource.Id.Spoken}, and applies it again at every start.",
            "Create coredns.yaml.skip on every server, and remove the label objectset.rio.cattle.io/hash."));

    /// <summary>What Helm would change about the Service while nothing that it selects is ready.</summary>
    private static IEnumerable<Finding> Shapes(LiveDns live, Cluster cluster)
    {
        if (live is not { Service: { } service, IsOurs: false })
        {
            yield break;
        }

        if (!IsChartSelector(service.Body, "spec", "selector"))
        {
            yield return Error(live, ServiceShape,
                $"The Service kube-dns selects {Text(service.Body.EntriesAt("spec", "selector"))}: with the chart's selector it has no "
                + "endpoint until new pods are ready.",
                $"Give the pods the chart's labels and then the Service its selector: {live.Steps}.");
        }

        var ports = service.Body.MappingsAt("spec", "ports").Where(port => port.TextAt("port") == "53")
            .Select(port => port.TextAt("name") ?? "").Order(StringComparer.Ordinal).ToArray();
        if (!ports.SequenceEqual(ChartPorts))
        {
            yield return Error(live, ServiceShape,
                $"The ports 53 of the Service kube-dns are named {string.Join(", ", ports)}; kube-proxy matches endpoints by name.",
                $"Bridge the change of the names: {live.Steps}.");
        }

        if (cluster.HealthController?.CoreDns == true)
        {
            yield return Error(live, ServiceShape,
                $"Cluster {cluster.Name} has 'healthController.coreDns: true': the Service would select {ControllerNames.ServeLabel}, "
                + "which no pod of this DNS has.",
                "Switch it off, and on again in a commit of its own when the release runs.");
        }
    }

    private static IEnumerable<Finding> Scalers(LiveDns live) => live.Objects
        .Where(resource => resource.Kind == "Deployment" && resource.Annotation(ReleaseName) != CoreDnsNames.Release
            && resource.Body.TextAt("spec", "replicas") != "0"
            && (resource.Name is "dns-autoscaler" or "coredns-autoscaler" or "kube-dns-autoscaler"))
        .Select(resource => Error(live, Scaler, $"{resource.Id.Spoken} sets the replicas of the Deployment coredns.",
            "Scale it to 0, or delete it: the definition's dns.autoscaling decides."));

    private static IEnumerable<Finding> Customs(LiveDns live) => live.Objects
        .Where(resource => resource.Kind == "ConfigMap" && resource.Name is "coredns-custom" or "kube-dns"
            && !resource.Body.EntriesAt("data").IsEmpty)
        .Select(resource => Error(live, Custom, $"The delivered CoreDNS does not read {resource.Id.Spoken}.",
            "Write what it has into platform.yaml: dns.stubDomains, dns.hosts, dns.zoneFiles or dns.extraServers.") with
        {
            Severity = Severity.Warning,
        });

    private static bool IsChartSelector(Mapping body, params ReadOnlySpan<string> path)
    {
        var labels = (body.At(path) as Mapping)?.Entries ?? [];
        return ChartSelector.All(pair => labels.Any(label => label.Key == pair.Label && (label.Value as Scalar)?.Value == pair.Value));
    }

    private static string Text(IReadOnlyCollection<Entry> labels) => labels.Count == 0 ? "nothing"
        : string.Join(", ", labels.Select(label => $"{label.Key}={(label.Value as Scalar)?.Value}"));

    private static Finding Error(LiveDns live, string rule, string message, string fix) =>
        new() { Rule = rule, File = "", Message = message, Fix = $"{fix} See {live.Distribution.Page}." };

    /// <param name="Service"><c>kube-dns</c>.</param>
    /// <param name="Deployment"><c>coredns</c>.</param>
    /// <param name="Objects">Those of <c>kube-system</c>, and all Services.</param>
    /// <param name="Distribution">Who made the cluster.</param>
    private sealed record LiveDns(Manifest? Service, Manifest? Deployment, ImmutableArray<Manifest> Objects, Distribution Distribution)
    {
        /// <summary>The objects that the release would replace.</summary>
        public IEnumerable<Manifest> Dns => Objects.Where(resource => resource.Namespace == CoreDnsNames.Namespace
            && (resource.Kind, resource.Name) is ("Service", CoreDnsNames.Service) or ("ConfigMap" or "Deployment", CoreDnsNames.Release)
                or ("Deployment", "kube-dns" or "rke2-coredns-rke2-coredns"));

        public bool IsOurs => Deployment is { } deployment && IsReleased(deployment)
            && IsChartSelector(deployment.Body, "spec", "selector", "matchLabels");

        /// <summary>The page whose steps lead to the release of the tree.</summary>
        public string Steps => new[] { Deployment, Service }.Any(IsReleased)
            ? Docs.Page("adoption-chart.md") : Docs.Page("adoption.md");

        /// <summary>Helm made it, under the tree's name; of an older chart it may have that chart's own labels.</summary>
        private static bool IsReleased(Manifest? resource) => resource?.Annotation(ReleaseName) == CoreDnsNames.Release;
    }
}

/// <summary>Who made the cluster, as far as its objects tell, and where docs/takeover.md speaks of it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Guide">The heading's anchor.</param>
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

    /// <summary>The page and the heading.</summary>
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
            // Mixed clusters have CoreDNS for the other nodes: one node of the other kind and it is EKS.
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

    /// <summary>The programs that wrote fields of an object.</summary>
    public static IEnumerable<string> Managers(Manifest resource) =>
        resource.Body.MappingsAt("metadata", "managedFields").Select(entry => entry.TextAt("manager")).OfType<string>();
}
