using System.Buffers;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Alerts on CoreDNS that never fire, or always do. promtool accepts these, as it accepts any metric name.</summary>
internal static partial class AlertRules
{
    private const string Metric = "alert-metric-unknown";
    private const string Label = "alert-label-unknown";
    private const string Job = "alert-job";
    private const string NotScraped = "alert-not-scraped";
    private const string Ratio = "alert-not-a-ratio";
    private const string Template = "alert-template";
    private const string Expression = "alert-expression";
    private const string Field = "alert-field";

    public static readonly LintRule Rule = LintRule.Of(
        "alert",
        Check,
        (Metric, "An alert uses a metric that the pinned CoreDNS does not export."),
        (Label, "An alert uses a label that the metric does not have."),
        (Job, "An alert selects another job label than the one of the ServiceMonitor."),
        (NotScraped, "An alert on CoreDNS, but nothing scrapes it."),
        (Ratio, "The text of an alert on CoreDNS says percent, but the expression is not a ratio, or its threshold is above 1."),
        (Template, "The template of an annotation or a label cannot be parsed, or uses an undefined variable or function."),
        (Expression, "Prometheus cannot parse the expression of a rule, or never evaluates it."),
        (Field, "A rule or a group has a key, a name or a label that Prometheus refuses."));

    private static readonly SearchValues<char> OfLabels =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private static readonly string[] GroupKeys =
        ["name", "interval", "limit", "query_offset", "labels", "partial_response_strategy", "rules"];

