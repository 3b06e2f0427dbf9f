using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>The result of checking whether the tree's release can replace the DNS of a cluster.</summary>
/// <param name="Distribution">The cluster's distribution.</param>
/// <param name="State">The current DNS, in a sentence.</param>
/// <param name="Findings">What prevents the takeover; the rules of <see cref="TakeoverCheck.Refusals"/> first.</param>
internal sealed record TakeoverResult(Distribution Distribution, string State, ImmutableArray<Finding> Findings)
{
    /// <summary>False if no step leads to a delivery.</summary>
    public bool Replaceable { get; init; } = true;

    /// <summary>True if a delivery would fail, be reverted, or leave pods without DNS.</summary>
    public bool Refused => Findings.Any(TakeoverCheck.Refuses);

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
    public const string Owner = "takeover-owner";
    public const string Custom = "takeover-custom";

    /// <summary>Rules that forbid a delivery.</summary>
    public static readonly ImmutableHashSet<string> Refusals =
        [Reverted, NodeResolver, Selector, DaemonSet, Address, Release, DefinitionComparison.Domain, DefinitionComparison.NodeCache];

    public static bool Refuses(Finding finding) => finding.Severity == Severity.Error && Refusals.Contains(finding.Rule);

    /// <summary>The kinds to list with kubectl; Services of all namespaces, for their addresses.</summary>
    public static readonly ImmutableArray<(string Kind, string? Namespace)> Kinds =
    [
        ("deployments.apps", CoreDnsNames.Namespace), ("daemonsets.apps", CoreDnsNames.Namespace),
        ("replicasets.apps", CoreDnsNames.Namespace), ("poddisruptionbudgets.policy", CoreDnsNames.Namespace),
        ("horizontalpodautoscalers.autoscaling", CoreDnsNames.Namespace), ("configmaps", CoreDnsNames.Namespace),
        ("services", null), ("nodes", null),
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
        if (ManagedDns.Of(live) is { } managed)
        {
            return new TakeoverResult(live.Distribution, managed.State, [managed.Finding with { File = definitionPath }])
            {
                Replaceable = false,
            };
        }

        var nodes = objects.Where(resource => resource.Kind == "Node").ToArray();
        Finding[] findings =
        [
            .. NodeResolvers(live, nodes), .. Reverters(live), .. Addresses(live, cluster), .. MissingService.Of(live, cluster),
            .. DefinitionComparison.SecondAddresses(live, cluster), .. Releases(live), .. Selectors(live), .. DaemonSets(live),
            .. DefinitionComparison.NodeCaches(live, cluster), .. Owners(live), .. Shapes(live, cluster), .. OldPods.Budgets(live),
            .. OldPods.Scalers(live), .. Customs(live), .. DefinitionComparison.Corefiles(live, cluster),
            .. DefinitionComparison.Nodes(live, nodes, cluster),
        ];
        return new TakeoverResult(
            live.Distribution,
            State(live),
            [
                .. findings.Select(finding => finding with { File = definitionPath })
                    .OrderByDescending(Refuses).ThenBy(finding => finding.Severity),
            ]);
    }

    private static string State(RunningDns live) => live switch
    {
        { IsOurs: true } => "The release of the tree runs already.",
        { IsUpgraded: true } => $"A Helm release {CoreDnsNames.Release} runs, which the tree would upgrade.",
        { Service: null } when live.OtherServices.FirstOrDefault() is { } other =>
            $"{other.Id.Title} answers at {RunningDns.Address(other)}, and the Service kube-dns does not exist.",
        { Service: null, Deployment: null } =>
            $"No DNS was found in kube-system. Unless a program of the nodes answers the pods, follow {Docs.Page("bootstrap.md")}.",
        { Service: null } => "The Deployment coredns runs, and the Service kube-dns does not exist.",
        { Deployment: null } => $"The Service kube-dns has the address {RunningDns.Address(live.Service)}, "
            + (live.Answering.FirstOrDefault() is { } other ? $"and {other.Id.Title} answers."
                : "and the Deployment coredns does not exist."),
        _ => "The Deployment coredns answers.",
    };

    /// <summary>Nodes whose pods query a program of the node.</summary>
    private static IEnumerable<Finding> NodeResolvers(RunningDns live, Manifest[] nodes)
    {
        if (nodes.Count(Distribution.IsAuto) is var own and > 0)
        {
            yield return live.Warning(NodeResolver, $"{own} of {nodes.Length} nodes are of EKS Auto Mode, where a program of the node "
                + "answers the pods: the delivered CoreDNS answers the pods of the other nodes alone.",
                "Expect that settings of the definition do not hold there.");
        }

        if (nodes.Length == 0 && live.Service is null)
        {
            yield return live.Warning(NodeResolver,
                "The cluster has no nodes: whether a program of the nodes answers the pods, as with EKS Auto Mode, is unknown.",
                "Add a node and run the check again.");
        }
    }

    /// <summary>Objects that another controller reverts. The user must disable it first, or cannot.</summary>
    private static IEnumerable<Finding> Reverters(RunningDns live)
    {
        foreach (var resource in live.Dns)
        {
            if (resource.Label(AddonMode) == "Reconcile")
            {
                yield return live.Error(Reverted,
                    $"{resource.Id.Title} has the label {AddonMode}=Reconcile: an addon manager outside of the cluster reverts changes.",
                    "Remove its manifest from the addon manager of the control plane, and then the label.");
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
        if (live.Service is { } service && RunningDns.Address(service) is { } address && address != wanted)
        {
            yield return live.Error(Address,
                $"The Service kube-dns has the address {address}, and cluster {cluster.Name} of the definition has {wanted}.",
                $"Write 'dns.clusterIP: {address}': kubelets gave it to the pods, and a Service's address is immutable. If kubectl talks "
                    + "to another cluster than you mean, name its --context.");
        }

        if (live.Objects.FirstOrDefault(resource => resource.Kind == "Service" && resource.Id != live.Service?.Id
            && RunningDns.Address(resource) == wanted) is { } holder)
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

    private static IEnumerable<Finding> DaemonSets(RunningDns live) => live.Answering.Where(resource => resource.Kind == "DaemonSet")
        .Select(resource => live.Error(DaemonSet, $"The pods of {resource.Id.Title} answer for the Service kube-dns.",
            $"The steps of {Docs.Page("adoption.md")} are for a Deployment. Replace the DaemonSet by a Deployment first."));

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

    private static IEnumerable<Finding> Customs(RunningDns live) => live.Objects
        .Where(resource => resource.Kind == "ConfigMap" && resource.Name is "coredns-custom" or "kube-dns"
            && !resource.Body.EntriesAt("data").IsEmpty)
        .Select(resource => live.Warning(Custom, $"The delivered CoreDNS does not read {resource.Id.Title}.",
            "Write what it has into platform.yaml: dns.stubDomains, dns.hosts, dns.zoneFiles or dns.extraServers."));
}
