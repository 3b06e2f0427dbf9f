using PlatformGitOps.Acceptance.Drift;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>
/// Where the coredns chart puts the values that static checks read. <see cref="RenderingTests"/> compares this with Helm's output, so that
/// a check of a value holds for Helm's object too.
/// </summary>
public static class ChartOutput
{
    private const string Pod = "spec.template.spec";

    private static readonly (string Value, string Object, string Path)[] Places =
    [
        ("replicaCount", "Deployment coredns", "spec.replicas"),
        ("rollingUpdate", "Deployment coredns", "spec.strategy.rollingUpdate"),
        ("podSecurityContext", "Deployment coredns", $"{Pod}.securityContext"),
        ("terminationGracePeriodSeconds", "Deployment coredns", $"{Pod}.terminationGracePeriodSeconds"),
        ("serviceAccount.name", "Deployment coredns", $"{Pod}.serviceAccountName"),
        ("priorityClassName", "Deployment coredns", $"{Pod}.priorityClassName"),
        ("topologySpreadConstraints", "Deployment coredns", $"{Pod}.topologySpreadConstraints"),
        ("tolerations", "Deployment coredns", $"{Pod}.tolerations"),
        ("securityContext", "Deployment coredns", $"{Pod}.containers[0].securityContext"),
        ("resources", "Deployment coredns", $"{Pod}.containers[0].resources"),
        ("service.clusterIP", "Service kube-dns", "spec.clusterIP"),
        ("prometheus.monitor.interval", "ServiceMonitor coredns", "spec.endpoints[0].interval"),
    ];

    /// <summary>For each object that follows from the values: the fields that differ in Helm's object.</summary>
    public static IEnumerable<DriftReport.Entry> Compare(RenderedCluster tree, IReadOnlyList<Resource> helm) =>
        Expected(tree)
            .Select(expected =>
                new DriftReport.Entry($"{expected.Kind} {expected.Name}, the values against Helm's manifest", Differences(expected, helm)));

    private static IReadOnlyList<FieldDifference> Differences(Resource expected, IReadOnlyList<Resource> helm) =>
        helm.FirstOrDefault(resource => resource.Kind == expected.Kind && resource.Name == expected.Name) is { } found
            ? [.. FieldDrift.Of(expected, found).Where(difference => difference.Delivered is not null)]
            : [new FieldDifference("the object", "it", null)];

    /// <summary>The objects, with the fields that follow from the values.</summary>
    private static IEnumerable<Resource> Expected(RenderedCluster tree)
    {
        var values = tree.Values;
        var scaled = values.Flag("hpa.enabled") == true || values.Flag("autoscaler.enabled") == true;
        var deployment = Named("Deployment", "coredns");
        JsonPath.Set(deployment, "spec.template.metadata.labels", Json(tree.PodLabels));
        JsonPath.Set(deployment, "spec.selector.matchLabels", Json(tree.SelectorLabels));
        JsonPath.Set(deployment, $"{Pod}.dnsPolicy", "Default");
        JsonPath.Set(deployment, $"{Pod}.containers", new JsonArray(new JsonObject { ["image"] = Image(tree) }));
        Probe("livenessProbe", "/health", 8080);
        Probe("readinessProbe", "/ready", 8181);
        Place("Deployment coredns", deployment);
        yield return new Resource(deployment);

        var service = Named("Service", "kube-dns");
        JsonPath.Set(service, "metadata.annotations", values.At("service.annotations")?.DeepClone());
        JsonPath.Set(service, "spec.selector", Json(tree.ServiceSelector));
        JsonPath.Set(service, "spec.ports", new JsonArray([.. ServicePorts.Select(port => (JsonNode)new JsonObject
        {
            ["name"] = port.Name,
            ["port"] = 53,
            ["protocol"] = port.Protocol,
            ["targetPort"] = 53,
        })]));
        Place("Service kube-dns", service);
        yield return new Resource(service);

        var config = Named("ConfigMap", "coredns");
        JsonPath.Set(config, "data.Corefile", Corefile(values));
        yield return new Resource(config);

        if (values.Flag("serviceAccount.create") == true)
        {
            yield return new Resource(Named("ServiceAccount", values.Text("serviceAccount.name") ?? "coredns"));
        }

        if (values.Flag("prometheus.service.enabled") == true)
        {
            var metrics = Named("Service", MetricsService);
            JsonPath.Set(metrics, "metadata.labels", Json(MetricsLabels(tree)));
            JsonPath.Set(metrics, "spec.selector", Json(tree.SelectorLabels));
            JsonPath.Set(
                metrics, "spec.ports", new JsonArray(new JsonObject { ["name"] = "metrics", ["port"] = 9153, ["targetPort"] = 9153 }));
            yield return new Resource(metrics);
        }

        if (values.Flag("prometheus.monitor.enabled") == true)
        {
            var monitor = Named("ServiceMonitor", "coredns");
            JsonPath.Set(monitor, "metadata.labels", values.At("prometheus.monitor.additionalLabels")?.DeepClone());
            JsonPath.Set(monitor, "spec.namespaceSelector.matchNames", new JsonArray(tree.Release.Namespace));
            JsonPath.Set(monitor, "spec.selector.matchLabels", Json(MetricsLabels(tree)));
            JsonPath.Set(monitor, "spec.endpoints", new JsonArray(new JsonObject { ["port"] = "metrics" }));
            Place("ServiceMonitor coredns", monitor);
            yield return new Resource(monitor);
        }

        void Probe(string value, string path, int port)
        {
            if (values.Flag($"{value}.enabled") == true)
            {
                var probe = values.At(value)!.DeepClone().AsObject();
                probe.Remove("enabled");
                probe["httpGet"] = new JsonObject { ["path"] = path, ["port"] = port };
                JsonPath.Set(deployment, $"{Pod}.containers[0].{value}", probe);
            }
        }

        void Place(string @object, JsonObject document)
        {
            foreach (var place in Places.Where(place => place.Object == @object && !(scaled && place.Value == "replicaCount")))
            {
                JsonPath.Set(document, place.Path, values.At(place.Value)?.DeepClone());
            }
        }
    }