    private static readonly string[] RuleKeys = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];

    private static readonly string[] AlertsOnly = ["for", "keep_firing_for", "annotations"];

    /// <summary>The labels that a scrape adds to every series.</summary>
    private static readonly HashSet<string> TargetLabels =
        ["__name__", "job", "instance", "pod", "namespace", "service", "endpoint", "container", "node", "cluster", "prometheus", "le"];

    /// <summary>Objects besides the chart that can scrape CoreDNS, with labels that lint does not know.</summary>
    private static readonly HashSet<string> Scrapers =
        ["ServiceMonitor", "PodMonitor", "ScrapeConfig", "VMServiceScrape", "VMPodScrape", "VMStaticScrape"];

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var groups = cluster.Applied.Where(resource => resource is { Kind: "PrometheusRule" })
            .Select(resource => resource.Body.MappingsAt("spec", "groups").ToArray()).ToArray();
        var rules = groups.SelectMany(several => several).SelectMany(group => group.MappingsAt("rules")).ToArray();
        var recorded = rules.Select(rule => rule.TextAt("record")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var scraping = new Scraping(cluster, recorded);
        return groups.SelectMany(CheckGroups).Concat(rules.SelectMany(CheckFields)).Concat(
            rules.Where(rule => rule["expr"] is Scalar).SelectMany(rule => Check(scraping, rule, (Scalar)rule["expr"]!)))
            .Concat(Unscraped(scraping, rules));
    }

    /// <summary>One finding for each cause, for any number of alerts. A key of another chart is a finding about the values.</summary>
    private static IEnumerable<Finding> Unscraped(Scraping scraping, Mapping[] rules)
    {
        var silent = !scraping.IsMissing || scraping.HasForeignKey ? []
            : (from rule in rules
               where rule["expr"] is Scalar
               let selector = scraping.OfCoreDns(QueryOf((Scalar)rule["expr"]!)).FirstOrDefault()
               where selector is not null
               select (Rule: rule, selector.Metric)).ToArray();
        return silent.Take(1).Select(first => Report.At(
            first.Rule["expr"]!,
            NotScraped,
            $"{NameOf(first.Rule)}{(silent.Length == 1 ? " uses" : $" and {silent.Length - 1} more rules use")} {first.Metric}"
                + $"{(silent.Length == 1 ? "" : " and the like")}, but no ServiceMonitor scrapes CoreDNS in cluster {scraping.Cluster}.",
            silent.Length == 1 ? "Enable prometheus.monitor, or remove the alert." : "Enable prometheus.monitor, or remove the alerts."));
    }

    private static string NameOf(Mapping rule) => rule.TextAt("alert") ?? rule.TextAt("record") ?? "a rule";

    private static readonly NodeFact<PromQl> Queries = new();

    private static readonly NodeFact<Fault[]> Problems = new();

    private static PromQl QueryOf(Scalar expression) => Queries.Of(expression, text => PromQl.Parse(text.Value));

    private static Fault[] ProblemsOf(Node text) => Problems.Of(text, node =>
        node is Scalar template && !TypeRules.IsUnsubstituted(node) && AlertTemplate.Problem(template.Value) is var (problem, fix)
            ? [new Fault(Template, problem, fix)] : []);

    /// <summary>The series of CoreDNS in a cluster.</summary>
    private sealed class Scraping(ClusterView cluster, HashSet<string> recorded)
    {
        private readonly HashSet<string> services = cluster.Applied.Where(resource => resource.Kind == "Service")
            .Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);

        public string Cluster => cluster.Name;

        public CoreDnsChart Chart { get; } = cluster.Releases.FirstOrDefault()?.Known ?? CoreDnsChart.For(CoreDnsChart.Default);

        /// <summary>True if objects besides the chart may scrape it, with labels that lint does not know.</summary>
        public bool IsOpen { get; } = cluster.Applied.Any(resource => Scrapers.Contains(resource.Kind))
            || cluster.Releases.Any(release => !release.Helm.HasAllValues);

        public bool IsMissing => !IsOpen && cluster.Releases.Length > 0 && !cluster.Releases.Any(release => release.ScrapesItself);

        /// <summary>True if the values have a key with which other charts create a ServiceMonitor.</summary>
        public bool HasForeignKey => cluster.Releases.Any(release => release.Values.Concat(release.Values.EntriesAt("prometheus"))
            .Any(entry => entry.Key.Equals("servicemonitor", StringComparison.OrdinalIgnoreCase)));

        /// <summary>The selectors of an expression for metrics of CoreDNS itself.</summary>
        public IEnumerable<PromQl.Selector> OfCoreDns(PromQl query) => query.Problem is not null ? []
            : query.OfCoreDns.Where(selector => !IsRecorded(selector.Metric) && !IsOfAnother(selector));

        /// <summary>The job labels that its series can have; empty if they are not known.</summary>
        public string[] Jobs => field ??= IsOpen ? [] : [.. cluster.Releases.Select(release => release.MetricsService)];

        public bool IsRecorded(string metric) => recorded.Contains(metric);

        /// <summary>True for the job of a Service that the tree itself delivers. The chart creates CoreDNS's own Service.</summary>
        public bool IsOfAnother(PromQl.Selector selector) =>
            selector.Matchers.Any(matcher => matcher is { Label: "job" } && services.Contains(matcher.Value));
    }

    /// <summary>The groups of one object: Prometheus Operator makes a rule file of it.</summary>
    private static IEnumerable<Finding> CheckGroups(Mapping[] groups)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            foreach (var key in group.Where(entry => !GroupKeys.Contains(entry.Key)))
            {
                yield return Refused(key, $"A group of rules has no key '{key.Key}'", $"It has {string.Join(", ", GroupKeys)}.");
            }

            if (group.TextAt("name") is not { Length: > 0 } name)
            {
                yield return Report.At(group, Field, "A group of rules has no name.", "Write 'name'.");
            }
            else if (!names.Add(name))
            {
                yield return Report.At(group["name"]!, Field, $"The rule file has two groups '{name}'.", "Rename one of them.");
            }
        }
    }

    private static IEnumerable<Finding> CheckFields(Mapping rule)
    {
        var (alert, record) = (rule.TextAt("alert"), rule.TextAt("record"));
        var name = alert ?? record ?? "a rule";
        foreach (var entry in rule.Entries.Where(entry => !RuleKeys.Contains(entry.Key)))
        {
            yield return Refused(entry, $"{name}: a rule has no key '{entry.Key}'",
                Suggestion.For(entry.Key, RuleKeys) is { } near ? $"Did you mean '{near}'?" : "Write it below labels or annotations.");
        }

        if (rule["expr"] is not Scalar)
        {
            yield return Report.At(rule, Field, $"{name} has no expression.", "Write 'expr'.");
        }

        if (string.IsNullOrEmpty(alert) == string.IsNullOrEmpty(record))
        {
            yield return Report.At(rule, Field,
                alert is null ? "A rule has neither 'alert' nor 'record'." : $"{name} has 'alert' and 'record'.", "Write one of the two.");
        }
        else if (record is not null)
        {
            foreach (var entry in rule
                .Where(entry => AlertsOnly.Contains(entry.Key) && entry.Value is not Mapping { Entries.IsEmpty: true }))
            {
                yield return Refused(entry, $"{name} is a recording rule and cannot have '{entry.Key}'", "Delete it.");
            }

            if (!MetricName().IsMatch(record) && !TypeRules.IsUnsubstituted(rule["record"]!))
            {
                yield return Report.At(rule["record"]!, Field, $"Prometheus 2 refuses the metric name '{record}'.",
                    "Use letters, digits, '_' and ':'.");
            }
        }

        foreach (var entry in rule.EntriesAt("labels").AddRange(rule.EntriesAt("annotations"))
            .Where(entry => !IsLabelName(entry.Key)))
        {
            yield return Report.At(entry, Field, $"{name}: Prometheus 2 refuses the name '{entry.Key}' and all of the rule file.",
                "Use letters, digits and '_'; do not begin with a digit.");
        }

        if (rule.EntriesAt("labels").FirstOrDefault(entry => entry.Key == "__name__") is { } reserved)
        {
            yield return Refused(reserved, $"{name} sets the label __name__, which is the metric's own",
                "Write 'record', or another label.");
        }
    }

    private static Finding Refused(Entry entry, string message, string fix) =>
        Report.At(entry, Field, $"{message}: Prometheus refuses the rule file.", fix);

    private static IEnumerable<Finding> Check(Scraping scraping, Mapping rule, Scalar expression)
    {
        var query = QueryOf(expression);
        var name = NameOf(rule);
        if (query.Problem is { } problem)
        {
            if (!TypeRules.IsUnsubstituted(expression))
            {
                yield return Report.At(expression, Expression, $"{name}: Prometheus cannot evaluate the expression: {problem}.",
                    "Correct it.");
            }

            yield break;
        }

        foreach (var selector in scraping.OfCoreDns(query))
        {
            foreach (var finding in CheckSelector(scraping, name, expression, selector))
            {
                yield return finding;
            }
        }

        foreach (var label in Ungroupable(query, scraping))
        {
            yield return Report.At(
                expression,
                Label,
                $"{name} groups by '{label}', which none of its metrics has.",
                "Group by a label of the metric.");
        }

        foreach (var finding in CheckText(rule, name, expression, query))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> CheckSelector(Scraping scraping, string name, Scalar expression, PromQl.Selector selector)
    {
        var chart = scraping.Chart;
        if (selector.Metric != "up" && !chart.Series.ContainsKey(selector.Metric))
        {
            yield return Report.At(
                expression,
                Metric,
                $"{name} uses {selector.Metric}, which CoreDNS {chart.CoreDns} does not export, so it never fires.",
                Nearest(selector.Metric, chart));
        }
        else if (selector.Metric != "up" && !scraping.IsOpen)
        {
            var known = chart.Series[selector.Metric];
            foreach (var (label, _, _) in selector.Matchers
                .Where(matcher => !TargetLabels.Contains(matcher.Label) && !known.Contains(matcher.Label)))
            {
                yield return Report.At(
                    expression,
                    Label,
                    $"{name} matches '{label}', which {selector.Metric} does not have.",
                    $"It has {string.Join(", ", known)}.");
            }
        }

        var jobs = scraping.Jobs;
        foreach (var (_, sign, value) in selector.Matchers.Where(matcher => matcher.Label == "job" && jobs.Length > 0))
        {
            var pattern = sign == "=~" ? GoRegex.Whole(value) : null;
            if ((sign == "=" && !jobs.Contains(value)) || (pattern is not null && !jobs.Any(pattern.IsMatch)))
            {
                yield return Report.At(
                    expression,
                    Job,
                    $"{name} selects job {value}, but the job label is the name of the scraped Service.",
                    $"Write job=\"{jobs[0]}\".");
            }
        }
    }

    private static IEnumerable<string> Ungroupable(PromQl query, Scraping scraping)
    {
        var (selectors, series) = (query.Selectors, scraping.Chart.Series);
        return selectors.IsEmpty || query.SetsLabels || query.GroupingLabels.All(TargetLabels.Contains)
            || selectors.Any(selector => !series.ContainsKey(selector.Metric) || scraping.IsRecorded(selector.Metric))
            ? []
            : query.GroupingLabels.Distinct().Where(label => !TargetLabels.Contains(label)
                && !selectors.Any(selector => series[selector.Metric].Contains(label)));
    }

    private static IEnumerable<Finding> CheckText(Mapping rule, string name, Scalar expression, PromQl query)
    {
        var annotations = rule.EntriesAt("annotations");
        if (query.Selectors.Length > 0 && query.OfCoreDns.Length == query.Selectors.Length && !query.HasQuantile && !query.IsPercentage
            && annotations.Any(entry => entry.Value is Scalar text && Percent().IsMatch(text.Value)))
        {
            var isRatio = query.Divides;
            var counts = query.Selectors.All(selector => selector.Metric.EndsWith("_total", StringComparison.Ordinal));
            if (isRatio ? query.Thresholds.Length > 0 && query.Thresholds.All(threshold => threshold > 1) : counts)
            {
                yield return Report.At(
                    expression,
                    Ratio,
                    isRatio ? $"{name} compares a ratio with more than 1."
                        : $"The text of {name} says percent, but its expression is not a ratio.",
                    isRatio ? "Write 5 % as 0.05." : "Divide by the total rate, or write what the number is.");
            }
        }

        // A recording rule has no template.
        foreach (var entry in rule["alert"] is null ? [] : annotations.AddRange(rule.EntriesAt("labels")))
        {
            foreach (var fault in ProblemsOf(entry.Value))
            {
                yield return Report.At(entry, fault.Rule, $"{name}: '{entry.Key}' {fault.Problem}.", fault.Fix);
            }
        }
    }

    private static string Nearest(string metric, CoreDnsChart chart) => metric.StartsWith("coredns_forward_", StringComparison.Ordinal)
        ? "The forward plugin's own series are coredns_proxy_... with proxy_name=\"forward\"."
        : Suggestion.For(metric, chart.Series.Keys) is { } near ? $"Did you mean {near}?" : "Compare with /metrics of a running pod.";

    /// <summary>A valid label name, or one with an unsubstituted variable.</summary>
    private static bool IsLabelName(string key) =>
        (key.Length > 0 && !char.IsAsciiDigit(key[0]) && !key.AsSpan().ContainsAnyExcept(OfLabels))
        || key.Contains("${");

    [GeneratedRegex(@"\A[a-zA-Z_:][a-zA-Z0-9_:]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\d\s*(%|per ?cent)|humanizePercentage", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();
}
