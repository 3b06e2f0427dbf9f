using System.Collections.Immutable;
using System.Globalization;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Multi-window, multi-burn-rate alerts on the objectives of DNS, after chapter 5 of the Site Reliability Workbook. An alert needs a long
/// window, so that it is worth a look, and a short one, so that it ends soon after its cause. docs/alerts.md is their runbook.
/// </summary>
internal static class BurnRateAlerts
{
    public const string Name = "coredns-slo";

    private const string Series = $"job=\"{CoreDnsNames.MetricsJob}\",namespace=\"{CoreDnsNames.Namespace}\"";

    private const string Errors = "dns:servfail:ratio_rate";
    private const string Slow = "dns:slow:ratio_rate";

    /// <summary>A rate over days reads many samples, and changes slowly.</summary>
    private const string LongInterval = "2m";

    private static readonly string[] ShortWindows = ["5m", "30m", "1h", "2h"];
    private static readonly string[] LongWindows = ["6h", "1d", "3d"];

    // At 14.4 times the rate that spends a budget in 30 days, an hour spends 2 % of it; at 6 times six hours 5 %; at 3 times a day 10 %; at
    // once three days 10 %.
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

    private static Alert Burn(
        string name, string ratio, string budget, (decimal Factor, string Long, string Short)[] windows, string what)
    {
        var fast = windows == Fast;
        return new Alert
        {
            Name = name,
            Expression = string.Join(" or ", windows.Select(window =>
                $"({Above(ratio, window.Long, window.Factor, budget)} and {Above(ratio, window.Short, window.Factor, budget)})")),
            For = fast ? "2m" : "15m",
            Severity = fast ? "critical" : "warning",
            Summary = $"{{{{ $value | humanizePercentage }}}} of the DNS answers {what}.",
            Description = fast
                ? "At this rate the budget of 30 days is used up within 5 days."
                : "At this rate the budget of 30 days is used up before they end.",
        };
    }

    /// <summary>Of this cluster alone: several may have one monitoring.</summary>
    private static string Above(string ratio, string window, decimal factor, string budget) => string.Create(
        CultureInfo.InvariantCulture, $"{ratio}{window}{{cluster=\"${{{Variables.ClusterName}}}\"}} > {factor} * ${{{budget}}}");

    private static IEnumerable<Mapping> Recorded(string window)
    {
        string Rate(string metric, string more = "") => $"sum(rate({metric}{{{Series}{more}}}[{window}]))";

        const string Answers = "coredns_dns_responses_total";
        const string Took = "coredns_dns_request_duration_seconds";
        // CoreDNS has no series of SERVFAIL before the first one: the ratio is 0 then, as long as there are answers.
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
