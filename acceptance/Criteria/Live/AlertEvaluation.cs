using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// A vmalert beside VictoriaMetrics with the groups of the live PrometheusRule: once as they are delivered, and once with seconds in
/// place of the minutes of <c>for</c>, so that a test can see an alert fire.
/// </summary>
public static class AlertEvaluation
{
    private const string Name = "vmalert";
    private const int Port = 8880;
    private const string Delivered = "delivered.yaml";
    private const string Shortened = "shortened.yaml";

    /// <param name="State">inactive, pending or firing.</param>
    /// <param name="Problem">Why the last evaluation failed; empty where it did not.</param>
    /// <param name="Firing">The labels of each alert that fires.</param>
    public sealed record Rule(
        string Alert, string State, string Problem, bool Evaluated, IReadOnlyList<IReadOnlyDictionary<string, string>> Firing);

    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var metrics = await VictoriaMetrics.Ensure(cluster, cancellationToken);
        var rule = await cluster.Require(ResourceKind.PrometheusRule.Named("coredns", "kube-system"), cancellationToken);
        await new MonitoringPod(
            Name,
            SuiteSettings.Current.VmalertImage,
            Port,
            // Evaluate at the newest sample, not some time before it.
            ["-rule=/config/*.yaml", $"-datasource.url={metrics}", "-notifier.blackhole", "-evaluationInterval=1s", "-rule.evalDelay=0s"],
            new Dictionary<string, string>
            {
                [Delivered] = Groups(rule, duration => duration),
                [Shortened] = Groups(rule, SecondsForMinutes),
            })
            .Ensure(cluster, "vmalert-image", cancellationToken);
    }

    public static Task<IReadOnlyList<Rule>> AsDelivered(LiveCluster cluster, CancellationToken cancellationToken) =>
        Rules(cluster, Delivered, cancellationToken);

    public static Task<IReadOnlyList<Rule>> WithShortenedFor(LiveCluster cluster, CancellationToken cancellationToken) =>
        Rules(cluster, Shortened, cancellationToken);

    private static async Task<IReadOnlyList<Rule>> Rules(LiveCluster cluster, string file, CancellationToken cancellationToken)
    {
        var answer = await cluster.Api.GetFromPod(MonitoringPod.Place(cluster), Name, Port, "/api/v1/rules", cancellationToken);
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

    /// <summary>A PrometheusRule's groups are what rule files hold.</summary>
    private static string Groups(Resource rule, Func<string, string> lasting)
    {
        var groups = rule.At("spec.groups")!.DeepClone();
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
