using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Every offline check over a tree, hand edits included.</summary>
public static class Linter
{
    /// <summary>All findings, by file and place, each once however many clusters have it.</summary>
    public static ImmutableArray<Finding> Check(SourceTree tree, LintOptions options)
    {
        var views = new ClusterViews(tree, options);
        var clusters = views.All();
        var found = clusters.SelectMany(cluster => LintRules.All.SelectMany(rule => rule.Check(cluster))).ToList();
        return
        [
            .. views.Unreadable().Concat(views.Findings).Concat(found)
                .Distinct()
                .OrderBy(finding => finding.File, StringComparer.Ordinal)
                .ThenBy(finding => (finding.Position.Line, finding.Position.Column))
                .ThenBy(finding => finding.Rule, StringComparer.Ordinal)
                .ThenBy(finding => finding.Message, StringComparer.Ordinal),
        ];
    }
}
