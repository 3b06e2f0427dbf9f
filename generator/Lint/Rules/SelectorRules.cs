using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Selectors that select nothing: such an object looks fine and does nothing, or blocks everything.</summary>
internal static class SelectorRules
{
    private const string Budget = "pdb-selector";
    private const string Policy = "policy-selector";
    private const string Peer = "policy-peer";
    private const string Spread = "spread-selector";
    private const string Monitor = "monitor-selector";
    private const string Service = "service-selector";

    public static readonly LintRule Rule = LintRule.Of(
        Check,
        (Budget, "A disruption budget's selector matches no pod (kubernetes#48307): it protects nothing."),
        (Policy, "A network policy's selector matches no pod."),
        (Peer, "A policy lets traffic through to or from pods that there are none of."),
        (Spread, "A spread constraint's selector does not match the pods that it stands in."),
        (Monitor, "A ServiceMonitor's selector matches no Service."),
        (Service, "A Service's selector matches no pod."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var (pods, services) = (Workload.Pods(cluster), Workload.Services(cluster));
        return cluster.Applied.SelectMany(resource => Check(resource, pods, services)).Concat(cluster.Releases.SelectMany(release => Check(release, services)));
    }

    private static IEnumerable<Finding> Check(Resource resource, IReadOnlyList<Workload> pods, IReadOnlyList<Workload> services) => resource.Kind switch
    {
        "PodDisruptionBudget" => Unmatched(resource, resource.Body.At("spec", "selector"), Budget, pods),
        "NetworkPolicy" => Unmatched(resource, resource.Body.At("spec", "podSelector"), Policy, pods).Concat(Peers(resource, "egress", "to", pods)),
        "CiliumNetworkPolicy" => Unmatched(resource, resource.Body.At("spec", "endpointSelector"), Policy, pods).Concat(CiliumPeers(resource, pods)),
        "Service" when resource.Body.At("spec", "selector") is Mapping { Entries.IsEmpty: false } selector =>
            Unmatched(resource, new Mapping { { "matchLabels", selector } } with { Position = selector.Position, File = selector.File }, Service, pods),
        "ServiceMonitor" => services.Any(service => LabelSelector.Matches(resource.Body.At("spec", "selector"), service.Labels))
            ? []
            : [Report.At(
                resource,
                ["spec", "selector"],
                Monitor,
                $"{resource.Id.Spoken} selects no Service of this cluster.",
                "Select labels that the Service has.")],
        _ => [],
    };

    private static IEnumerable<Finding> Unmatched(Resource resource, Node? selector, string rule, IReadOnlyList<Workload> pods)
    {
        if (!LabelSelector.IsEverything(selector) && !pods.Any(pod => pod.Namespace == resource.Namespace && LabelSelector.Matches(selector, pod.Labels)))
        {
            yield return Report.At(
                selector!,
                rule,
                $"{resource.Id.Spoken} selects no pod that this cluster gets.",
                Labels(pods, resource.Namespace));
        }
    }

    private static string Labels(IReadOnlyList<Workload> pods, string @namespace) => pods.FirstOrDefault(pod => pod.Namespace == @namespace) is { } pod
        ? $"Pods there carry {string.Join(", ", pod.Labels.Where(label => label.Key != "io.kubernetes.pod.namespace").OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}: {label.Value}"))}."
        : $"No pod is delivered to namespace {@namespace}.";

    /// <summary>Only peers in a namespace whose pods this tree delivers: about others it cannot know.</summary>
    private static IEnumerable<Finding> Peers(Resource resource, string direction, string member, IReadOnlyList<Workload> pods) =>
        from rule in Items(resource.Body.At("spec", direction))
        from peer in Items(rule[member])
        let selector = peer["podSelector"]
        let @namespace = (peer["namespaceSelector"] as Mapping)?.TextAt("matchLabels", "kubernetes.io/metadata.name") ?? (peer["namespaceSelector"] is null ? resource.Namespace : null)
        where !LabelSelector.IsEverything(selector) && IsUnknown(selector, @namespace, pods)
        select Report.At(
            selector,
            Peer,
            $"{resource.Id.Spoken} lets traffic {member} pods in {@namespace} that there are none of.",
            Labels(pods, @namespace));

    private static IEnumerable<Finding> CiliumPeers(Resource resource, IReadOnlyList<Workload> pods) =>
        from rule in Items(resource.Body.At("spec", "egress"))
        from peer in Items(rule["toEndpoints"])
        let @namespace = (peer["matchLabels"] as Mapping)?.TextAt("k8s:io.kubernetes.pod.namespace") ?? resource.Namespace
        where !LabelSelector.IsEverything(peer) && IsUnknown(peer, @namespace, pods)
        select Report.At(
            peer,
            Peer,
            $"{resource.Id.Spoken} lets traffic to pods in {@namespace} that there are none of.",
            Labels(pods, @namespace));

    private static bool IsUnknown(Node selector, string? @namespace, IReadOnlyList<Workload> pods)
    {
        var there = pods.Where(pod => pod.Namespace == @namespace).ToArray();
        return there.Length > 0 && !there.Any(pod => LabelSelector.Matches(selector, pod.Labels));
    }

    private static IEnumerable<Finding> Check(CoreDnsRelease release, IReadOnlyList<Workload> services)
    {
        foreach (var spread in Items(release.Values["topologySpreadConstraints"]).Where(spread => spread["labelSelector"] is Mapping { Entries.IsEmpty: false }))
        {
            // The chart runs the constraints through tpl, and what that makes is not known here.
            var selector = spread["labelSelector"]!;
            if (!Templated(selector) && !LabelSelector.Matches(selector, release.PodLabels))
            {
                yield return Report.At(
                    selector,
                    Spread,
                    $"The spread over {spread.TextAt("topologyKey")} counts pods that these are not: it does nothing.",
                    $"Select k8s-app: {release.AppLabel}.");
            }
        }

        if (release is { ScrapesItself: true, HasMetricsService: true } && release.Values.At("prometheus", "monitor", "selector") is Mapping { Entries.IsEmpty: false } own
            && !services.Any(service => LabelSelector.Matches(own, service.Labels)))
        {
            yield return Report.At(
                own,
                Monitor,
                "prometheus.monitor.selector selects no Service of this cluster.",
                "Delete it: the chart's own one matches.");
        }

        foreach (var name in new[] { "service", "prometheus" })
        {
            var selector = name == "service" ? release.Values.At("service", "selector") : release.Values.At("prometheus", "service", "selector");
            if (selector is Mapping { Entries.IsEmpty: false } labels && !LabelSelector.Matches(new Mapping { { "matchLabels", labels } }, release.PodLabels))
            {
                yield return Report.At(
                    labels,
                    Service,
                    "The Service's selector does not match the pods' labels: it has no endpoints.",
                    "Delete it, or give the pods the label through customLabels.");
            }
        }
    }

    private static bool Templated(Node node) => node switch
    {
        Mapping mapping => mapping.Entries.Any(entry => Templated(entry.Value)),
        Sequence sequence => sequence.Items.Any(Templated),
        Scalar scalar => scalar.Value.Contains("{{", StringComparison.Ordinal),
        _ => false,
    };

    private static IEnumerable<Mapping> Items(Node? node) => ((node as Sequence)?.Items ?? []).OfType<Mapping>();
}
