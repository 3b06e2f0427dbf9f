using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>Objects that go on acting on the pods or the Deployment of the old DNS beside those of the tree.</summary>
internal static class OldPods
{
    public const string Budget = "takeover-budget";
    public const string Scaler = "takeover-scaler";

    private static readonly string[] ScalerNames = ["dns-autoscaler", "coredns-autoscaler", "kube-dns-autoscaler"];

    /// <summary>
    /// Budgets for pods that the tree's budget covers too. The eviction of such a pod fails, whatever the budgets allow
    /// (kubernetes#75957).
    /// </summary>
    public static IEnumerable<Finding> Budgets(RunningDns live)
    {
        var chart = RunningDns.ChartSelector.ToImmutableDictionary(pair => pair.Label, pair => pair.Value);
        var pods = live.Answering.Select(RunningDns.PodLabels).Append(chart)
            .Where(labels => labels.GetValueOrDefault(CoreDnsNames.AppLabel) == CoreDnsNames.App).ToArray();
        return live.Objects.Where(resource => resource.Kind == DnsObjects.BudgetKind && IsOthers(resource)
                && resource.Name != CoreDnsNames.DisruptionBudget
                && pods.Any(labels => LabelSelector.Matches(resource.Body.At("spec", "selector"), labels)))
            .Select(resource => live.Error(Budget,
                $"{resource.Id.Title} covers pods of the DNS, as the tree's {CoreDnsNames.DisruptionBudget} does. Kubernetes evicts no pod "
                + "that two budgets cover: node drains would not finish.",
                $"Delete it before you deliver: kubectl --namespace {resource.Namespace} delete pdb {resource.Name}."));
    }

    /// <summary>What sets the replicas of the Deployment.</summary>
    public static IEnumerable<Finding> Scalers(RunningDns live)
    {
        var targets = live.Dns.Concat(live.Answering).Where(resource => resource.Kind == "Deployment").Select(resource => resource.Name)
            .Append(CoreDnsNames.Release).ToHashSet(StringComparer.Ordinal);
        foreach (var resource in live.Objects.Where(IsOthers))
        {
            var (target, fix) = resource.Kind switch
            {
                "Deployment" when resource.Body.TextAt("spec", "replicas") != "0" =>
                    (Proportional(resource, targets), "Scale it to 0, or delete it"),
                DnsObjects.ScalerKind when resource.Body.TextAt("spec", "scaleTargetRef", "kind") == "Deployment" =>
                    (resource.Body.TextAt("spec", "scaleTargetRef", "name"), "Delete it"),
                _ => (null, ""),
            };
            if (target is not null && targets.Contains(target))
            {
                yield return live.Error(Scaler, $"{resource.Id.Title} sets the replicas of the Deployment {target}.",
                    $"{fix}: the definition's dns.autoscaling decides.");
            }
        }
    }

    /// <summary>Helm keeps or deletes its own objects.</summary>
    private static bool IsOthers(Manifest resource) => resource.Annotation(RunningDns.ReleaseName) != CoreDnsNames.Release;

    /// <summary>The Deployment that a cluster-proportional-autoscaler scales; its name decides where the arguments do not.</summary>
    private static string? Proportional(Manifest scaler, HashSet<string> targets)
    {
        string[] words =
        [
            .. scaler.Body.MappingsAt("spec", "template", "spec", "containers")
                .SelectMany(container => container.ItemsAt("command").Concat(container.ItemsAt("args")))
                .OfType<Scalar>().SelectMany(word => word.Value.Split('=', 2)),
        ];
        return Array.IndexOf(words, "--target") is var at and >= 0 && at + 1 < words.Length
            ? words[at + 1].Split(',').Where(target => target.StartsWith("deployment/", StringComparison.OrdinalIgnoreCase))
                .Select(target => target["deployment/".Length..]).FirstOrDefault(targets.Contains)
            : ScalerNames.Contains(scaler.Name) ? CoreDnsNames.Release : null;
    }
}
