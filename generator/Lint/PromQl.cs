namespace PlatformGitOps.Generator.Lint;

/// <summary>The properties of an expression that rules on alerts need; only <see cref="Problem"/> if it cannot be parsed.</summary>
internal sealed record PromQl
{
    /// <summary>A metric with its matchers.</summary>
    internal sealed record Selector(string Metric, ImmutableArray<(string Label, string Operator, string Value)> Matchers);

    /// <summary>
    /// Why it cannot be the expression of a rule; null if it can. Prometheus loads some of these, but fails at each evaluation.
    /// </summary>
    public string? Problem { get; init; }

    public ImmutableArray<Selector> Selectors { get; init; } = [];

    /// <summary>The selectors of CoreDNS's own series, including up.</summary>
    public ImmutableArray<Selector> OfCoreDns => field.IsDefault ? field = [.. Selectors.Where(IsOfCoreDns)] : field;

    /// <summary>The labels in by, on and group_left.</summary>
    public ImmutableArray<string> GroupingLabels { get; init; } = [];

    public bool Divides { get; init; }

    public bool HasQuantile { get; init; }

    /// <summary>True if the expression contains 100, so that it is probably a percentage.</summary>
    public bool IsPercentage { get; init; }

    /// <summary>True if a function creates labels.</summary>
    public bool SetsLabels { get; init; }

    /// <summary>The numbers on the right side of comparisons.</summary>
    public ImmutableArray<double> Thresholds { get; init; } = [];

    private static bool IsOfCoreDns(Selector selector) => selector.Metric.StartsWith("coredns_", StringComparison.Ordinal)
        || (selector.Metric == "up" && selector.Matchers.Any(matcher => matcher is { Label: "job" }
            && (matcher.Value.Contains("coredns")
                || matcher.Value.Contains("kube-dns"))));

    public static PromQl Parse(string expression) => new PromQlParser(expression).Parse();
}
