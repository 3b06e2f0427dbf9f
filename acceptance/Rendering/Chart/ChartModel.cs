using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>
/// What chart 1.38.0 makes of a release's values, without Helm and without the chart, so that the static halves see pods and
/// Services and not only values. Where Helm and the chart are at hand a test compares the two.
/// </summary>
public sealed class ChartModel
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

    private JsonObject Service() => Annotated("service.annotations", Object("v1", "Service", Named("service.name"), ("spec", Present(new JsonObject
    {
        ["selector"] = values.Map("service.selector") is { Count: > 0 } ? values.At("service.selector")!.DeepClone() : Selector(),
        ["clusterIP"] = values.At("service.clusterIP")?.DeepClone(),
        ["ports"] = new JsonArray([.. Listeners().Select(port => new JsonObject
        {
            ["name"] = port.Name,
            ["port"] = port.Number,
            ["protocol"] = port.Protocol,
            ["targetPort"] = port.Number,
        })]),
        ["type"] = values.Text("serviceType"),
    }))));

    private JsonObject MetricsService()
    {
        var service = Object("v1", "Service", "coredns-metrics", ("spec", new JsonObject
        {
            ["selector"] = Selector(),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["port"] = 9153, ["targetPort"] = 9153 }),
        }));
        service["metadata"]!["labels"]!["app.kubernetes.io/component"] = "metrics";
        return service;
    }

    private JsonObject Monitor()
    {
        var labels = Selector();
        labels["app.kubernetes.io/component"] = "metrics";
        var endpoint = new JsonObject { ["port"] = "metrics" };
        if (values.Text("prometheus.monitor.interval") is { Length: > 0 } interval)
        {
            endpoint["interval"] = interval;
        }

        var monitor = Object("monitoring.coreos.com/v1", "ServiceMonitor", "coredns", ("spec", new JsonObject
        {
            ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(inNamespace) },
            ["selector"] = new JsonObject { ["matchLabels"] = labels },
            ["endpoints"] = new JsonArray(endpoint),
        }));
        monitor["metadata"]!.AsObject().Remove("namespace"); // the chart leaves it to the release
        foreach (var (key, value) in values.Map("prometheus.monitor.additionalLabels"))
        {
            monitor["metadata"]!["labels"]![key] = value;
        }

        return monitor;
    }

    private JsonObject Deployment()
    {
        var scaled = values.Flag("hpa.enabled") == true || values.Flag("autoscaler.enabled") == true;
        return Present(new JsonObject
        {
            ["replicas"] = scaled ? null : values.At("replicaCount")?.DeepClone(),
            ["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = values.At("rollingUpdate")?.DeepClone() },
            ["selector"] = new JsonObject { ["matchLabels"] = Selector() },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = PodLabels() }, ["spec"] = Pod() },
        });
    }

    private JsonObject Pod() => Present(new JsonObject
    {
        ["securityContext"] = values.At("podSecurityContext")?.DeepClone(),
        ["terminationGracePeriodSeconds"] = values.At("terminationGracePeriodSeconds")?.DeepClone(),
        ["serviceAccountName"] = AccountName(),
        ["priorityClassName"] = values.At("priorityClassName")?.DeepClone(),
        ["dnsPolicy"] = ClusterService ? "Default" : null,
        ["topologySpreadConstraints"] = values.At("topologySpreadConstraints")?.DeepClone(),
        ["tolerations"] = values.At("tolerations")?.DeepClone(),
        ["containers"] = new JsonArray(Present(new JsonObject
        {
            ["name"] = "coredns",
            ["image"] = $"{values.Text("image.repository")}:{(values.Text("image.tag") is { Length: > 0 } tag ? tag : AppVersion)}",
            ["resources"] = values.At("resources")?.DeepClone(),
            ["ports"] = new JsonArray([.. Listeners().Concat(MetricsPorts()).Select(port => new JsonObject
            {
                ["containerPort"] = port.Number,
                ["name"] = port.Name,
                ["protocol"] = port.Protocol,
            })]),
            ["livenessProbe"] = Probe("livenessProbe", "/health", 8080),
            ["readinessProbe"] = Probe("readinessProbe", "/ready", 8181),
            ["securityContext"] = values.At("securityContext")?.DeepClone(),
        })),
    });

    private JsonObject? Probe(string name, string path, int port)
    {
        if (values.Flag(name + ".enabled") != true)
        {
            return null;
        }

        var probe = (JsonObject)values.At(name)!.DeepClone();
        probe.Remove("enabled");
        probe["httpGet"] = new JsonObject { ["path"] = path, ["port"] = port, ["scheme"] = "HTTP" };
        return probe;
    }

    private IEnumerable<(string Name, int Number, string Protocol)> Listeners() =>
        from server in values.Parts("servers")
        let port = server.Number("port") ?? 53
        from protocol in new[] { "UDP", "TCP" }
        select (string.Create(CultureInfo.InvariantCulture, $"{protocol.ToLowerInvariant()}-{port}"), port, protocol);

    private IEnumerable<(string Name, int Number, string Protocol)> MetricsPorts() =>
        from server in values.Parts("servers")
        from plugin in server.Parts("plugins")
        where plugin.Text("name") == "prometheus"
        let port = int.Parse(plugin.Text("parameters")!.Split(':')[1], CultureInfo.InvariantCulture)
        select (string.Create(CultureInfo.InvariantCulture, $"tcp-{port}"), port, "TCP");

    private JsonObject Selector()
    {
        var labels = new JsonObject { ["app.kubernetes.io/instance"] = "coredns", ["app.kubernetes.io/name"] = "coredns" };
        if (ClusterService)
        {
            labels["k8s-app"] = App;
        }

        return labels;
    }

    private JsonObject PodLabels()
    {
        var labels = Selector();
        foreach (var (key, value) in values.Map("customLabels"))
        {
            labels[key] = value;
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

    private string AccountName() =>
        values.Flag("serviceAccount.create") == true ? Named("serviceAccount.name")
        : values.Text("serviceAccount.name") is { Length: > 0 } name ? name : "default";

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
