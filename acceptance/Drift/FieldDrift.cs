using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>
/// Compares a manifest with the object that the API server holds, field by field and both ways. What the server fills in by itself
/// (<see cref="ServerDefaults"/>) is not a difference, and neither is a label or an annotation that another user or controller added.
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

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>
    /// Of long texts the first line that differs; of quantities the amount, because the server writes them in its own form.
    /// </summary>
    private static IEnumerable<FieldDifference> OfValues(string path, string delivered, string running)
    {
        if (delivered == running
            || (path.Contains(".resources.", StringComparison.Ordinal)
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
                string.Create(CultureInfo.InvariantCulture, $"{path} line {line + 1}"),
                before.ElementAtOrDefault(line)?.Trim(),
                after.ElementAtOrDefault(line)?.Trim());
    }

    private static IEnumerable<string> Keys(JsonObject? one, JsonObject? other) =>
        (one ?? []).Select(entry => entry.Key).Union((other ?? []).Select(entry => entry.Key));

    private static int Count(JsonNode? node) => (node as JsonArray)?.Count ?? 0;

    private static JsonNode? Item(JsonNode? node, int index) => index < Count(node) ? node![index] : null;

    /// <summary>The API server drops what is empty, although clients send it.</summary>
    private static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonObject map => map.All(entry => IsNothing(entry.Value)),
        JsonArray items => items.Count == 0,
        _ => node.ToString().Length == 0,
    };

    /// <summary>Spaces at the ends of lines are not compared: YAML's block texts do not keep them all.</summary>
    private static string Plain(JsonNode? node) => string.Join('\n', node!.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    private static string? Say(JsonNode? node) => IsNothing(node) ? null : node is JsonValue ? node.ToString() : node!.ToJsonString();
}

/// <summary>
/// What the API server writes into an object for fields that its manifest omits (Kubernetes' pkg/apis/*/v1/defaults.go), for the kinds
/// of this tree. With any other value the same field is drift.
/// </summary>
/// <param name="delivered">The manifest: some defaults are copies of what it says elsewhere.</param>
internal sealed partial class ServerDefaults(Resource delivered)
{
    private const string Anything = "*";
    private const string Pod = "spec.template.spec";

    private static readonly Dictionary<string, string> Known = new()
    {
        ["Deployment spec.progressDeadlineSeconds"] = "600",
        ["Deployment spec.revisionHistoryLimit"] = "10",
        // A manifest without a number leaves it to an autoscaler.
        ["Deployment spec.replicas"] = Anything,
        ["Deployment spec.strategy.type"] = "RollingUpdate",
        ["Deployment spec.strategy.rollingUpdate.maxSurge"] = "25%",
        ["Deployment spec.strategy.rollingUpdate.maxUnavailable"] = "25%",
        [$"Deployment {Pod}.terminationGracePeriodSeconds"] = "30",
        [$"Deployment {Pod}.restartPolicy"] = "Always",
        [$"Deployment {Pod}.schedulerName"] = "default-scheduler",
        [$"Deployment {Pod}.dnsPolicy"] = "ClusterFirst",
        [$"Deployment {Pod}.volumes[].configMap.defaultMode"] = "420",
        [$"Deployment {Pod}.containers[].imagePullPolicy"] = "IfNotPresent",
        [$"Deployment {Pod}.containers[].terminationMessagePath"] = "/dev/termination-log",
        [$"Deployment {Pod}.containers[].terminationMessagePolicy"] = "File",
        [$"Deployment {Pod}.containers[].ports[].protocol"] = "TCP",
        // A restart by hand (kubectl rollout restart) changes nothing that runs.
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
        var field = $"{delivered.Kind} {Index().Replace(path, "[]")}";
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
}
