using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>
/// What the API server writes into an object where its manifest says nothing (Kubernetes' pkg/apis/*/v1/defaults.go), for the kinds
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
            "Service spec.clusterIPs" => delivered.Text("spec.clusterIP") is not { } address || (running.AsArray().Count == 1 && running[0]!.ToString() == address),
            $"Deployment {Pod}.serviceAccount" => running.ToString() == delivered.Text($"{Pod}.serviceAccountName"),
            _ when running is JsonObject map => map.All(entry => entry.Value is null || Explains($"{path}.{entry.Key}", entry.Value)),
            _ => Known.GetValueOrDefault(field) is { } value && (value == Anything || value == (running is JsonValue ? running.ToString() : running.ToJsonString())),
        };
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
