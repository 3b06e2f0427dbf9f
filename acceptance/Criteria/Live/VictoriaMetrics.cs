namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A single-node VictoriaMetrics in the monitoring namespace, which scrapes the targets of the live ServiceMonitor.</summary>
public static class VictoriaMetrics
{
    private const string Name = "acceptance-victoria-metrics";
    private const int Port = 8428;

    public sealed record Sample(IReadOnlyDictionary<string, string> Labels, double Value);

    /// <returns>Its URL for the cluster's pods.</returns>
    public static async Task<Uri> Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var place = MonitoringPod.Place(cluster);
        var monitor = await cluster.Require(ResourceKind.ServiceMonitor.Named("coredns", "kube-system"), cancellationToken);
        await MonitoringPod.Apply(cluster, ResourceKind.ClusterRole, Name, null, new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray("", "discovery.k8s.io"),
                ["resources"] = new JsonArray("services", "endpoints", "pods", "endpointslices"),
                ["verbs"] = new JsonArray("get", "list", "watch"),
            }),
        }, cancellationToken);
        await MonitoringPod.Apply(cluster, ResourceKind.ClusterRoleBinding, Name, null, new JsonObject
        {
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = Name },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Name, ["namespace"] = place }),
        }, cancellationToken);
        var pod = await new MonitoringPod(
            Name,
            SuiteSettings.Current.VictoriaMetricsImage,
            Port,
            // Targets follow their pods at once, not within half a minute, and a value can be queried as soon as it was scraped.
            ["-promscrape.config=/config/scrape.yaml", "-promscrape.kubernetesSDCheckInterval=2s", "-storageDataPath=/data",
                "-search.latencyOffset=0s"],
            new Dictionary<string, string> { ["scrape.yaml"] = ScrapeConfiguration(monitor).ToJsonString() })
            .Ensure(cluster, "victoria-metrics-image", cancellationToken);
        return new UriBuilder(Uri.UriSchemeHttp, pod.Text("status.podIP"), Port).Uri;
    }

    /// <summary>All objects that <see cref="Ensure"/> creates, except the namespace.</summary>
    public static IEnumerable<ResourceAddress> Objects(string inNamespace) =>
    [
        .. MonitoringPod.Objects(Name, inNamespace), ResourceKind.ClusterRoleBinding.Named(Name), ResourceKind.ClusterRole.Named(Name),
    ];

    /// <summary>Removes the pod: the next one is empty, so earlier counts do not affect its rates.</summary>
    public static Task Forget(LiveCluster cluster, CancellationToken cancellationToken) =>
        cluster.Api.Delete(ResourceKind.Pod.Named(Name, MonitoringPod.Place(cluster)), TimeSpan.Zero, cancellationToken);

    public static async Task<IReadOnlyList<Sample>> Query(LiveCluster cluster, string expression, CancellationToken cancellationToken)
    {
        // The step limits how far back an instant query looks: without it, deleted pods would count for five minutes.
        var path = $"/api/v1/query?nocache=1&step=15s&query={Uri.EscapeDataString(expression)}";
        var answer = await cluster.Api.GetFromPod(MonitoringPod.Place(cluster), Name, Port, path, cancellationToken);
        answer.Status.ShouldBe(200, $"{expression}: {answer.Body}");
        var body = new Resource((JsonObject)JsonNode.Parse(answer.Body)!);
        return
        [
            .. body.Parts("data.result").Select(series => new Sample(
                series.Map("metric"), double.Parse(series.Items("value")[1].GetValue<string>(), CultureInfo.InvariantCulture))),
        ];
    }

    /// <summary>The scrape configuration of a ServiceMonitor, as the operators of Prometheus and VictoriaMetrics write it.</summary>
    private static JsonObject ScrapeConfiguration(Resource monitor)
    {
        var relabelings = new JsonArray();
        foreach (var (key, value) in monitor.Map("spec.selector.matchLabels"))
        {
            relabelings.Add(
                Keep($"__meta_kubernetes_service_label_{string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}", value));
        }

        relabelings.Add(Keep("__meta_kubernetes_endpointslice_port_name", monitor.Text("spec.endpoints[0].port")!));
        foreach (var (from, to) in new[] { ("service_name", "job"), ("namespace", "namespace"), ("pod_name", "pod") })
        {
            relabelings.Add(new JsonObject { ["source_labels"] = new JsonArray($"__meta_kubernetes_{from}"), ["target_label"] = to });
        }

        return new JsonObject
        {
            ["scrape_configs"] = new JsonArray(new JsonObject
            {
                ["job_name"] = "coredns",
                ["scrape_interval"] = "2s",
                ["kubernetes_sd_configs"] = new JsonArray(new JsonObject
                {
                    ["role"] = "endpointslice",
                    ["namespaces"] = new JsonObject { ["names"] = monitor.At("spec.namespaceSelector.matchNames")!.DeepClone() },
                }),
                ["relabel_configs"] = relabelings,
            }),
        };
    }

    private static JsonObject Keep(string label, string value) =>
        new() { ["source_labels"] = new JsonArray(label), ["regex"] = value, ["action"] = "keep" };
}
