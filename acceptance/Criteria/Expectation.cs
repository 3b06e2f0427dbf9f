using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>What a check expects on one cluster, and the command that shows it: the texts of its line with the cluster's values.</summary>
public sealed partial record Expectation(string Expected, string? Command)
{
    private static readonly ConcurrentDictionary<(string Cluster, Feature SwitchedOn), IReadOnlyDictionary<string, string>>
        Committed = new();

    public static Expectation Of(Check check, string cluster, CheckMode mode)
    {
        var live = mode == CheckMode.Live ? LiveClusters.Running(cluster) : null;
        var values = live is null
            ? Committed.GetOrAdd((cluster, check.Criterion.SwitchesOn), _ => OfTree(check, cluster))
            : Values(live.Tree);
        var context = live?.Cluster.Context.Name ?? cluster;
        return new Expectation(
            Fill(check.Line.Expected, values, context), check.Line.Command is { } command ? Fill(command, values, context) : null);
    }

    /// <summary>Every line of the matrix for these clusters.</summary>
    public static IReadOnlyList<MatrixLine> Lines(IReadOnlyList<string> clusters) =>
    [
        .. Catalog.Checks.Select(check => new MatrixLine(
            check.Id, check.Criterion.Id, check.Title,
            clusters.ToDictionary(cluster => cluster, cluster => Of(check, cluster, CheckMode.Static).Expected))),
    ];

    /// <summary>A tree that does not build fails its checks; the placeholders then stay.</summary>
    private static IReadOnlyDictionary<string, string> OfTree(Check check, string cluster)
    {
        try
        {
            return Values(RenderedCluster.From(Repository.Tree.For(check), cluster));
        }
        catch (Exception exception) when (exception is ShouldAssertException or MissingException)
        {
            return new Dictionary<string, string>();
        }
    }

    private static Dictionary<string, string> Values(RenderedCluster tree) => new(tree.Settings)
    {
        ["chart"] = tree.Platform.Charts["coredns"].Version.ToString(),
        ["coreDns"] = Rendering.ChartOutput.CoreDns(tree.Platform, tree.Definition),
        ["kubernetes"] = tree.Definition.Kubernetes is { } version ? $"Kubernetes {version.Major}.{version.Minor}" : "any Kubernetes",
        ["kubeProxy"] = Generator.Definition.Cluster.KubeProxyModes.Of(tree.Definition.KubeProxy),
    };

    private static string Fill(string text, IReadOnlyDictionary<string, string> values, string context) => Placeholder().Replace(
        text, match => match.Groups[1].Value is "context" ? context : values.GetValueOrDefault(match.Groups[1].Value) ?? match.Value);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
