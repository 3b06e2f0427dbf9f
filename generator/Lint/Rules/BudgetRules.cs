using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>PodDisruptionBudgets as the disruption controller and the eviction API read them, each with the pods that it selects.</summary>
internal static class BudgetRules
{
    private const string Both = "pdb-both-limits";
    private const string Blocks = "pdb-blocks-drain";
    private const string Overlap = "pdb-overlap";
    private const string Empty = "pdb-without-effect";

    public static readonly LintRule Rule = LintRule.Of(
        "budget",
        Check,
        (Both, "A PodDisruptionBudget accepts minAvailable or maxUnavailable, not both."),
        (Blocks, "The PodDisruptionBudget allows no eviction, so node drains never finish."),
        (Empty, "The PodDisruptionBudget allows the eviction of all pods at once."),
        (Overlap, "Two PodDisruptionBudgets select the same pods, which the eviction API refuses to evict."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var sets = PodSet.Of(cluster);
        var budgets = Budget.Of(cluster, sets).ToArray();
        foreach (var budget in budgets)
        {
            if (budget.Spec["minAvailable"] is { } minimum && budget.Spec["maxUnavailable"] is not null)
            {
                yield return Report.At(minimum, Both, $"{budget.Title} has minAvailable and maxUnavailable.", "Keep one of the two.");
            }
            else if (WithoutEffect(budget) is var (all, count))
            {
                yield return Report.At(
                    all,
                    Empty,
                    $"{budget.Title} allows the eviction of all {count} replicas at once, so it protects nothing.",
                    "Write maxUnavailable: 1.");
            }
            else if (Blocked(budget) is var (limit, replicas))
            {
                yield return Report.At(
                    limit,
                    Blocks,
                    $"{budget.Title} allows no eviction of {ListText.Count(replicas, "replica")}, so a drain of their nodes "
                        + "never finishes.",
                    replicas == 1 ? "Write maxUnavailable: 1, delete the budget, or run a second replica."
                        : $"Allow one eviction: minAvailable below {replicas}.");
            }
        }

        foreach (var budget in budgets)
        {
            var other = budgets.TakeWhile(earlier => !ReferenceEquals(earlier, budget))
                .FirstOrDefault(earlier => earlier.Pods.Intersect(budget.Pods).Any());
            if (other is not null)
            {
                yield return Report.At(
                    budget.Spec with { File = budget.File },
                    Overlap,
                    $"{budget.Title} and {other.Title} both select the pods of {budget.Pods.Intersect(other.Pods).First().Title}: "
                        + "the eviction API refuses a pod with two budgets, so a drain never finishes.",
                    "Keep one of the two.");
            }
        }
    }

    /// <summary>
    /// The limit that always leaves all pods; null if a pod stays, if there is only one, or if the replicas are not known.
    /// </summary>
    private static (Node Limit, int Replicas)? WithoutEffect(Budget budget)
    {
        var replicas = budget.Pods.Sum(pods => pods.Fewest ?? 0);
        return replicas < 2 || budget.Pods.Any(pods => pods.Fewest is null) ? null
            : (budget.Spec["minAvailable"], budget.Spec["maxUnavailable"]) switch
            {
                (Scalar minimum, null) when Scaled(minimum, replicas) == 0 => (minimum, replicas),
                (null, Scalar maximum) when Scaled(maximum, replicas) >= replicas => (maximum, replicas),
                _ => null,
            };
    }

    /// <summary>The limit that leaves no pod to evict; null if one may be evicted or the replicas are not known.</summary>
    private static (Node Limit, int Replicas)? Blocked(Budget budget)
    {
        var replicas = budget.Pods.Sum(pods => pods.Fewest ?? 0);
        if (replicas == 0 || budget.Pods.Any(pods => pods.Fewest is null))
        {
            return null;
        }

        var healthy = (budget.Spec["minAvailable"], budget.Spec["maxUnavailable"]) switch
        {
            (Scalar minimum, null) => Scaled(minimum, replicas),
            (null, Scalar maximum) => replicas - Scaled(maximum, replicas),
            _ => null,
        };
        return healthy >= replicas ? (budget.Spec["minAvailable"] ?? budget.Spec["maxUnavailable"]!, replicas) : null;
    }

    /// <summary>Kubernetes rounds a percentage up, for both limits.</summary>
    internal static int? Scaled(Scalar limit, int replicas) =>
        int.TryParse(PlainScalars.Canonical(limit.Value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : limit.Value.EndsWith('%') && int.TryParse(limit.Value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)((((long)percent * replicas) + 99) / 100)
        : null;

    /// <summary>A budget and the sets of pods that it selects.</summary>
    private sealed record Budget(Mapping Spec, string Title, ImmutableArray<PodSet> Pods, string File)
    {
        public static IEnumerable<Budget> Of(ClusterView cluster, IReadOnlyList<PodSet> sets) =>
            cluster.Applied.Where(resource => resource is { Kind: "PodDisruptionBudget", Group: "policy" })
                .DistinctBy(resource => resource.Id)
                .Select(resource => new Budget(resource.Body["spec"] as Mapping ?? [], resource.Id.Title,
                    Selected(resource, resource.Body.At("spec", "selector"), sets), resource.FileOf(resource.Body["spec"])))
                .Concat(cluster.Releases.Where(release => release.Values["podDisruptionBudget"] is Mapping { Entries.IsEmpty: false }
                    && !release.IsPatched("PodDisruptionBudget"))
                    .Select(release => new Budget((Mapping)release.Values["podDisruptionBudget"]!, "the chart's budget",
                        [.. sets.Where(pods => pods.Release == release)],
                        release.Manifest.FileOf(release.Values["podDisruptionBudget"]))));

        /// <summary>No selector selects nothing; an empty one everything in policy/v1, and nothing in policy/v1beta1.</summary>
        private static ImmutableArray<PodSet> Selected(Manifest budget, Node? selector, IReadOnlyList<PodSet> sets) =>
            selector is null || (budget.Version == "v1beta1" && LabelSelector.IsEverything(selector)) ? []
            : [.. sets.Where(pods => pods.Namespace == budget.Namespace && LabelSelector.Matches(selector, pods.Labels))];
    }

    /// <summary>The pods of one workload, and their minimum number; null if it is not known.</summary>
    private sealed record PodSet(string Namespace, ImmutableDictionary<string, string> Labels, int? Fewest, string Title,
        CoreDnsRelease? Release = null)
    {
        private static readonly string[] Replicated = ["Deployment", "StatefulSet", "ReplicaSet"];

        public static IReadOnlyList<PodSet> Of(ClusterView cluster)
        {
            var scalers = cluster.Applied.Where(resource => resource.Body.At("spec", "scaleTargetRef") is Mapping)
                .ToLookup(resource => (resource.Namespace, resource.Body.TextAt("spec", "scaleTargetRef", "name")));
            return
            [
                .. cluster.Releases.Where(release => !release.IsPatched("labels"))
                    .Select(release => new PodSet(release.Namespace, release.PodLabels, release.Fewest,
                        release.Manifest.Id.Title, release)),
                .. from resource in cluster.Applied
                   where Replicated.Contains(resource.Kind) || resource.Kind is "DaemonSet"
                   let labels = resource.Body.EntriesAt("spec", "template", "metadata", "labels")
                       .ToImmutableDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal)
                   select new PodSet(resource.Namespace, labels, FewestOf(resource, scalers[(resource.Namespace, resource.Name)]),
                       resource.Id.Title),
            ];
        }

        private static int? FewestOf(Manifest workload, IEnumerable<Manifest> scalers) => scalers.FirstOrDefault() switch
        {
            _ when workload.Kind == "DaemonSet" => null,
            { Kind: "HorizontalPodAutoscaler" } scaler => Number(scaler.Body.At("spec", "minReplicas")),
            null => Number(workload.Body.At("spec", "replicas")),
            _ => null,
        };

        /// <summary>Both fields default to 1.</summary>
        private static int? Number(Node? node) => node is null or Scalar { IsNull: true } ? 1
            : node is Scalar scalar && int.TryParse(PlainScalars.Canonical(scalar.Value), CultureInfo.InvariantCulture, out var number)
                ? number : null;
    }
}
