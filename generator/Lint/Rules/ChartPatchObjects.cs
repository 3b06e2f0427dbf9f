using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The effects of patches on the image, the nodes, the API access, the autoscaler and the budget of the DNS pods.</summary>
internal static class ChartPatchObjects
{
    public const string Delete = "Delete the patch.";

    /// <summary>The fields that decide on which nodes the pods run.</summary>
    private static readonly string[][] Places = [["nodeSelector"], ["affinity", "nodeAffinity"], ["nodeName"]];

    /// <summary>The effect on DNS without an object of the chart.</summary>
    private static string Without(string kind) => kind switch
    {
        DnsObjects.AccountKind => "no new DNS pod is made",
        DnsObjects.RoleKind or DnsObjects.BindingKind => "CoreDNS may not list Services, and no new DNS pod becomes ready",
        DnsObjects.ScalerKind => "the number of DNS pods no longer follows the load",
        DnsObjects.BudgetKind => "a drain may evict all DNS pods at once",
        _ => "DNS stops",
    };

    public static IEnumerable<(string Problem, string Fix)> Deleted(DnsObjects plain, DnsObjects patched) => plain.All.Zip(patched.All)
        .Where(pair => pair.First.Object is not null && pair.Second.Object is null)
        .Select(pair => ($"deletes the {pair.First.Kind} of the chart: {Without(pair.First.Kind)}", Delete));

    public static IEnumerable<(string Problem, string Fix)> OfImage(DnsObjects plain, DnsObjects patched)
    {
        if (plain.Container?.TextAt("image") is not { } before || patched.Container?.TextAt("image") is not { } now || before == now)
        {
            yield break;
        }

        const string Values = "Delete the patch, and write repository and tag as values.coredns.image of the definition.";
        var ((program, tag), (newProgram, newTag)) = (Parts(before), Parts(now));
        if (newProgram != program && !newProgram.Contains("coredns", StringComparison.OrdinalIgnoreCase))
        {
            yield return ($"runs the image {Printable.Of(now)} in place of {before}, and its name is not that of CoreDNS", Values);
        }
        else if (newTag is null ? !now.Contains('@')
            : tag is not null && newTag.TrimStart('v') != tag.TrimStart('v'))
        {
            yield return ($"runs the image {Printable.Of(now)} in place of {before}, by which Corefile, alerts and known faults are judged",
                Values);
        }
    }

    /// <summary>The last word of an image's name, and its tag.</summary>
    private static (string Program, string? Tag) Parts(string image)
    {
        var word = image.Split('@')[0].Split('/')[^1].Split(':');
        return (word[0], word.ElementAtOrDefault(1));
    }

    /// <summary>Nodes are not in the tree. But labels that no node can have, and labels that only one node can have, are known.</summary>
    public static IEnumerable<(string Problem, string Fix)> OfPlace(DnsObjects plain, DnsObjects patched)
    {
        if (Places.All(path => Node.Same(plain.Pod.At(path), patched.Pod.At(path))))
        {
            yield break;
        }

        foreach (var key in NodePlace.OfEveryNode.Where(key => patched.Pod.TextAt("nodeSelector", key) is { Length: 0 }))
        {
            yield return ($"selects nodes with an empty {key}, and no node has it: no new DNS pod is placed", Delete);
        }

        if (patched.Pod.TextAt("nodeSelector", NodePlace.System) is { Length: > 0 } system and not "linux")
        {
            yield return ($"places the DNS pods on nodes with {NodePlace.System}: {Printable.Of(system)}; images of CoreDNS are for linux",
                Delete);
        }

        if (new[] { patched.Pod.TextAt("nodeName"), patched.Pod.TextAt("nodeSelector", NodePlace.Host) }
            .FirstOrDefault(name => name is { Length: > 0 }) is { } node)
        {
            yield return ($"places all DNS pods on the node {Printable.Of(node)}", "Select a label that several nodes have.");
        }

        // Problems of the nodeSelector alone are reported above: an empty label, and a system other than linux.
        if (NodePlace.Contradiction(patched.Pod) is { Key: NodePlace.Affinity } misfit)
        {
            yield return misfit switch
            {
                { Reason: NodePlace.OfBoth } => (
                    "has the affinity of the DNS pods exclude each node that their nodeSelector selects: no new one is placed",
                    "Write one of the two."),
                { IsRefused: true } => ($"gives the DNS pods a required affinity that {misfit.Reason}", misfit.Fix),
                _ => ($"gives the DNS pods a place that no node has, because {misfit.Reason}: no new one is placed", misfit.Fix),
            };
        }
    }

