namespace PlatformGitOps.Generator.Lint;

/// <summary>Merges findings with one cause: one finding of many clusters is reported once, with the other clusters.</summary>
public static partial class Folding
{
    /// <summary>
    /// Merges findings that only differ in the name of their cluster: in their texts, and in a file in the cluster's folder, or in a
    /// position in the cluster's entry of the definition.
    /// </summary>
    /// <param name="findings">In the order of printing.</param>
    /// <param name="clusters">The names of clusters that a text may contain.</param>
    public static IReadOnlyList<Finding> Fold(IReadOnlyCollection<Finding> findings, IReadOnlySet<string> clusters)
    {
        var (folded, also) = (new List<Finding>(), new Dictionary<int, List<string>>());
        var (first, seen) = (new Dictionary<(Cause, int), int>(), new Dictionary<(string, Cause), int>());
        foreach (var finding in findings)
        {
            if (ClusterOf(finding, clusters) is { } cluster)
            {
                // Two findings of one cluster stay separate, however similar.
                var cause = CauseOf(finding, cluster);
                var count = seen[(cluster, cause)] = seen.GetValueOrDefault((cluster, cause)) + 1;
                if (!first.TryAdd((cause, count), folded.Count))
                {
                    var index = first[(cause, count)];
                    (also.TryGetValue(index, out var others) ? others : also[index] = []).Add(cluster);
                    continue;
                }
            }

            folded.Add(finding);
        }

        foreach (var (index, others) in also)
        {
            folded[index] = folded[index] with { AlsoIn = others };
        }

        return folded;
    }

    private static string? ClusterOf(Finding finding, IReadOnlySet<string> clusters) => Layout.ClusterOf(finding.File)
        ?? Mention().Matches(finding.Message).Select(match => match.Groups[1].Value).FirstOrDefault(clusters.Contains);

    private static Cause CauseOf(Finding finding, string cluster)
    {
        var isOwn = Layout.ClusterOf(finding.File) is not null;
        return new Cause(finding.Rule, isOwn ? ClusterNames.Neutral(finding.File, cluster) : finding.File,
            isOwn || WarningRules.AtClusters.Contains(finding.Rule) ? Position.None : finding.Position,
            ClusterNames.Neutral($"{finding.Message}\n{finding.Fix}", cluster));
    }

    /// <summary>The common part of findings with one cause, without the cluster's name.</summary>
    private readonly record struct Cause(string Rule, string File, Position At, string Text);

    [GeneratedRegex(@"\bcluster ([a-z0-9-]+)")]
    private static partial Regex Mention();
}
