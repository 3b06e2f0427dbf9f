using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Charts;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Alerts on CoreDNS that can never fire, or always do. promtool cannot see these: to it any metric name is good.</summary>
internal static partial class AlertRules
{
    private const string Metric = "alert-metric-unknown";
    private const string Label = "alert-label-unknown";
    private const string Job = "alert-job";
    private const string NotScraped = "alert-not-scraped";
    private const string Ratio = "alert-not-a-ratio";
    private const string Template = "alert-template";

    public static readonly LintRule Rule = LintRule.Of(
        Check,
        (Metric, "An alert asks for a metric that the pinned CoreDNS does not export."),
        (Label, "An alert asks for a label that the metric does not have."),
        (Job, "An alert asks for another job label than the ServiceMonitor gives."),
        (NotScraped, "An alert on CoreDNS where nothing scrapes it."),
        (Ratio, "The text says per cent, but the expression is no ratio, or its threshold is above 1."),
        (Template, "An annotation's template cannot be read, or names a variable that there is none of."));

    /// <summary>What a scrape adds to every series.</summary>
    private static readonly HashSet<string> TargetLabels = ["__name__", "job", "instance", "pod", "namespace", "service", "endpoint", "container", "node", "cluster", "prometheus", "le"];

    private static readonly HashSet<string> TemplateVariables = ["labels", "value", "externalLabels", "externalURL"];

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var rules = cluster.Applied.Where(resource => resource is { Kind: "PrometheusRule" })
            .SelectMany(resource => Items(resource.Body.At("spec", "groups"))).SelectMany(group => Items(group["rules"])).ToArray();
        var recorded = rules.Select(rule => rule.TextAt("record")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return rules.Where(rule => rule["expr"] is Scalar).SelectMany(rule => Check(cluster, rule, (Scalar)rule["expr"]!, recorded));
    }

    private static IEnumerable<Finding> Check(ClusterView cluster, Mapping rule, Scalar expression, HashSet<string> recorded)
    {
        var query = PromQl.Parse(expression.Value);
        var name = rule.TextAt("alert") ?? rule.TextAt("record") ?? "a rule";
        foreach (var selector in query.Selectors.Where(selector => IsCoreDns(selector) && !recorded.Contains(selector.Metric)))
        {
            foreach (var finding in CheckSelector(cluster, name, expression, selector))
            {
                yield return finding;
            }
        }

        foreach (var label in Ungroupable(query, recorded))
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

    private static IEnumerable<Finding> CheckSelector(ClusterView cluster, string name, Scalar expression, PromQl.Selector selector)
    {
        if (cluster.Releases.Length > 0 && !cluster.Releases.Any(release => release.ScrapesItself))
        {
            yield return Report.At(
                expression,
                NotScraped,
                $"{name} asks for {selector.Metric}, but no ServiceMonitor scrapes CoreDNS in cluster {cluster.Name}.",
                "Switch prometheus.monitor on, or leave the alert out.");
        }

        if (selector.Metric != "up" && !CoreDnsMetrics.Series.ContainsKey(selector.Metric))
        {
            yield return Report.At(
                expression,
                Metric,
                $"{name} asks for {selector.Metric}, which CoreDNS 1.11.4 does not export: it can never fire.",
                Nearest(selector.Metric));
        }
        else if (selector.Metric != "up")
        {
            var known = CoreDnsMetrics.Series[selector.Metric].Labels;
            foreach (var (label, _, _) in selector.Matchers.Where(matcher => !TargetLabels.Contains(matcher.Label) && !known.Contains(matcher.Label)))
            {
                yield return Report.At(
                    expression,
                    Label,
                    $"{name} matches '{label}', which {selector.Metric} does not have.",
                    $"It has {string.Join(", ", known)}.");
            }
        }

        var jobs = cluster.Releases.Select(release => release.MetricsService).ToArray();
        foreach (var (_, sign, value) in selector.Matchers.Where(matcher => matcher.Label == "job" && jobs.Length > 0))
        {
            if ((sign == "=" && !jobs.Contains(value)) || (sign == "=~" && !jobs.Any(job => Regex.IsMatch(job, $"^(?:{value})$", RegexOptions.NonBacktracking))))
            {
                yield return Report.At(
                    expression,
                    Job,
                    $"{name} asks for job {value}, but the job label is the scraped Service's name.",
                    $"Write job=\"{jobs[0]}\".");
            }
        }
    }

    private static IEnumerable<string> Ungroupable(PromQl query, HashSet<string> recorded)
    {
        var known = query.Selectors.Select(selector => CoreDnsMetrics.Series.GetValueOrDefault(selector.Metric)).ToArray();
        return known.Length == 0 || known.Any(metric => metric is null) || query.Selectors.Any(selector => recorded.Contains(selector.Metric))
            ? []
            : query.GroupingLabels.Where(label => !TargetLabels.Contains(label) && !known.Any(metric => metric!.Labels.Contains(label))).Distinct();
    }

    private static IEnumerable<Finding> CheckText(Mapping rule, string name, Scalar expression, PromQl query)
    {
        var annotations = (rule["annotations"] as Mapping)?.Entries ?? [];
        var saysPercent = annotations.Any(entry => entry.Value is Scalar text && Percent().IsMatch(text.Value));
        if (saysPercent && !query.HasQuantile && (!query.Divides || query.Thresholds.Any(threshold => threshold > 1)))
        {
            yield return Report.At(
                expression,
                Ratio,
                query.Divides ? $"{name} compares a ratio with more than 1." : $"{name} speaks of per cent, but its expression is no ratio.",
                query.Divides ? "Write 5 % as 0.05." : "Divide by the rate of all, or say what the number is.");
        }

        foreach (var entry in annotations)
        {
            var text = (entry.Value as Scalar)?.Value ?? "";
            var unknown = TemplateVariable().Matches(text).Select(match => match.Groups[1].Value).FirstOrDefault(word => !TemplateVariables.Contains(word));
            if (Opened().Count(text) != Closed().Count(text))
            {
                yield return Report.At(
                    entry,
                    Template,
                    $"{name}: a {{{{ or }}}} of '{entry.Key}' has no other half.",
                    "Close the template.");
            }
            else if (unknown is not null)
            {
                yield return Report.At(
                    entry,
                    Template,
                    $"{name}: '{entry.Key}' uses ${unknown}, which Prometheus does not set.",
                    "There are $labels, $value, $externalLabels and $externalURL.");
            }
        }
    }

    private static bool IsCoreDns(PromQl.Selector selector) => selector.Metric.StartsWith("coredns_", StringComparison.Ordinal)
        || (selector.Metric == "up" && selector.Matchers.Any(matcher => matcher is { Label: "job" } && matcher.Value.Contains("dns", StringComparison.Ordinal)));

    private static string Nearest(string metric) => metric.StartsWith("coredns_forward_", StringComparison.Ordinal)
        ? "The forward plugin's own series are called coredns_proxy_... and carry proxy_name=\"forward\"."
        : Suggestion.For(metric, CoreDnsMetrics.Series.Keys) is { } near ? $"Did you mean {near}?" : "Look at /metrics of a running pod.";

    private static IEnumerable<Mapping> Items(Node? node) => ((node as Sequence)?.Items ?? []).OfType<Mapping>();

    [GeneratedRegex(@"\d\s*(%|per ?cent)|humanizePercentage", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(@"\{\{[^{}]*\$(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex TemplateVariable();

    [GeneratedRegex(@"\{\{", RegexOptions.CultureInvariant)]
    private static partial Regex Opened();

    [GeneratedRegex(@"\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Closed();
}