    /// <summary>The name of the metrics Service, which is the job label of every series.</summary>
    public const string MetricsService = "coredns-metrics";

    /// <summary>The ports that the chart gives the Service for a server on port 53.</summary>
    public static readonly IReadOnlyList<(string Name, string Protocol)> ServicePorts = [("udp-53", "UDP"), ("tcp-53", "TCP")];

    /// <summary>The image of the chart's pods: from the values, with the chart's appVersion if they set no tag.</summary>
    public static string Image(RenderedCluster tree) =>
        $"{tree.Values.Text("image.repository") ?? "coredns/coredns"}:{tree.Values.Text("image.tag") ?? AppVersion(tree.Platform)}";

    /// <summary>The CoreDNS version of the definition: the image's tag, or the chart's appVersion.</summary>
    public static string CoreDns(Platform platform, Cluster cluster) =>
        cluster.Adjustments.Values.GetValueOrDefault("coredns")?.TextAt("image", "tag") ?? AppVersion(platform);

    /// <summary>The CoreDNS version of the pinned chart, if no tag is set.</summary>
    public static string AppVersion(Platform platform) =>
        CoreDnsChart.AppVersionOf(platform.Charts["coredns"].Version)
        ?? throw new MissingException($"the suite does not know which CoreDNS chart {platform.Charts["coredns"].Version} runs");

    private static string Corefile(Resource values)
    {
        var lines = values.Parts("servers").SelectMany(server => (IEnumerable<string>)
        [
            // The port is only written after the last zone; the others have port 53.
            string.Join(' ', server.Parts("zones").Select(zone => zone.Text("scheme") + zone.Text("zone")))
                + $":{server.Text("port")} {{",
            .. server.Parts("plugins").SelectMany(Plugin).Select(line => "    " + line),
            "}",
        ]);
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Plugin(Resource plugin)
    {
        var line = $"{plugin.Text("name")} {plugin.Text("parameters")}".TrimEnd();
        return plugin.Text("configBlock") is { } block
            ? [$"{line} {{", .. block.Split('\n').Select(inner => "    " + inner), "}"]
            : [line];
    }

    private static Dictionary<string, string> MetricsLabels(RenderedCluster tree) =>
        new(tree.SelectorLabels) { ["app.kubernetes.io/component"] = "metrics" };

    private static JsonObject Named(string kind, string name) =>
        new() { ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject Json(IReadOnlyDictionary<string, string> map) =>
        new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
