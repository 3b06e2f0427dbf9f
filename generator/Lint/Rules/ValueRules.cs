using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Compares Helm values with the values that the pinned chart reads, after substitution.</summary>
internal static class ValueRules
{
    private const string Unknown = "chart-value-unknown";
    private const string NoData = "chart-data-missing";
    private const string Type = "chart-value-type";
    private const string BudgetEnabled = "pdb-enabled-key";

    public static readonly LintRule Rule = LintRule.Of(
        "value",
        new ReleaseChecks(release => release.Version is { } version ? Check(release, version) : []).Check,
        (Unknown, "The pinned chart does not read this value; Helm silently ignores unknown keys."),
        (NoData, "The generator does not know this chart version; it checks the values with those of the nearest older one."),
        (Type, "The chart, or Kubernetes behind it, needs another type here."),
        (TypeRules.Substituted, TypeRules.About),
        (BudgetEnabled, "The chart copies podDisruptionBudget.enabled into the budget, where Kubernetes has no such field."));

    /// <summary>Keys of other charts, and their names in this one.</summary>
    private static readonly Dictionary<string, string> OtherCharts = new(StringComparer.Ordinal)
    {
        ["serviceMonitor"] = "Here it is prometheus.service.enabled and prometheus.monitor.enabled together.",
        ["servicemonitor"] = "Here it is prometheus.service.enabled and prometheus.monitor.enabled together.",
        ["replicas"] = "Here it is replicaCount.",
        ["httpGet"] = "Port and path of the probes are fixed in the chart: keep health on :8080 and ready on :8181.",
        ["pdb"] = "Here it is podDisruptionBudget.",
        ["selectorLabels"] = "Here it is deployment.selector, service.selector and so on.",
        ["domain"] = "The chart documents it, but no template reads it: the plugin file names the zone.",
    };

    private static IEnumerable<Finding> Check(CoreDnsRelease release, SemVer version)
    {
        var chart = $"Chart coredns {version}";
        if (!CoreDnsChart.HasRelease(version))
        {
            chart = $"Chart coredns {release.Known.Version}, the nearest known version,";
            yield return Report.At(
                release.Manifest,
                ["spec", "chart", "spec", "version"],
                NoData,
                $"Chart coredns {version} is not a release that the generator knows. Lint checks its values, plugins " +
                    $"and metrics with those of {release.Known.Version}.",
                $"Use a version that is known, at most {CoreDnsChart.Releases.Keys.Last()}, or teach the generator this one: " +
                $"{Docs.Page("upgrades.md")}, \"A new release of the chart\".") with
            {
                Severity = Severity.Warning,
            };
        }

        var written = release.Layer.Built.FirstOrDefault(built => built.Id == release.Manifest.Id)?.Body.At("spec", "values");
        foreach (var problem in ShapeCheck.CheckValues(release.Values, release.Known.Values)
            .Where(problem => !TypeRules.IsUnsubstituted(problem.Node)))
        {
            yield return problem switch
            {
                { Path: "podDisruptionBudget.enabled" } => Report.At(
                    problem.Node,
                    problem.Position,
                    BudgetEnabled,
                    "The chart copies podDisruptionBudget into the budget's spec, and Kubernetes has no field 'enabled' there.",
                    "Delete 'enabled'; the chart creates the budget if minAvailable or maxUnavailable is set."),
                { IsUnknownField: true } => Report.At(
                    problem.Node,
                    problem.Position,
                    Unknown,
                    $"'{problem.Path}' is not a field of Kubernetes, to which {chart} passes it on.",
                    TypeRules.FixOfField(problem)),
                { Expected: null } => Report.At(
                    problem.Node,
                    problem.Position,
                    Unknown,
                    $"{chart} does not read '{problem.Path}'.",
                    Fix(problem, release.Known)),
                _ => TypeRules.Mismatch(problem, problem.Expected, ValueAt(written, problem.Path), Type),
            };
        }
    }

    private static string Fix(ShapeProblem problem, CoreDnsChart known)
    {
        var key = problem.Key;
        return OtherCharts.TryGetValue(key, out var other) ? other
            : known.OtherVersionsReading(problem.Path) is { } others ? others
            : Suggestion.For(key, problem.Siblings) is { } near ? $"Did you mean '{near}'?"
            : $"Known here: {string.Join(", ", problem.Siblings)}.";
    }

    /// <summary>The value before substitution.</summary>
    private static Node? ValueAt(Node? node, string path) => path
        .Replace("[", ".").Replace("]", "").Split('.')
        .Aggregate(node, (current, key) => current switch
        {
            Mapping mapping => mapping[key],
            Sequence sequence when int.TryParse(key, out var index) => sequence.Items.ElementAtOrDefault(index),
            _ => null,
        });
}
