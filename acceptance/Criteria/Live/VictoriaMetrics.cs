using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A single-node VictoriaMetrics in the monitoring's namespace, which scrapes what the live ServiceMonitor selects.</summary>
public static class VictoriaMetrics
{
    private const string Name = "victoria-metrics";
    private const int Port = 8428;

    public sealed record Sample(IReadOnlyDictionary<string, string> Labels, double Value);

    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var image = SuiteSettings.Current.VictoriaMetricsImage;
        if (!await ProberImage.TryBring(cluster, image, cancellationToken))
        {
            Assert.Ignore($"the image {image} is not on this machine; pull it, or name another in the setting victoria-metrics-image");
        }

        var place = Place(cluster);
        var monitor = await cluster.Require(ResourceKind.ServiceMonitor.Named("coredns", "kube-system"), cancellationToken);
        await Apply(cluster, ResourceKind.Namespace, place, null, null, cancellationToken);
        await Apply(cluster, ResourceKind.ServiceAccount, Name, place, null, cancellationToken);
        await Apply(cluster, ResourceKind.ClusterRole, Name, null, new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray("", "discovery.k8s.io"),
                ["resources"] = new JsonArray("services", "endpoints", "pods", "endpointslices"),
                ["verbs"] = new JsonArray("get", "list", "watch"),
            }),
        }, cancellationToken);
        await Apply(cluster, ResourceKind.ClusterRoleBinding, Name, null, new JsonObject
        {
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = Name },
            ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Name, ["namespace"] = place }),
        }, cancellationToken);
        await Apply(cluster, ResourceKind.ConfigMap, Name, place, new JsonObject
        {
            ["data"] = new JsonObject { ["scrape.yaml"] = ScrapeConfiguration(monitor).ToJsonString() },
        }, cancellationToken);
        await Apply(cluster, ResourceKind.Pod, Name, place, new JsonObject { ["spec"] = Pod(image) }, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var pod = await cluster.Require(ResourceKind.Pod.Named(Name, place), token);
                Conditions.Holds(pod, "Ready").ShouldBeTrue(Conditions.Say(pod, "Ready"));
            },
            "VictoriaMetrics runs",
            cancellationToken);
    }

    public static async Task<IReadOnlyList<Sample>> Query(LiveCluster cluster, string expression, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/query?nocache=1&query={Uri.EscapeDataString(expression)}";
        var answer = await cluster.Api.GetFromPod(Place(cluster), Name, Port, path, cancellationToken);
        answer.Status.ShouldBe(200, $"{expression}: {answer.Body}");
        var body = new Resource((JsonObject)JsonNode.Parse(answer.Body)!);
        return [.. body.Parts("data.result").Select(series => new Sample(
            series.Map("metric"), double.Parse(series.Texts("value")[1], CultureInfo.InvariantCulture)))];
    }

    /// <summary>The converted form of a ServiceMonitor, as the operators of Prometheus and VictoriaMetrics write it.</summary>
    private static JsonObject ScrapeConfiguration(Resource monitor)
    {
        var relabelings = new JsonArray();
        foreach (var (key, value) in monitor.Map("spec.selector.matchLabels"))
        {
            relabelings.Add(Keep($"__meta_kubernetes_service_label_{new string([.. key.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')])}", value));
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

    private static JsonObject Pod(string image) => new()
    {
        ["serviceAccountName"] = Name,
        ["terminationGracePeriodSeconds"] = 0,
        ["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = Name,
            ["image"] = image,
            ["args"] = new JsonArray("-promscrape.config=/config/scrape.yaml", "-storageDataPath=/data", "-search.latencyOffset=0s"),
            ["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/health", ["port"] = Port }, ["periodSeconds"] = 1 },
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "config", ["mountPath"] = "/config" }, new JsonObject { ["name"] = "data", ["mountPath"] = "/data" }),
        }),
        ["volumes"] = new JsonArray(
            new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = Name } },
            new JsonObject { ["name"] = "data", ["emptyDir"] = new JsonObject() }),
    };

    private static string Place(LiveCluster cluster) => cluster.Tree.Settings["MONITORING_NAMESPACE"];

    private static async Task Apply(
        LiveCluster cluster, ResourceKind kind, string name, string? inNamespace, JsonObject? content, CancellationToken cancellationToken)
    {
        var document = content ?? [];
        document["apiVersion"] = kind.ApiVersion;
        document["kind"] = kind.Kind;
        document["metadata"] = inNamespace is null
            ? new JsonObject { ["name"] = name }
            : new JsonObject { ["name"] = name, ["namespace"] = inNamespace };
        await cluster.Api.Apply(kind, new Resource(document), cancellationToken);
    }
}
