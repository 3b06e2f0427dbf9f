using System.IO.Compression;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>
/// Compares a manifest with the API server's object, field by field in both directions. Values that the server sets itself (<see
/// cref="ServerDefaults"/>) and labels or annotations of other users and controllers are not differences.
/// </summary>
public static class FieldDrift
{
    private static readonly HashSet<string> NotCompared = ["apiVersion", "kind", "metadata", "status"];

    public static IReadOnlyList<FieldDifference> Of(Resource delivered, Resource running) =>
    [
        .. new[] { "metadata.labels", "metadata.annotations" }.SelectMany(path => Lost(path, delivered.Map(path), running.Map(path))),
        .. Keys(delivered.Document, running.Document).Where(key => !NotCompared.Contains(key))
            .SelectMany(key => Differences(key, delivered.Document[key], running.Document[key], new ServerDefaults(delivered))),
    ];

    private static IEnumerable<FieldDifference> Lost(
        string path, IReadOnlyDictionary<string, string> delivered, IReadOnlyDictionary<string, string> running) =>
        delivered.Where(entry => running.GetValueOrDefault(entry.Key) != entry.Value)
            .Select(entry => new FieldDifference($"{path}[{entry.Key}]", entry.Value, running.GetValueOrDefault(entry.Key)));

    private static IEnumerable<FieldDifference> Differences(string path, JsonNode? delivered, JsonNode? running, ServerDefaults defaults) =>
        (delivered, running) switch
        {
            _ when IsNothing(delivered) && (IsNothing(running) || defaults.Explains(path, running!)) => [],
            (JsonObject or null, JsonObject or null) => Keys(delivered as JsonObject, running as JsonObject)
                .SelectMany(key => Differences($"{path}.{key}", delivered?[key], running?[key], defaults)),
            (JsonArray or null, JsonArray or null) => Enumerable.Range(0, Math.Max(Count(delivered), Count(running)))
                .SelectMany(i => Differences(At(path, i), Item(delivered, i), Item(running, i), defaults)),
            (JsonValue, JsonValue) => OfValues(path, Plain(delivered), Plain(running)),
            _ => [new FieldDifference(path, Say(delivered), Say(running))],
        };

    private static string At(string path, int index) => $"{path}[{index}]";

    /// <summary>For long texts the first different line; for quantities the amount, because the server normalises them.</summary>
    private static IEnumerable<FieldDifference> OfValues(string path, string delivered, string running)
    {
        if (delivered == running
            || (path.Contains(".resources.")
                && Quantity.TryParse(delivered, out var wanted, out _)
                && Quantity.TryParse(running, out var there, out _)
                && wanted.Amount == there.Amount))
        {
            yield break;
        }

        var (before, after) = (delivered.Split('\n'), running.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(before.Length, after.Length))
            .First(i => before.ElementAtOrDefault(i) != after.ElementAtOrDefault(i));
        yield return before.Length == 1 && after.Length == 1
            ? new FieldDifference(path, delivered, running)
            : new FieldDifference(
                $"{path} line {line + 1}",
                before.ElementAtOrDefault(line)?.Trim(),
                after.ElementAtOrDefault(line)?.Trim());
    }

    private static IEnumerable<string> Keys(JsonObject? one, JsonObject? other) =>
        (one ?? []).Select(entry => entry.Key).Union((other ?? []).Select(entry => entry.Key));

    private static int Count(JsonNode? node) => (node as JsonArray)?.Count ?? 0;

    private static JsonNode? Item(JsonNode? node, int index) => index < Count(node) ? node![index] : null;

    /// <summary>The API server drops empty values that clients send.</summary>
    private static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonObject map => map.All(entry => IsNothing(entry.Value)),
        JsonArray items => items.Count == 0,
        _ => node.ToString().Length == 0,
    };

    /// <summary>Ignores spaces at the ends of lines, which YAML's block texts do not all keep.</summary>
    private static string Plain(JsonNode? node) => string.Join('\n', node!.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    private static string? Say(JsonNode? node) => IsNothing(node) ? null : node is JsonValue ? node.ToString() : node!.ToJsonString();
}

