namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>The line of a check with the values of one cluster: title, expected output, and command.</summary>
public sealed partial record Expectation(string Title, string Expected, string? Command)
{
    /// <summary>The maximum number of different clusters' values in a title.</summary>
    private const int MostValues = 4;

    private static readonly ConcurrentDictionary<(string Cluster, Feature SwitchedOn), IReadOnlyDictionary<string, string>>
        Committed = new();

    public static Expectation Of(Check check, string cluster, CheckMode mode)
    {
        var live = mode == CheckMode.Live ? LiveClusters.Running(cluster) : null;
        var values = live is null ? InTree(check, cluster) : Values(live.Tree);
        return Of(check, values, live?.Cluster.Context.Name ?? cluster);
    }

    internal static Expectation Of(Check check, IReadOnlyDictionary<string, string> values, string context) => new(
        Fill(check.Title, values, context),
        Fill(check.Line.Expected, values, context),
        check.Line.Command is { } command ? Fill(command, values, context) : null);

    /// <summary>All lines of the matrix for these clusters.</summary>
    public static IReadOnlyList<MatrixLine> Lines(IReadOnlyList<string> clusters) =>
    [
        .. Catalog.Checks.Select(check => new MatrixLine(
            check.Id, check.Criterion.Id, TitleOf(check, clusters),
            clusters.ToDictionary(cluster => cluster, cluster => Of(check, cluster, CheckMode.Static).Expected))),
    ];

    /// <summary>The title of the line for these clusters, from the committed tree.</summary>
    public static string TitleOf(Check check, IReadOnlyList<string> clusters) => !Placeholder().IsMatch(check.Title) ? check.Title
        : TitleOf(check, [.. clusters.Select(cluster => InTree(check, cluster))]);

    /// <summary>The title for several clusters, with all their values if they differ, such as "2 and 3 replicas".</summary>
    internal static string TitleOf(Check check, IReadOnlyList<IReadOnlyDictionary<string, string>> clusters) => Placeholder().Replace(
        check.Title,
        match => clusters.Select(values => values.GetValueOrDefault(match.Groups[1].Value)).OfType<string>().Distinct().ToList() switch
        {
            [] => match.Value,
            [var value] => value,
            { Count: > MostValues } many => $"{string.Join(", ", many.Take(MostValues - 1))} and {many.Count - MostValues + 1} more",
            var few => $"{string.Join(", ", few.SkipLast(1))} and {few[^1]}",
        });

    private static IReadOnlyDictionary<string, string> InTree(Check check, string cluster) =>
        Committed.GetOrAdd((cluster, check.Criterion.SwitchesOn), _ => OfTree(check, cluster));

    /// <summary>The values of the tree; without them, if it does not build, placeholders stay and its checks fail.</summary>
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

    internal static Dictionary<string, string> Values(RenderedCluster tree) => new(tree.Settings)
    {
        ["cluster"] = tree.Role,
        ["apiServer"] = tree.Definition.Services.AddressAt(1)?.ToString() ?? "the API server's address",
        ["negativeTtl"] = AC2Resolution.NegativeTtl(tree).ToString(CultureInfo.InvariantCulture),
        ["budget"] = Budget(tree),
        ["user"] = AC5Security.User(tree) ?? "of runAsUser",
        ["policy"] = tree.Definition.NetworkPolicy == NetworkPolicyFlavour.Cilium ? "CiliumNetworkPolicy" : "NetworkPolicy",
        ["policies"] = tree.Definition.NetworkPolicy == NetworkPolicyFlavour.Cilium ? "cnp" : "netpol",
        ["chart"] = tree.Platform.Charts["coredns"].Version.ToString(),
        ["coreDns"] = Rendering.ChartOutput.CoreDns(tree.Platform, tree.Definition),
        ["kubernetes"] = tree.Definition.Kubernetes is { } version ? $"Kubernetes {version.Major}.{version.Minor}" : "any Kubernetes",
        ["kubeProxy"] = Generator.Definition.Cluster.KubeProxyModes.Of(tree.Definition.KubeProxy),
    };

    private static string Budget(RenderedCluster tree)
    {
        var dns = tree.Definition.Dns;
        var budget = tree.FindOrNull("PodDisruptionBudget", CoreDnsNames.DisruptionBudget);
        return dns.BudgetFollows ? $"maxUnavailable: {budget?.Text("spec.maxUnavailable") ?? "a share of the pods"}"
            : $"minAvailable: {dns.MinAvailable}";
    }

    private static string Fill(string text, IReadOnlyDictionary<string, string> values, string context) => Placeholder().Replace(
        text, match => match.Groups[1].Value is "context" ? context : values.GetValueOrDefault(match.Groups[1].Value) ?? match.Value);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
