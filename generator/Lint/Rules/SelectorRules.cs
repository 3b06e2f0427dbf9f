using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Selectors that select nothing: such an object has no effect, or blocks everything.</summary>
internal static class SelectorRules
{
    internal const string Budget = "pdb-selector";
    internal const string Policy = "policy-selector";
    internal const string Peer = "policy-peer";
    private const string Spread = "spread-selector";
    internal const string Monitor = "monitor-selector";
    internal const string Service = "service-selector";
    private const string ServeLabel = "serve-label-selected";
    private const string NamesServeLabel = ControllerNames.HealthCheck + "serve-label";

    public static readonly LintRule Rule = LintRule.Of(
        "selector",
        Check,
        (Budget, "The selector of a PodDisruptionBudget matches no pod (kubernetes#48307), so it protects nothing."),
        (Policy, "The selector of a network policy matches no pod."),
        (Peer, "A network policy allows traffic to or from pods that do not exist."),
        (Spread, "The selector of a spread constraint does not match its own pods."),
        (Monitor, "The selector of a ServiceMonitor matches no Service."),
        (Service, "The selector of a Service matches no pod."),
        (ServeLabel, "A workload selects the label that the health controller takes off its pods, so each such pod would be replaced."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var (pods, services) = (Workload.Pods(cluster), Workload.Services(cluster));
        var unknown = Workload.Unknown(cluster);
        var serveLabels = cluster.Applied.Where(resource => resource.Kind == "Service")
            .Select(service => service.Body.TextAt("metadata", "annotations", NamesServeLabel)).OfType<string>()
            .Append(ControllerNames.ServeLabel).ToHashSet(StringComparer.Ordinal);
        return cluster.Applied.SelectMany(resource => (unknown(resource.Namespace) ? [] : Check(resource, pods, services, unknown))
                .Concat(Replacing(resource, serveLabels)))
            .Concat(cluster.Releases.SelectMany(release => Check(release, services)));
    }

    /// <summary>The namespaces whose Services a ServiceMonitor selects; null for all.</summary>
    private static string[]? ScrapedBy(Manifest monitor) =>
        monitor.Body.TextAt("spec", "namespaceSelector", "any") == "true" ? null
        : monitor.Body.ItemsAt("spec", "namespaceSelector", "matchNames").OfType<Scalar>().Select(name => name.Value).ToArray()
            is { Length: > 0 } names ? names : [monitor.Namespace];

    private static Workload[] Scraped(Manifest monitor, IReadOnlyList<Workload> services) =>
        [.. services.Where(service => ScrapedBy(monitor)?.Contains(service.Namespace, StringComparer.Ordinal) ?? true)];

    private static IEnumerable<Finding> Check(
        Manifest resource, IReadOnlyList<Workload> pods, IReadOnlyList<Workload> services, Func<string, bool> unknown) =>
        resource.Kind switch
        {
            "PodDisruptionBudget" => Unmatched(resource, resource.Body.At("spec", "selector"), Budget, pods),
            "NetworkPolicy" => Unmatched(resource, resource.Body.At("spec", "podSelector"), Policy, pods)
                .Concat(Peers(resource, "egress", "to", pods)),
            "CiliumNetworkPolicy" => Unmatched(resource, resource.Body.At("spec", "endpointSelector"), Policy, pods)
                .Concat(CiliumPeers(resource, pods)),
            "Service" when resource.Body.At("spec", "selector") is Mapping { Entries.IsEmpty: false } selector =>
                Unmatched(
                    resource,
                    new Mapping { { "matchLabels", selector } } with { Position = selector.Position, File = selector.File },
                    Service,
                    pods),
            "ServiceMonitor" => (ScrapedBy(resource) is { } namespaces && namespaces.Any(unknown))
                || Scraped(resource, services) is not { Length: > 0 } scraped
                || scraped.Any(service => LabelSelector.Matches(resource.Body.At("spec", "selector"), service.Labels))
                ? []
                : [Report.At(
                resource,
                ["spec", "selector"],
                Monitor,
                $"{resource.Id.Title} selects no Service of this cluster.",
                "Select labels that the Service has.")],
            _ => [],
        };

    private static IEnumerable<Finding> Replacing(Manifest resource, HashSet<string> serveLabels)
    {
        if (resource.Kind is "Deployment" or "StatefulSet" or "ReplicaSet" or "DaemonSet")
        {
            var selected = resource.Body.EntriesAt("spec", "selector", "matchLabels").Select(entry => entry.Key)
                .Concat(resource.Body.MappingsAt("spec", "selector", "matchExpressions").Select(entry => entry.TextAt("key") ?? ""));
            foreach (var label in selected.Where(serveLabels.Contains))
            {
                yield return Report.At(
                    resource,
                    ["spec", "selector"],
                    ServeLabel,
                    $"{resource.Id.Title} selects {label}: a pod that the health controller removes from DNS would be replaced.",
                    "Leave the label in the pod template and in the Service's selector, and take it out of this one.");
            }
        }
    }

    /// <summary>Only in a namespace whose pods the tree delivers: pods of others come from elsewhere.</summary>
    private static IEnumerable<Finding> Unmatched(Manifest resource, Node? selector, string rule, IReadOnlyList<Workload> pods)
    {
        if (!LabelSelector.IsEverything(selector) && IsUnknown(selector!, resource.Namespace, pods))
        {
            yield return Report.At(
                selector!,
                rule,
                $"{resource.Id.Title} selects no pod of this cluster.",
                Labels(pods, resource.Namespace));
        }
    }

    private static string Labels(IReadOnlyList<Workload> pods, string? @namespace) =>
        $"Pods there have the labels {string.Join(", ", LabelsOf(pods.First(pod => pod.Namespace == @namespace)))}.";

    private static IEnumerable<string> LabelsOf(Workload pod) => pod.Labels.Where(label => label.Key != "io.kubernetes.pod.namespace")
        .OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}: {label.Value}");

