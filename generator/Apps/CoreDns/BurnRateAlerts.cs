namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Multi-window, multi-burn-rate alerts on the objectives of DNS, from chapter 5 of the Site Reliability Workbook. The long window makes an
/// alert significant; the short one ends it soon after its cause. docs/alerts.md is their runbook.
/// </summary>
internal static class BurnRateAlerts
{
    public const string Name = "coredns-slo";

    private const string Series = $"job=\"{CoreDnsNames.MetricsJob}\",namespace=\"{CoreDnsNames.Namespace}\"";

    private const string Errors = "dns:servfail:ratio_rate";
    private const string Slow = "dns:slow:ratio_rate";

    /// <summary>Rates over days read many samples and change slowly, so they are evaluated less often.</summary>
    private const string LongInterval = "2m";

    private static readonly string[] ShortWindows = ["5m", "30m", "1h", "2h"];
    private static readonly string[] LongWindows = ["6h", "1d", "3d"];

    // At 14.4 times the rate that uses up a budget in 30 days, one hour uses 2 % of it; at 6 times six hours use 5 %; at 3 times a day 10
    // %; at 1 times three days 10 %.
    private static readonly (decimal Factor, string Long, string Short)[] Fast = [(14.4m, "1h", "5m"), (6, "6h", "30m")];
    private static readonly (decimal Factor, string Long, string Short)[] Steady = [(3, "1d", "2h"), (1, "3d", "6h")];

    public static readonly ImmutableArray<Alert> All =
    [
        Burn("CoreDNSErrorBudgetBurnsFast", Errors, CoreDnsVariables.ErrorBudget, Fast, "are SERVFAIL"),
        Burn("CoreDNSErrorBudgetBurns", Errors, CoreDnsVariables.ErrorBudget, Steady, "are SERVFAIL"),
        Burn("CoreDNSLatencyBudgetBurnsFast", Slow, CoreDnsVariables.LatencyBudget, Fast, "are slow"),
        Burn("CoreDNSLatencyBudgetBurns", Slow, CoreDnsVariables.LatencyBudget, Steady, "are slow"),
    ];

    public static Mapping Rule(SourceRepository repository)
    {
        var labels = Alert.ClusterLabel();
        return Alert.PrometheusRule(Name, CoreDnsNames.Namespace, Sequence.Of(
            Group($"{Name}-short", null, ShortWindows.SelectMany(Recorded)),
            Group($"{Name}-long", LongInterval, LongWindows.SelectMany(Recorded)),
            Group(Name, null, All.Select(alert => alert.Rule(repository, labels)))));
    }

    private static Alert Burn(string name, string ratio, string budget, (decimal Factor, string Long, string Short)[] windows, string what)
    {
        var fast = windows == Fast;
        return new Alert(name, fast ? "critical" : "warning", fast ? "2m" : "15m",
            string.Join(" or ", windows.Select(window =>
                $"({Above(ratio, window.Long, window.Factor, budget)} and {Above(ratio, window.Short, window.Factor, budget)})")),
            $"{{{{ $value | humanizePercentage }}}} of the DNS answers {what}.",
            fast
                ? "At this rate the budget of 30 days is used up within 5 days."
                : "At this rate the budget of 30 days is used up before they end.");
    }

    /// <summary>For this cluster only: several clusters may share one monitoring system.</summary>
    private static string Above(string ratio, string window, decimal factor, string budget) =>
        $"{ratio}{window}{{cluster=\"${{{Variables.ClusterName}}}\"}} > {factor} * ${{{budget}}}";

    private static IEnumerable<Mapping> Recorded(string window)
    {
        string Rate(string metric, string more = "") => $"sum(rate({metric}{{{Series}{more}}}[{window}]))";

        const string Answers = "coredns_dns_responses_total";
        const string Took = "coredns_dns_request_duration_seconds";
        // CoreDNS has no SERVFAIL series before the first one; then the ratio is 0 while there are answers.
        yield return Record(Errors + window,
            $"({Rate(Answers, ",rcode=\"SERVFAIL\"")} or 0 * {Rate(Answers)}) / {Rate(Answers)}");
        yield return Record(Slow + window,
            $"1 - {Rate(Took + "_bucket", $",le=\"${{{CoreDnsVariables.LatencyBound}}}\"")} / {Rate(Took + "_count")}");
    }

    private static Mapping Record(string name, string expression) => new()
    {
        { "record", name },
        { "expr", expression },
        { "labels", Alert.ClusterLabel() },
    };

    private static Mapping Group(string name, string? interval, IEnumerable<Mapping> rules) => new()
    {
        { "name", name },
        { "interval", interval },
        { "rules", Sequence.Of(rules) },
    };
}

/// <summary>The objectives of a cluster's DNS, for <see cref="BurnRateAlerts"/>.</summary>
/// <param name="Availability">The percentage of answers that must not be SERVFAIL.</param>
/// <param name="Latency">The percentage of answers that must be sent within <paramref name="Within"/>.</param>
/// <param name="Within">A bucket bound in seconds: a value of CoreDNS's label <c>le</c>.</param>
public sealed partial record BurnRateSettings(decimal Availability, decimal Latency, string Within)
{
    // The bounds of CoreDNS's histogram (plugin.TimeBuckets): slow answers can only be counted at these.
    private static readonly Words<string> Bounds = new(
        ("1ms", "0.001"), ("2ms", "0.002"), ("4ms", "0.004"), ("8ms", "0.008"), ("16ms", "0.016"), ("32ms", "0.032"), ("64ms", "0.064"),
        ("128ms", "0.128"), ("256ms", "0.256"), ("512ms", "0.512"), ("1024ms", "1.024"), ("2048ms", "2.048"));

    private static readonly TextShape<string> Objective = Forms.Matching("99.95", ObjectiveForm(), new Fault(
        DefinitionRules.BurnRateObjective,
        "is not an objective that these alerts can watch",
        "Write a percentage from 95 to 99.999. Below 95, 14.4 times the budget is most of all answers; 100 leaves no budget."))
        with
    { Numbers = true };

    /// <summary>The share of answers that may be SERVFAIL.</summary>
    public string ErrorBudget => Share(Availability);

    /// <summary>The share of answers that may be slow.</summary>
    public string LatencyBudget => Share(Latency);

    /// <summary>Null if the alerts are off.</summary>
    internal static BurnRateSettings? Bind(Section section)
    {
        var enabled = section.Switch("enabled", false,
            $"Whether alerts fire when DNS uses up its error or latency budget too fast ({Docs.Page("alerts.md")}).");
        var settings = new BurnRateSettings(
            Number(section.Text("availability", Objective, "99.95", "The percentage of the answers that shall not be SERVFAIL.")),
            Number(section.Text("latency", Objective, "99", "The percentage of the answers that shall be sent within 'within'.")),
            section.Choice("within", "0.128", Bounds, "How long an answer may take: a bound of CoreDNS's histogram."));
        return enabled ? settings : null;
    }

    internal static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.Monitoring is { BurnRate: not null, Flavour: MonitoringFlavour.None })
        {
            at.Report(DefinitionRules.BurnRateWithoutMonitoring, "monitoring.burnRate.enabled",
                "The alerts would never fire: with flavour none nothing scrapes CoreDNS or evaluates its rules.",
                "Delete it, or name the operator that does.",
                "monitoring.flavour");
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static string Share(decimal objective) => ((100 - objective) / 100).ToString("0.#######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^9[5-9](\.[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectiveForm();
}
