using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>The result of checking whether the tree's release can replace the DNS of a cluster.</summary>
/// <param name="Distribution">The cluster's distribution.</param>
/// <param name="State">The current DNS, in a sentence.</param>
/// <param name="Findings">What prevents the takeover; the rules of <see cref="TakeoverCheck.Refusals"/> first.</param>
internal sealed record TakeoverResult(Distribution Distribution, string State, ImmutableArray<Finding> Findings)
{
    /// <summary>True if a delivery would fail, be reverted, or leave pods without DNS.</summary>
    public bool Refused => Findings.Any(finding => TakeoverCheck.Refusals.Contains(finding.Rule));

    public bool Ready => Findings.All(finding => finding.Severity != Severity.Error);
}

/// <summary>Checks the objects that kubectl lists; docs/takeover.md explains each rule.</summary>
internal static class TakeoverCheck
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

    /// <summary>Rules that forbid a delivery.</summary>
    public static readonly ImmutableHashSet<string> Refusals =
        [Reverted, NodeResolver, Selector, DaemonSet, Address, Release, DefinitionComparison.Domain, DefinitionComparison.NodeCache];

    /// <summary>The kinds to list with kubectl; Services of all namespaces, for their addresses.</summary>
    public static readonly ImmutableArray<(string Kind, string? Namespace)> Kinds =
    [
        ("deployments.apps", CoreDnsNames.Namespace), ("daemonsets.apps", CoreDnsNames.Namespace),
        ("configmaps", CoreDnsNames.Namespace), ("services", null), ("nodes", null),
    ];

    private const string AddonMode = "addonmanager.kubernetes.io/mode";

    private static readonly string[] ChartPorts = ["tcp-53", "udp-53"];

    /// <param name="objects">Those of <see cref="Kinds"/>.</param>
    /// <param name="cluster">The cluster that they are of.</param>
    /// <param name="definitionPath">The file that the findings name.</param>
    /// <param name="delivered">True where Flux delivered the cluster's folder of the tree.</param>
    public static TakeoverResult Of(IReadOnlyCollection<Manifest> objects, Cluster cluster, string definitionPath, bool delivered = false)
    {
        var live = RunningDns.Of(objects, delivered);
        Finding[] findings =
        [
            .. NodeResolvers(live), .. Reverters(live), .. Addresses(live, cluster), .. DefinitionComparison.SecondAddresses(live, cluster),
            .. Releases(live), .. Selectors(live), .. DaemonSets(live), .. DefinitionComparison.NodeCaches(live, cluster), .. Owners(live),
            .. Shapes(live, cluster), .. Scalers(live), .. Customs(live), .. DefinitionComparison.Corefiles(live, cluster),
            .. DefinitionComparison.Nodes(live, objects.Where(resource => resource.Kind == "Node"), cluster),
        ];
        return new TakeoverResult(
            live.Distribution,
            State(live),
            [
                .. findings.Select(finding => finding with { File = definitionPath })
                    .OrderByDescending(finding => Refusals.Contains(finding.Rule)).ThenBy(finding => finding.Severity),
            ]);
    }

    private static string State(RunningDns live) => live switch
    {
        { IsOurs: true } => "The release of the tree runs already.",
        { IsUpgraded: true } => $"A Helm release {CoreDnsNames.Release} runs, which the tree would upgrade.",
        { Service: null, Deployment: null } => $"The cluster has no DNS: deliver the tree ({Docs.Page("bootstrap.md")}).",
        { Deployment: null } => $"The Service kube-dns has the address {live.Service.Body.TextAt("spec", "clusterIP")}, "
            + "and the Deployment coredns does not exist.",
        _ => "The Deployment coredns answers.",
    };

    private static IEnumerable<Finding> NodeResolvers(RunningDns live) => live.Distribution != Distribution.EksAuto ? [] :
    [
        live.Error(NodeResolver, "Every node is one of EKS Auto Mode, where a program of the node answers the pods.",
            "It cannot be replaced: pods do not query a CoreDNS that the tree delivers."),
    ];

    /// <summary>Objects that another controller reverts. The user must disable it first, or cannot.</summary>
    private static IEnumerable<Finding> Reverters(RunningDns live)
    {
        foreach (var resource in live.Dns)
        {
            if (live.Distribution == Distribution.Aks
                && (resource.Label("kubernetes.azure.com/managedby") ?? resource.Label(AddonMode)) is not null)
            {
                yield return live.Error(Reverted, $"AKS manages {resource.Id.Title} and reverts changes of it.",
                    "AKS has no setting that disables its CoreDNS. Use its ConfigMap coredns-custom instead.");
            }
            else if (resource.Label(AddonMode) == "Reconcile")
            {
                yield return live.Error(Reverted,
                    $"{resource.Id.Title} has the label {AddonMode}=Reconcile: an addon manager outside of the cluster reverts changes.",
                    live.Distribution == Distribution.Gke
                        ? "GKE keeps its Service kube-dns, and the chart needs to change it: this release cannot replace it."
                        : "Remove its manifest from the addon manager of the control plane, and then the label.");
            }
            else if (Distribution.Managers(resource).Contains("eks"))
            {
                yield return live.Error(Reverted, $"The EKS add-on manages {resource.Id.Title}: its updates overwrite the release.",
                    "Delete the add-on with --preserve, and then the field manager 'eks', which must not come back.");
            }
        }
    }

    private static IEnumerable<Finding> Addresses(RunningDns live, Cluster cluster)
    {
        var wanted = cluster.Dns.ClusterIP.ToString();
        if (live.Service?.Body.TextAt("spec", "clusterIP") is { } address && address != wanted)
        {
            yield return live.Error(Address,
                $"The Service kube-dns has the address {address}, and cluster {cluster.Name} of the definition has {wanted}.",
                $"Write 'dns.clusterIP: {address}': kubelets gave it to the pods, and a Service's address is immutable.");
        }

        if (live.Objects.FirstOrDefault(resource => resource.Kind == "Service" && resource.Id != live.Service?.Id
            && resource.Body.TextAt("spec", "clusterIP") == wanted) is { } holder)
        {
            yield return live.Error(Address, $"{holder.Id.Title} has the address {wanted}, which the Service kube-dns is to have.",
                "Find out who delivers it. Pods query this address: the Service must become kube-system/kube-dns without a gap.");
        }
    }

    private static IEnumerable<Finding> Releases(RunningDns live) => live.Dns
        .Where(resource => resource.Annotation(RunningDns.ReleaseName) is { } release && release != CoreDnsNames.Release)
        .Select(resource => live.Error(Release,
            $"{resource.Id.Title} belongs to the Helm release '{resource.Annotation(RunningDns.ReleaseName)}'.",
            "Disable DNS in that release, and remove its annotations meta.helm.sh/ afterwards."));

    private static IEnumerable<Finding> Selectors(RunningDns live)
    {
        if (live is { Deployment: { } deployment, IsOurs: false }
            && !RunningDns.IsChartSelector(deployment.Body, "spec", "selector", "matchLabels"))
        {
            yield return live.Error(Selector,
                $"{deployment.Id.Title} selects "
                + $"{RunningDns.Labels(deployment.Body.EntriesAt("spec", "selector", "matchLabels"))}, and the chart "
                + $"{string.Join(", ", RunningDns.ChartSelector.Select(pair => $"{pair.Label}={pair.Value}"))}. A selector is immutable.",
                $"Delete the Deployment and keep its pods, as {live.Steps} says from its first step on.");
        }
    }

    /// <summary>DaemonSets whose pods the Service kube-dns selects.</summary>
    private static IEnumerable<Finding> DaemonSets(RunningDns live)
    {
        var selected = live.Service?.Body.EntriesAt("spec", "selector") ?? [];
        return live.Objects.Where(resource => resource.Kind == "DaemonSet" && !selected.IsEmpty
                && selected.All(label => resource.Body.TextAt("spec", "template", "metadata", "labels", label.Key)
                    == (label.Value as Scalar)?.Value))
            .Select(resource => live.Error(DaemonSet, $"The pods of {resource.Id.Title} answer for the Service kube-dns.",
                $"The steps of {Docs.Page("adoption.md")} are for a Deployment. Replace the DaemonSet by a Deployment first."));
    }

    private static IEnumerable<Finding> Owners(RunningDns live) => live.Dns
        .Where(resource => resource.Label("objectset.rio.cattle.io/hash") is not null)
        .Select(resource => live.Error(Owner, $"k3s delivered {resource.Id.Title}, and applies it again at every start.",
            "Create coredns.yaml.skip on every server, and remove the label objectset.rio.cattle.io/hash."));

    /// <summary>Changes that Helm would make to the Service while none of its pods is ready.</summary>
    private static IEnumerable<Finding> Shapes(RunningDns live, Cluster cluster)
    {
        if (live is not { Service: { } service, IsOurs: false })
        {
            yield break;
        }

        if (!RunningDns.IsChartSelector(service.Body, "spec", "selector"))
        {
            yield return live.Error(ServiceShape,
                $"The Service kube-dns selects {RunningDns.Labels(service.Body.EntriesAt("spec", "selector"))}: with the chart's "
                + "selector it has no endpoint until new pods are ready.",
                $"Give the pods the chart's labels and then the Service its selector: {live.Steps}.");
        }

        var ports = service.Body.MappingsAt("spec", "ports").Where(port => port.TextAt("port") == "53")
            .Select(port => port.TextAt("name") ?? "").Order(StringComparer.Ordinal).ToArray();
        if (!ports.SequenceEqual(ChartPorts))
        {
            yield return live.Error(ServiceShape,
                $"The ports 53 of the Service kube-dns are named {string.Join(", ", ports)}; kube-proxy matches endpoints by name.",
                $"Bridge the change of the names: {live.Steps}.");
        }

        if (cluster.HealthController?.CoreDns == true)
        {
            yield return live.Error(ServiceShape,
                $"Cluster {cluster.Name} has 'healthController.coreDns: true': the Service would select {ControllerNames.ServeLabel}, "
                + "which no pod of this DNS has.",
                "Switch it off, and on again in a commit of its own when the release runs.");
        }
    }

    private static IEnumerable<Finding> Scalers(RunningDns live) => live.Objects
        .Where(resource => resource.Kind == "Deployment" && resource.Annotation(RunningDns.ReleaseName) != CoreDnsNames.Release
            && resource.Body.TextAt("spec", "replicas") != "0"
            && (resource.Name is "dns-autoscaler" or "coredns-autoscaler" or "kube-dns-autoscaler"))
        .Select(resource => live.Error(Scaler, $"{resource.Id.Title} sets the replicas of the Deployment coredns.",
            "Scale it to 0, or delete it: the definition's dns.autoscaling decides."));

    private static IEnumerable<Finding> Customs(RunningDns live) => live.Objects
        .Where(resource => resource.Kind == "ConfigMap" && resource.Name is "coredns-custom" or "kube-dns"
            && !resource.Body.EntriesAt("data").IsEmpty)
        .Select(resource => live.Warning(Custom, $"The delivered CoreDNS does not read {resource.Id.Title}.",
            "Write what it has into platform.yaml: dns.stubDomains, dns.hosts, dns.zoneFiles or dns.extraServers."));
}
