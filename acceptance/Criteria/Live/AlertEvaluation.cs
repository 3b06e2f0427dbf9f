namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// vmalert with VictoriaMetrics and the groups of the live PrometheusRule: once as delivered, and once with seconds instead of minutes in
/// <c>for</c>, so that a test can see an alert fire. A second instance has the objectives, whose ratios it writes back.
/// </summary>
public static class AlertEvaluation
{
    private const string Name = "acceptance-vmalert";
    private const string Objectives = "acceptance-vmalert-objectives";
    private const int Port = 8880;
    private const string Delivered = "delivered.yaml";
    private const string Shortened = "shortened.yaml";

    /// <param name="State">inactive, pending or firing.</param>
    /// <param name="Problem">Why the last evaluation failed; empty if it succeeded.</param>
    /// <param name="Firing">The labels of each firing alert.</param>
    public sealed record Rule(
        string Alert, string State, string Problem, bool Evaluated, IReadOnlyList<IReadOnlyDictionary<string, string>> Firing);

    public static IEnumerable<ResourceAddress> Objects(string inNamespace) =>
        new[] { Name, Objectives }.SelectMany(name => MonitoringPod.Objects(name, inNamespace));

    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var metrics = await VictoriaMetrics.Ensure(cluster, cancellationToken);
        var rule = await cluster.Require(ResourceKind.PrometheusRule.Named("coredns", "kube-system"), cancellationToken);
        await Evaluate(cluster, Name, metrics, [], new Dictionary<string, string>
        {
            [Delivered] = Groups(rule, duration => duration),
            [Shortened] = Groups(rule, SecondsForMinutes),
        }, cancellationToken);
    }

    /// <summary>Evaluates another PrometheusRule with shortened times; its recorded series are written back to VictoriaMetrics.</summary>
    public static async Task EnsureObjectives(LiveCluster cluster, string rule, CancellationToken cancellationToken)
    {
        var metrics = await VictoriaMetrics.Ensure(cluster, cancellationToken);
        var live = await cluster.Require(ResourceKind.PrometheusRule.Named(rule, "kube-system"), cancellationToken);
        await Evaluate(cluster, Objectives, metrics, [$"-remoteWrite.url={metrics}", "-remoteWrite.flushInterval=1s"],
            new Dictionary<string, string> { [Shortened] = Groups(live, SecondsForMinutes) }, cancellationToken);
    }

    public static Task<IReadOnlyList<Rule>> AsDelivered(LiveCluster cluster, CancellationToken cancellationToken) =>
        Rules(cluster, Name, Delivered, cancellationToken);

    public static Task<IReadOnlyList<Rule>> WithShortenedFor(LiveCluster cluster, CancellationToken cancellationToken) =>
        Rules(cluster, Name, Shortened, cancellationToken);

    public static Task<IReadOnlyList<Rule>> OfObjectives(LiveCluster cluster, CancellationToken cancellationToken) =>
        Rules(cluster, Objectives, Shortened, cancellationToken);

    private static Task Evaluate(
        LiveCluster cluster, string name, Uri metrics, string[] also, Dictionary<string, string> files,
        CancellationToken cancellationToken) =>
        new MonitoringPod(
            name,
            SuiteSettings.Current.VmalertImage,
            Port,
            // Evaluate at the newest sample.
            [
                "-rule=/config/*.yaml", $"-datasource.url={metrics}", "-notifier.blackhole", "-evaluationInterval=1s", "-rule.evalDelay=0s",
                .. also,
            ],
            files)
            .Ensure(cluster, "vmalert-image", cancellationToken);

    private static async Task<IReadOnlyList<Rule>> Rules(
        LiveCluster cluster, string name, string file, CancellationToken cancellationToken)
    {
        var answer = await cluster.Api.GetFromPod(MonitoringPod.Place(cluster), name, Port, "/api/v1/rules", cancellationToken);
        answer.Status.ShouldBe(200, answer.Body);
        var groups = new Resource((JsonObject)JsonNode.Parse(answer.Body)!).Parts("data.groups");
        return
        [
            .. from rule in groups.Where(found => found.Text("file")!.EndsWith(file, StringComparison.Ordinal))
                .SelectMany(found => found.Parts("rules"))
               select new Rule(
                   rule.Text("name")!,
                   rule.Text("state")!,
                   rule.Text("lastError") ?? "",
                   rule.Text("lastEvaluation") is { } at && !at.StartsWith("0001", StringComparison.Ordinal),
                   [.. rule.Parts("alerts").Where(alert => alert.Text("state") == "firing").Select(alert => alert.Map("labels"))]),
        ];
    }

    /// <summary>A PrometheusRule's groups have the format of rule files.</summary>
    private static string Groups(Resource rule, Func<string, string> lasting)
    {
        var groups = rule.At("spec.groups")!.DeepClone();
        foreach (var group in groups.AsArray().Where(group => group!["interval"] is not null))
        {
            group!["interval"] = lasting((string)group["interval"]!);
        }

        foreach (var entry in groups.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Where(entry => entry!["for"] is not null))
        {
            entry!["for"] = lasting((string)entry["for"]!);
        }

        return new JsonObject { ["groups"] = groups }.ToJsonString();
    }

    private static string SecondsForMinutes(string duration) =>
        duration.EndsWith('m') ? duration[..^1] + "s"
            : throw new InvalidOperationException($"an alert lasts '{duration}', which is not a number of minutes");
}
