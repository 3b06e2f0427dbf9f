using System.Globalization;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>How the pods are reached: by clients, by the scraper, and on which ports.</summary>
public sealed partial class ChartModel
{
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
}
