namespace PlatformGitOps.Generator.Emission;

/// <summary>One alerting rule.</summary>
/// <param name="Name">The alert's name, also the heading of its runbook.</param>
/// <param name="Severity">Critical or warning.</param>
/// <param name="For">How long the expression must hold.</param>
/// <param name="Expression">PromQL on metrics that the program exports.</param>
/// <param name="Summary">What is wrong.</param>
/// <param name="Description">What it means, or what to look at first.</param>
internal sealed record Alert(string Name, string Severity, string For, string Expression, string Summary, string Description)
{
    /// <summary>An alert that needs attention now.</summary>
    public static Alert Critical(string name, string after, string expression, string summary, string description) =>
        new(name, "critical", after, expression, summary, description);

    /// <summary>An alert that can wait for the next working day.</summary>
    public static Alert Warning(string name, string after, string expression, string summary, string description) =>
        new(name, "warning", after, expression, summary, description);

    /// <summary>A PrometheusRule with one group of the same name, and the label by which a Prometheus selects it.</summary>
    public static Mapping PrometheusRule(
        string name, string @namespace, IEnumerable<Alert> alerts, SourceRepository repository, Mapping? labels = null) => PrometheusRule(
            name, @namespace, RuleFile(name, alerts, repository, ClusterLabel()), labels);

    /// <summary>A PrometheusRule with several groups.</summary>
    public static Mapping PrometheusRule(string name, string @namespace, Sequence groups) =>
        PrometheusRule(name, @namespace, new Mapping { { "groups", groups } }, null);

    /// <summary>The cluster label of every rule, since several clusters may share one monitoring system.</summary>
    public static Mapping ClusterLabel() => new() { { "cluster", Scalar.Variable(Variables.ClusterName) } };

    private static Mapping PrometheusRule(string name, string @namespace, Mapping spec, Mapping? labels) => Resources.Object(
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        Resources.Metadata(name, @namespace, (labels ?? []).Set("release", Scalar.Variable(Variables.MonitoringRelease))),
        spec);

    /// <summary>
    /// The alerts as a rule file, for a Prometheus outside of the clusters. Each alert has these labels besides its severity.
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
