using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>
/// What chart 1.38.0 makes of a release's values, without Helm and without the chart, so that the static halves see pods and
/// Services and not only values. Where Helm and the chart are at hand a test compares the two.
/// </summary>
public sealed partial class ChartModel
{
    public const string Version = "1.38.0";
    public const string AppVersion = "1.11.4";

    private readonly Resource values;
    private readonly string inNamespace;

    private ChartModel(Resource values, string inNamespace)
    {
        this.values = values;
        this.inNamespace = inNamespace;
    }

    private string App => values.Text("k8sAppLabelOverride") ?? "coredns";

    private bool ClusterService => values.Flag("isClusterService") ?? true;

    public static IReadOnlyList<Resource> Render(JsonObject values, string inNamespace) =>
        [.. new ChartModel(ChartDefaults.With(values), inNamespace).Objects().Select(document => new Resource(document))];

    private IEnumerable<JsonObject> Objects()
    {
        if (values.Flag("serviceAccount.create") == true)
        {
            yield return Object("v1", "ServiceAccount", AccountName());
        }

        yield return Object("v1", "ConfigMap", "coredns", ("data", new JsonObject { ["Corefile"] = CorefileText.Of(values) }));
        if (values.Part("podDisruptionBudget") is { Document.Count: > 0 } budget)
        {
            var spec = (JsonObject)budget.Document.DeepClone();
            spec["selector"] ??= new JsonObject { ["matchLabels"] = Selector() };
            yield return Object("policy/v1", "PodDisruptionBudget", "coredns", ("spec", spec));
        }

        yield return Service();
        if (values.Flag("prometheus.service.enabled") == true)
        {
            yield return MetricsService();
        }

        yield return Object("apps/v1", "Deployment", "coredns", ("spec", Deployment()));
        if (values.Flag("prometheus.monitor.enabled") == true)
        {
            yield return Monitor();
        }
    }

    private JsonObject Selector()
    {
        var labels = new JsonObject { ["app.kubernetes.io/instance"] = "coredns", ["app.kubernetes.io/name"] = "coredns" };
        if (ClusterService)
        {
            labels["k8s-app"] = App;
        }

        return labels;
    }

    private JsonObject Annotated(string path, JsonObject document)
    {
        if (values.Map(path) is { Count: > 0 })
        {
            document["metadata"]!["annotations"] = values.At(path)!.DeepClone();
        }

        return document;
    }

    private JsonObject Object(string apiVersion, string kind, string name, params (string Key, JsonObject Part)[] parts)
    {
        var labels = Selector();
        labels["helm.sh/chart"] = $"coredns-{Version}";
        var document = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = inNamespace, ["labels"] = labels },
        };
        foreach (var (key, part) in parts)
        {
            document[key] = part;
        }

        return document;
    }

    private string Named(string path) => values.Text(path) is { Length: > 0 } name ? name : "coredns";

    /// <summary>The chart leaves out what is empty.</summary>
    private static JsonObject Present(JsonObject map)
    {
        foreach (var key in map.Where(entry => entry.Value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 }
            || (entry.Value is JsonValue value && value.TryGetValue<string>(out var text) && text.Length == 0)).Select(entry => entry.Key).ToList())
        {
            map.Remove(key);
        }

        return map;
    }
}
