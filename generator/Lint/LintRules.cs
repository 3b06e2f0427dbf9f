using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Lint.Rules;

namespace PlatformGitOps.Generator.Lint;

/// <summary>A group of checks on one cluster.</summary>
/// <param name="Name">The name of the group, for internal errors.</param>
/// <param name="Ids">The rules of its findings, each with one sentence.</param>
/// <param name="Check">The checks.</param>
public sealed record LintRule(
    string Name, ImmutableSortedDictionary<string, string> Ids, Func<ClusterView, IEnumerable<Finding>> Check)
{
    public static LintRule Of(string name, Func<ClusterView, IEnumerable<Finding>> check, params (string Id, string About)[] ids) =>
        new(name, ids.ToImmutableSortedDictionary(pair => pair.Id, pair => pair.About, StringComparer.Ordinal), check);
}

/// <summary>All rules.</summary>
public static class LintRules
{
    public static readonly ImmutableArray<LintRule> All =
    [
        VariableRules.Rule,
        ValueRules.Rule,
        TypeRules.Rule,
        WordRules.Rule,
        ReleaseRules.Rule,
        PodRules.Rule,
        PodNameRules.Rule,
        PlaceRules.Rule,
        ChartPatchRules.Rule,
        ContainerRules.Rule,
        BudgetRules.Rule,
        CorefileRules.Rule,
        SelectorRules.Rule,
        DnsPolicyRules.Rule,
        AlertRules.Rule,
        OrderRules.Rule,
        FluxRules.Rule,
        NamedSecretRules.Rule,
        RemovedApiRules.Rule,
        RefusedObjectRules.Rule,
        FluxObjectRules.Rule,
        AccountRules.Rule,
        HelmReleaseRules.Rule,
        .. AppList.All.SelectMany(app => app.LintRules),
    ];

    /// <summary>One sentence on each rule, by its id. YAML and kustomize faults are added.</summary>
    public static readonly ImmutableSortedDictionary<string, string> About =
        All.SelectMany(rule => rule.Ids).Concat(SubstrateFileRules.Ids)
            .Append(KeyValuePair.Create(UnusedFileRules.Unused, UnusedFileRules.About))
            .Append(KeyValuePair.Create(Linter.RuleClusterMissing, "A cluster of the definition is not in the tree."))
            .Append(KeyValuePair.Create(IgnoredFindings.RuleUnused, "A comment or an entry of the definition keeps no finding back."))
            .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>True for a rule of this list, a warning about the definition, or a fault of YAML or kustomize.</summary>
    public static bool IsKnown(string rule) => About.ContainsKey(rule) || WarningRules.All.Contains(rule)
        || KustomizeRules.About.ContainsKey(rule)
        || rule.StartsWith("yaml-", StringComparison.Ordinal);

    /// <summary>Rules about missing objects: after a failed or unknown build, such findings are only consequences.</summary>
    internal static readonly ImmutableHashSet<string> OfAbsence =
    [
        FluxRules.Source, FluxRules.Health, OrderRules.Missing, PostBuild.RuleMissingSource, SelectorRules.Budget, SelectorRules.Policy,
        SelectorRules.Peer, SelectorRules.Monitor, SelectorRules.Service, VariableRules.Unused,
        PlaceRules.PriorityClass, HelmReleaseRules.Missing,
    ];
}