/// <summary>
/// The API server's defaults for fields that a manifest omits (Kubernetes' pkg/apis/*/v1/defaults.go), for the kinds of this tree. Any
/// other value in such a field is drift.
/// </summary>
/// <param name="delivered">The manifest: some defaults copy other fields.</param>
internal sealed partial class ServerDefaults(Resource delivered)
{
    private const string Anything = "*";
    private const string Pod = "spec.template.spec";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["Deployment spec.progressDeadlineSeconds"] = "600",
        ["Deployment spec.revisionHistoryLimit"] = "10",
        // A manifest without replicas leaves them to an autoscaler.
        ["Deployment spec.replicas"] = Anything,
        ["Deployment spec.strategy.type"] = "RollingUpdate",
        ["Deployment spec.strategy.rollingUpdate.maxSurge"] = "25%",
        ["Deployment spec.strategy.rollingUpdate.maxUnavailable"] = "25%",
        [$"Deployment {Pod}.terminationGracePeriodSeconds"] = "30",
        [$"Deployment {Pod}.restartPolicy"] = "Always",
        [$"Deployment {Pod}.schedulerName"] = "default-scheduler",
        [$"Deployment {Pod}.dnsPolicy"] = "ClusterFirst",
        [$"Deployment {Pod}.volumes[].configMap.defaultMode"] = "420",
        [$"Deployment {Pod}.volumes[].secret.defaultMode"] = "420",
        [$"Deployment {Pod}.volumes[].projected.defaultMode"] = "420",
        [$"Deployment {Pod}.volumes[].downwardAPI.defaultMode"] = "420",
        [$"Deployment {Pod}.volumes[].projected.sources[].serviceAccountToken.expirationSeconds"] = "3600",
        [$"Deployment {Pod}.volumes[].hostPath.type"] = "",
        [$"Deployment {Pod}.containers[].imagePullPolicy"] = "IfNotPresent",
        [$"Deployment {Pod}.containers[].terminationMessagePath"] = "/dev/termination-log",
        [$"Deployment {Pod}.containers[].terminationMessagePolicy"] = "File",
        [$"Deployment {Pod}.containers[].ports[].protocol"] = "TCP",
        [$"Deployment {Pod}.containers[].env[].valueFrom.fieldRef.apiVersion"] = "v1",
        [$"Deployment {Pod}.containers[].probe.httpGet.scheme"] = "HTTP",
        [$"Deployment {Pod}.containers[].probe.httpGet.path"] = "/",
        [$"Deployment {Pod}.containers[].probe.grpc.service"] = "",
        [$"Deployment {Pod}.containers[].probe.timeoutSeconds"] = "1",
        [$"Deployment {Pod}.containers[].probe.periodSeconds"] = "10",
        [$"Deployment {Pod}.containers[].probe.successThreshold"] = "1",
        [$"Deployment {Pod}.containers[].probe.failureThreshold"] = "3",
        // A manual restart (kubectl rollout restart) does not change what runs.
        ["Deployment spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt"] = Anything,
        ["Service spec.clusterIP"] = Anything,
        ["Service spec.ipFamilies"] = Anything,
        ["Service spec.ipFamilyPolicy"] = "SingleStack",
        ["Service spec.internalTrafficPolicy"] = "Cluster",
        ["Service spec.sessionAffinity"] = "None",
        ["Service spec.type"] = "ClusterIP",
        ["Service spec.ports[].protocol"] = "TCP",
        ["NetworkPolicy spec.ingress[].ports[].protocol"] = "TCP",
        ["NetworkPolicy spec.policyTypes"] = """["Ingress"]""",
    };

    public bool Explains(string path, JsonNode running)
    {
        var place = Kinds().Replace(Index().Replace(path, "[]"), kind => kind.Value[0] == '.' ? ".probe." : "containers");
        var field = $"{delivered.Kind} {place}";
        return field switch
        {
            "Service spec.clusterIPs" => delivered.Text("spec.clusterIP") is not { } address
                || (running.AsArray().ToArray() is [{ } first, .. var others] && first.ToString() == address
                    && others.Length <= (delivered.Text("spec.ipFamilyPolicy") is "PreferDualStack" or "RequireDualStack" ? 1 : 0)),
            $"Deployment {Pod}.serviceAccount" => running.ToString() == delivered.Text($"{Pod}.serviceAccountName"),
            _ when running is JsonObject map => map.All(entry => entry.Value is null || Explains($"{path}.{entry.Key}", entry.Value)),
            _ => Known.GetValueOrDefault(field) is { } value
                && (value == Anything || value == (running is JsonValue ? running.ToString() : running.ToJsonString())),
        };
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();

    /// <summary>Containers and probes of whatever kind have the same defaults.</summary>
    [GeneratedRegex(@"initContainers|\.(liveness|readiness|startup)Probe\.")]
    private static partial Regex Kinds();
}

