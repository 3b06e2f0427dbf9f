namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Parses metrics in Prometheus' text format.</summary>
internal static class MetricsText
{
    /// <summary>The sum of a series over its labels; 0 if it does not exist.</summary>
    /// <param name="text">The text of /metrics.</param>
    /// <param name="name">The series.</param>
    /// <param name="label">Only sums lines with this text.</param>
    public static double Sum(string text, string name, string label = "") => text.Split('\n')
        .Where(line => IsOf(line, name) && line.Contains(label))
        .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), NumberStyles.Float, CultureInfo.InvariantCulture));

    public static bool Has(string text, string name) => text.Split('\n').Any(line => IsOf(line, name));

    private static bool IsOf(string line, string name) =>
        line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal);
}

public sealed class MetricsTextTests
{
    private const string Text = """
        # HELP requests_total How many there were.
        # TYPE requests_total counter
        requests_total{code="200",path="/a b"} 2
        requests_total{code="500",path="/"} 1.5e+06
        requests_total_more{code="200"} 7
        last_time 1.7e+09

        """;

    [TestCase("requests_total", "", 1_500_002)]
    [TestCase("requests_total", "code=\"200\"", 2)]
    [TestCase("last_time", "", 1.7e9)]
    [TestCase("requests", "", 0)]
    public void A_series_is_summed_over_its_labels_and_no_other_name_counts(string name, string label, double sum) =>
        MetricsText.Sum(Text, name, label).ShouldBe(sum);

    [TestCase("requests_total", true)]
    [TestCase("last_time", true)]
    [TestCase("last", false)]
    public void A_metric_name_without_a_sample_is_no_series(string name, bool there) => MetricsText.Has(Text, name).ShouldBe(there);
}