    /// <summary>Only peers in a namespace whose pods this tree delivers: others are not known.</summary>
    private static IEnumerable<Finding> Peers(Manifest resource, string direction, string member, IReadOnlyList<Workload> pods) =>
        from rule in resource.Body.MappingsAt("spec", direction)
        from peer in rule.MappingsAt(member)
        let selector = peer["podSelector"]
        let @namespace = peer["namespaceSelector"] is { } namespaces
            ? (namespaces as Mapping)?.TextAt("matchLabels", "kubernetes.io/metadata.name")
            : resource.Namespace
        where !LabelSelector.IsEverything(selector) && IsUnknown(selector, @namespace, pods)
        select Report.At(
            selector,
            Peer,
            $"{resource.Id.Title} allows traffic {member} pods that do not exist: its selector matches no pod in namespace {@namespace}.",
            Labels(pods, @namespace));

    private static IEnumerable<Finding> CiliumPeers(Manifest resource, IReadOnlyList<Workload> pods) =>
        from rule in resource.Body.MappingsAt("spec", "egress")
        from peer in rule.MappingsAt("toEndpoints")
        let @namespace = (peer["matchLabels"] as Mapping)?.TextAt("k8s:io.kubernetes.pod.namespace") ?? resource.Namespace
        where !LabelSelector.IsEverything(peer) && IsUnknown(peer, @namespace, pods)
        select Report.At(
            peer,
            Peer,
            $"{resource.Id.Title} allows traffic to pods that do not exist: its selector matches no pod in namespace {@namespace}.",
            Labels(pods, @namespace));

    private static bool IsUnknown(Node selector, string? @namespace, IReadOnlyList<Workload> pods)
    {
        var there = pods.Where(pod => pod.Namespace == @namespace).ToArray();
        return there.Length > 0 && !there.Any(pod => LabelSelector.Matches(selector, pod.Labels));
    }

    private static IEnumerable<Finding> Check(CoreDnsRelease release, IReadOnlyList<Workload> services)
    {
        foreach (var spread in release.Values.MappingsAt("topologySpreadConstraints")
            .Where(spread => spread["labelSelector"] is Mapping { Entries.IsEmpty: false }))
        {
            // The chart evaluates the constraints as templates; the result is not known here.
            var selector = spread["labelSelector"]!;
            if (!Templated(selector) && !LabelSelector.Matches(selector, release.PodLabels))
            {
                yield return Report.At(
                    selector,
                    Spread,
                    $"The spread over {spread.TextAt("topologyKey")} does not count these pods, so it has no effect.",
                    $"Select k8s-app: {release.AppLabel}.");
            }
        }

        if (release is { ScrapesItself: true, HasMetricsService: true }
            && release.Values.At("prometheus", "monitor", "selector") is Mapping { Entries.IsEmpty: false } own
            && !services.Any(service => LabelSelector.Matches(own, service.Labels)))
        {
            yield return Report.At(
                own,
                Monitor,
                "prometheus.monitor.selector selects no Service of this cluster.",
                "Delete it: the chart's own selector matches.");
        }

        foreach (var name in new[] { "service", "prometheus" })
        {
            var selector = name == "service" ? release.Values.At("service", "selector")
                : release.Values.At("prometheus", "service", "selector");
            if (selector is Mapping { Entries.IsEmpty: false } labels
                && !LabelSelector.Matches(new Mapping { { "matchLabels", labels } }, release.PodLabels))
            {
                yield return Report.At(
                    labels,
                    Service,
                    "The Service's selector does not match the pods' labels, so it has no endpoints.",
                    "Delete it, or add the label to customLabels.");
            }
        }
    }

    private static bool Templated(Node node) => node.Scalars(text => text.Contains("{{")).Count > 0;
}
