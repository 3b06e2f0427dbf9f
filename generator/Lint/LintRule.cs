using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Lint;

/// <summary>A group of checks on one cluster.</summary>
/// <param name="Ids">The rules of the findings that it makes, each with one sentence on what it is about.</param>
/// <param name="Check">The checks.</param>
public sealed record LintRule(ImmutableSortedDictionary<string, string> Ids, Func<ClusterView, IEnumerable<Finding>> Check)
{
    internal static LintRule Of(Func<ClusterView, IEnumerable<Finding>> check, params (string Id, string About)[] ids) =>
        new(ids.ToImmutableSortedDictionary(pair => pair.Id, pair => pair.About, StringComparer.Ordinal), check);
}