public sealed class FieldDriftTests
{
    private const string Delivered =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: coredns, namespace: kube-system, labels: { helm.sh/chart: coredns-1.38.0 } }
        spec:
          replicas: 2
          template:
            metadata: { labels: { k8s-app: kube-dns } }
            spec:
              serviceAccountName: coredns
              hostAliases: []
              containers:
                - name: coredns
                  image: coredns/coredns:1.11.4
                  resources: { limits: { cpu: "0.2", memory: 256Mi } }
                  ports: [{ containerPort: 53, name: udp-53, protocol: UDP }]
        """;

    /// <summary>The same object as an API server returns it.</summary>
    private static Resource Running
    {
        get
        {
            var running = One(Delivered);
            JsonPath.Set(running.Document, "metadata.uid", "3b0c");
            JsonPath.Set(running.Document, "metadata.labels.added", "by somebody");
            JsonPath.Set(running.Document, "status.replicas", 2);
            JsonPath.Set(running.Document, "spec.revisionHistoryLimit", 10);
            JsonPath.Set(running.Document, "spec.template.spec.serviceAccount", "coredns");
            JsonPath.Set(running.Document, "spec.template.spec.restartPolicy", "Always");
            JsonPath.Set(running.Document, "spec.template.spec.securityContext", new JsonObject());
            JsonPath.Set(running.Document, "spec.template.spec.containers[0].terminationMessagePolicy", "File");
            JsonPath.Set(running.Document, "spec.template.spec.containers[0].resources.limits.cpu", "200m");
            running.At("spec.template.metadata")!["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "2026-01-01" };
            running.Document["spec"]!["template"]!["spec"]!.AsObject().Remove("hostAliases");
            return running;
        }
    }

    [Test]
    public void Defaults_and_normalized_values_of_the_server_are_no_drift() => FieldDrift.Of(One(Delivered), Running).ShouldBeEmpty();

    [Test]
    public void Additions_to_the_pods_have_defaults_too()
    {
        const string Added = """
                  initContainers:
                    - name: wait
                      image: busybox
                      env: [{ name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]
                  volumes: [{ name: ca, secret: { secretName: own-ca } }]
            """;
        var delivered = One($"{Delivered}\n{Added}");
        var running = One($"{Delivered}\n{Added}");
        JsonPath.Set(delivered.Document, "spec.template.spec.containers[0].startupProbe.httpGet.port", 8181);
        JsonPath.Set(running.Document, "spec.template.spec.containers[0].startupProbe", JsonNode.Parse("""
            {"httpGet": {"port": 8181, "scheme": "HTTP", "path": "/"},
             "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
            """));
        JsonPath.Set(running.Document, "spec.template.spec.initContainers[0].terminationMessagePolicy", "File");
        JsonPath.Set(running.Document, "spec.template.spec.initContainers[0].env[0].valueFrom.fieldRef.apiVersion", "v1");
        JsonPath.Set(running.Document, "spec.template.spec.volumes[0].secret.defaultMode", 420);
        FieldDrift.Of(delivered, running).ShouldBeEmpty();

        JsonPath.Set(running.Document, "spec.template.spec.volumes[0].secret.defaultMode", 292);
        FieldDrift.Of(delivered, running).ShouldHaveSingleItem().Path.ShouldBe("spec.template.spec.volumes[0].secret.defaultMode");
    }

    [TestCase("spec.replicas", "3", "spec.replicas: delivered 2, running 3")]
    [TestCase(
        "spec.template.spec.containers[0].image",
        "\"coredns/coredns:1.12.0\"",
        "image: delivered coredns/coredns:1.11.4, running coredns/coredns:1.12.0")]
    [TestCase("spec.template.spec.containers[0].resources.limits.cpu", "\"1\"", "cpu: delivered 0.2, running 1")]
    [TestCase("spec.template.spec.nodeSelector", """{"disk":"ssd"}""", "nodeSelector.disk: delivered nothing, running ssd")]
    [TestCase("spec.template.spec.restartPolicy", "\"Never\"", "restartPolicy: delivered nothing, running Never")]
    [TestCase("spec.template.spec.serviceAccount", "\"default\"", "serviceAccount: delivered nothing, running default")]
    [TestCase("spec.template.spec.containers[0].ports", "[]", "ports[0].containerPort: delivered 53, running nothing")]
    [TestCase("spec.template.metadata.labels", "null", "labels.k8s-app: delivered kube-dns, running nothing")]
    public void Anything_else_is_named_by_its_path(string path, string value, string says)
    {
        var changed = Running;
        JsonPath.Set(changed.Document, path, JsonNode.Parse(value));
        FieldDrift.Of(One(Delivered), changed).Select(difference => difference.ToString())
            .ShouldContain(text => text.EndsWith(says, StringComparison.Ordinal));
    }

    [Test]
    public void A_removed_label_is_drift()
    {
        var changed = Running;
        changed.Document["metadata"]!["labels"]!.AsObject().Remove("helm.sh/chart");
        FieldDrift.Of(One(Delivered), changed).ShouldHaveSingleItem().Path.ShouldBe("metadata.labels[helm.sh/chart]");
    }

    [Test]
    public void A_container_that_somebody_added_is_drift()
    {
        var changed = Running;
        changed.Document["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Add(new JsonObject { ["name"] = "debug" });
        FieldDrift.Of(One(Delivered), changed).ShouldHaveSingleItem().ToString()
            .ShouldBe("spec.template.spec.containers[1].name: delivered nothing, running debug");
    }

    [Test]
    public void The_first_changed_line_of_a_Corefile_is_shown()
    {
        var delivered =
            One("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: coredns }\ndata:\n  Corefile: |\n    .:53 {\n      cache 30 \n      " +
            "loop\n    }\n");
        var changed = delivered.Copy();
        changed.Document["data"]!["Corefile"] = ".:53 {\n  cache 30\n  log\n}\n";
        FieldDrift.Of(delivered, changed).ShouldHaveSingleItem().ShouldBe(new FieldDifference("data.Corefile line 3", "loop", "log"));
    }

    [TestCase(null, true)]
    [TestCase("10.245.0.10", true)]
    [TestCase("10.245.0.11", false)]
    public void A_Service_keeps_the_address_that_was_delivered(string? delivered, bool same)
    {
        var service = One("apiVersion: v1\nkind: Service\nmetadata: { name: kube-dns }\nspec: { ports: [{ port: 9153 }] }");
        JsonPath.Set(service.Document, "spec.clusterIP", delivered);
        var running = service.Copy();
        JsonPath.Set(running.Document, "spec.clusterIP", "10.245.0.10");
        JsonPath.Set(running.Document, "spec.clusterIPs", new JsonArray("10.245.0.10"));
        JsonPath.Set(running.Document, "spec.ports[0].protocol", "TCP");
        JsonPath.Set(running.Document, "spec.sessionAffinity", "None");
        FieldDrift.Of(service, running).Count.ShouldBe(same ? 0 : 2);
    }

    /// <summary>With two families, the cluster assigns the second address if the manifest only sets the first.</summary>
    [TestCase("PreferDualStack", "10.245.0.10", 0)]
    [TestCase("RequireDualStack", "10.245.0.10", 0)]
    [TestCase("PreferDualStack", "10.245.0.11", 3)]
    [TestCase(null, "10.245.0.10", 2)]
    public void A_second_address_is_not_drift_where_both_families_are_wanted(string? policy, string running, int differences)
    {
        var service = One("apiVersion: v1\nkind: Service\nmetadata: { name: kube-dns }\nspec: { clusterIP: 10.245.0.10 }");
        JsonPath.Set(service.Document, "spec.ipFamilyPolicy", policy);
        var found = service.Copy();
        JsonPath.Set(found.Document, "spec.clusterIP", running);
        JsonPath.Set(found.Document, "spec.clusterIPs", new JsonArray(running, "fd00:10:245::a"));
        FieldDrift.Of(service, found).Count.ShouldBe(differences);
    }

    [TestCase("RollingUpdate", true)]
    [TestCase("Recreate", false)]
    public void A_Deployment_without_a_number_leaves_it_to_an_autoscaler(string strategy, bool same)
    {
        var delivered = One("apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: coredns }\nspec: { minReadySeconds: 5 }");
        var running = delivered.Copy();
        JsonPath.Set(running.Document, "spec.replicas", 4);
        JsonPath.Set(running.Document, "spec.strategy.type", strategy);
        FieldDrift.Of(delivered, running).Count.ShouldBe(same ? 0 : 1);
        JsonPath.Set(delivered.Document, "spec.replicas", 2);
        FieldDrift.Of(delivered, running).ShouldContain(new FieldDifference("spec.replicas", "2", "4"));
    }

    [Test]
    public void The_release_record_of_Helm_is_read()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var record = new JsonObject
            {
                ["config"] = new JsonObject { ["replicaCount"] = 2 },
                ["chart"] = new JsonObject { ["metadata"] = new JsonObject { ["version"] = "1.38.0" } },
                ["manifest"] = "---\nkind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: coredns}\n---\n" +
                    Delivered,
            };
            zip.Write(Encoding.UTF8.GetBytes(record.ToJsonString()));
        }

        var encoded = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(packed.ToArray())));
        var release = DeployedRelease.Read(encoded, "kube-system");
        release.Objects.Select(resource => resource.ToString()).ShouldBe(["ClusterRole coredns", "Deployment kube-system/coredns"]);
        release.ChartVersion.ShouldBe("1.38.0");
        release.Values.ToJsonString().ShouldBe("""{"replicaCount":2}""");
    }

    private static Resource One(string yaml) => YamlDocuments.Resources(yaml).ShouldHaveSingleItem();
}
