using System.Collections.Immutable;
using PlatformGitOps.Generator.Lint.Rules;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Every rule.</summary>
public static class LintRules
{
    public static readonly ImmutableArray<LintRule> All =
    [
        VariableRules.Rule,
        ValueRules.Rule,
        TypeRules.Rule,
        ReleaseRules.Rule,
        PodRules.Rule,
        CorefileRules.Rule,
        SelectorRules.Rule,
        AlertRules.Rule,
        OrderRules.Rule,
        FluxRules.Rule,
    ];

    /// <summary>What each rule is about, by its id. Faults of the YAML itself and of kustomize come on top.</summary>
    public static readonly ImmutableSortedDictionary<string, string> About =
        All.SelectMany(rule => rule.Ids).ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
