using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission;

/// <summary>One alerting rule.</summary>
internal sealed record Alert
{
    public required string Name { get; init; }

    /// <summary>PromQL on metric names that the program really exports.</summary>
    public required string Expression { get; init; }

    /// <summary>How long the expression must hold.</summary>
    public required string For { get; init; }

    public required string Severity { get; init; }

    public required string Summary { get; init; }

    public required string Description { get; init; }

    /// <summary>A PrometheusRule whose one group has its name, with the label by which a Prometheus selects it.</summary>
    public static Mapping PrometheusRule(
        string name, string @namespace, IEnumerable<Alert> alerts, SourceRepository repository, Mapping? labels = null) => PrometheusRule(
            name, @namespace, RuleFile(name, alerts, repository, ClusterLabel()), labels);

    /// <summary>One of several groups.</summary>
    public static Mapping PrometheusRule(string name, string @namespace, Sequence groups) =>
        PrometheusRule(name, @namespace, new Mapping { { "groups", groups } }, null);

    /// <summary>The label that every rule of a cluster has, since several clusters may have one monitoring.</summary>
    public static Mapping ClusterLabel() => new() { { "cluster", Scalar.Variable(Variables.ClusterName) } };

    private static Mapping PrometheusRule(string name, string @namespace, Mapping spec, Mapping? labels) => Resources.Object(
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        Resources.Metadata(name, @namespace, (labels ?? []).Set("release", Scalar.Variable(Variables.MonitoringRelease))),
        spec);

    /// <summary>
    /// The same as a file of rules, for a Prometheus that runs outside of the clusters. Each alert has the labels beside its severity.
    /// </summary>
    public static Mapping RuleFile(string name, IEnumerable<Alert> alerts, SourceRepository repository, Mapping labels) => new()
    {
        { "groups", Sequence.Of(new Mapping
            {
                { "name", name },
                { "rules", Sequence.Of(alerts.Select(alert => alert.Rule(repository, labels))) },
            })
        },
    };

    public Mapping Rule(SourceRepository repository, Mapping labels) => new()
    {
        { "alert", Name },
        { "expr", Expression },
        { "for", For },
        { "labels", new Mapping([.. new Mapping { { "severity", Severity } }.Entries, .. labels.Entries]) },
        { "annotations", new Mapping
            {
                { "summary", Summary },
                { "description", Description },
                { "runbook_url", Runbook(repository) },
            }
        },
    };

    private string Runbook(SourceRepository repository) => $"{repository.Runbooks}#{Name.ToLowerInvariant()}";
}