    public static IEnumerable<(string Problem, string Fix)> OfAccess(CoreDnsRelease release, DnsObjects plain, DnsObjects patched)
    {
        string[] lost = patched.Role is not { Body: var role } ? []
            : [.. Needed(release).Where(need => !Lists(role, need.Group, need.Resource)).Select(need => need.Resource)];
        if (lost.Length > 0)
        {
            yield return ($"takes list or watch of {string.Join(", ", lost)} from the ClusterRole of CoreDNS: no new DNS pod becomes ready",
                Delete);
        }

        if (patched is { Binding.Body: var binding, Deployment: not null })
        {
            var account = patched.Pod.TextAt("serviceAccountName") ?? "default";
            if (!Node.Same(plain.Binding!.Body["roleRef"], binding["roleRef"]))
            {
                yield return ("changes the roleRef of the ClusterRoleBinding, which is immutable: the upgrade fails", Delete);
            }
            else if (!binding.MappingsAt("subjects").Any(subject => AccountRules.Names(subject, account, release.Namespace)))
            {
                yield return ($"runs the DNS pods as ServiceAccount {release.Namespace}/{Printable.Of(account)}, to which the "
                    + "ClusterRole of CoreDNS is not bound: no new one becomes ready",
                    "Delete the patch: serviceAccount.name of the values names the account of the pods and of the binding.");
            }
        }

        if (LacksToken(patched) && !LacksToken(plain))
        {
            yield return ("takes the token of the ServiceAccount from the DNS pods: they cannot ask the API server", Delete);
        }
    }

    /// <summary>
    /// The objects that the plugin kubernetes waits for before its pod is ready (CoreDNS, plugin/kubernetes/controller.go).
    /// </summary>
    private static IEnumerable<(string Group, string Resource)> Needed(CoreDnsRelease release)
    {
        bool Has(params ReadOnlySpan<string> line)
        {
            var words = string.Join(' ', line);
            return release.Values["servers"]?.Scalars(text => text.Split('\n')
                .Any(written => string.Join(' ', written.Split(' ', StringSplitOptions.RemoveEmptyEntries)) == words)).Count > 0;
        }

        return
        [
            ("", "services"), ("", "namespaces"),
            .. Has("noendpoints") ? [] : new[] { ("discovery.k8s.io", "endpointslices") },
            .. Has("pods", "verified") ? new[] { ("", "pods") } : [],
        ];
    }

    private static bool Lists(Mapping role, string group, string resource)
    {
        bool Any(Mapping rule, string key, string word) => rule.ItemsAt(key).Select(Scalar.TextOf).Any(text => text == "*" || text == word);
        var rules = role.MappingsAt("rules").Where(rule => rule.ItemsAt("resourceNames").IsEmpty && Any(rule, "apiGroups", group)
            && Any(rule, "resources", resource)).ToArray();
        return Array.Exists(rules, rule => Any(rule, "verbs", "list")) && Array.Exists(rules, rule => Any(rule, "verbs", "watch"));
    }

    private static bool LacksToken(DnsObjects objects)
    {
        const string Mounts = "automountServiceAccountToken";
        return (objects.Pod.TextAt(Mounts) ?? objects.Account?.Body.TextAt(Mounts)) == "false"
            && !objects.Pod.MappingsAt("volumes").SelectMany(volume => volume.MappingsAt("projected", "sources"))
                .Any(source => source["serviceAccountToken"] is not null);
    }

    public static IEnumerable<(string Problem, string Fix)> OfScaler(DnsObjects plain, DnsObjects patched)
    {
        if (patched is not { Scaler.Body: var scaler })
        {
            yield break;
        }

        var (many, few) = (plain.Fewest, patched.Fewest);
        if (few < many && few < 2)
        {
            yield return ($"lets the scaler run {few} DNS pods, and {many} are the fewest of the definition",
                "Write dns.replicas of the definition, 2 or more.");
        }

        if (Whole(scaler.At("spec", "maxReplicas")) is { } most && most < few)
        {
            yield return ($"lets the scaler run {most} DNS pods at most, and {few} are the fewest: the API server refuses it",
                "Write dns.autoscaling.maxReplicas of the definition.");
        }

        if (!Node.Same(plain.Scaler!.Body.At("spec", "scaleTargetRef"), scaler.At("spec", "scaleTargetRef")))
        {
            yield return ("has the scaler scale something else than the Deployment of CoreDNS", Delete);
        }
    }

    /// <summary>
    /// The budget of the chart. The budget of the definition is an object of the tree, which the rules for budgets check.
    /// </summary>
    public static IEnumerable<(string Problem, string Fix)> OfBudget(CoreDnsRelease release, DnsObjects plain, DnsObjects patched)
    {
        if (patched is not { Budget.Body: var budget } || Node.Same(plain.Budget!.Body["spec"], budget["spec"]))
        {
            yield break;
        }

        var labels = patched.PodLabels.ToDictionary(label => label.Key, label => Scalar.TextOf(label.Value) ?? "", StringComparer.Ordinal);
        if (budget.At("spec", "selector") is not { } selector || !LabelSelector.Matches(selector, labels))
        {
            yield return ("has the budget select other pods than those of DNS: a drain may evict all of them at once", Delete);
        }

        if (!release.Switch(false, "autoscaler", "enabled") && patched.Fewest is { } few
            && (Limit("minAvailable", few) is { } least ? few - least : Limit("maxUnavailable", few)) is { } free
            && (free <= 0 || free >= few))
        {
            yield return (free <= 0 ? $"has the budget allow no eviction of {few} DNS pods: a drain of their nodes never finishes"
                : $"has the budget allow the eviction of all {few} DNS pods at once", "Write dns.minAvailable of the definition.");
        }

        int? Limit(string key, int pods) => budget.At("spec", key) is Scalar limit ? BudgetRules.Scaled(limit, pods) : null;
    }

    private static int? Whole(Node? node) =>
        node is Scalar scalar && int.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var number) ? number : null;
}
