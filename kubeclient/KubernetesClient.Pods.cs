using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Pods;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient;

public sealed partial class KubernetesClient
{
    /// <summary>The log of a container so far.</summary>
    public Task<string> LogsAsync(ObjectName pod, LogQuery query, CancellationToken cancellationToken) =>
        GetTextAsync(Resources.Pods.Path(pod.Namespace, pod.Name, "log") + query.ToQuery(), cancellationToken);

    /// <summary>GET through the API server to a port of a pod: reaches a pod from outside the cluster's network.</summary>
    public Task<string> ProxyGetAsync(ObjectName pod, int port, string pathAndQuery, CancellationToken cancellationToken)
    {
        var target = $"{pod.Name}:{port.ToString(CultureInfo.InvariantCulture)}";
        return GetTextAsync(Resources.Pods.Path(pod.Namespace, target, "proxy/" + pathAndQuery.TrimStart('/')), cancellationToken);
    }

    /// <summary>Asks for a pod to go, as a drain does: a disruption budget may answer 429.</summary>
    public async Task EvictAsync(ObjectName pod, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
        };
        await PostAsync(Resources.Pods, pod, "eviction", body, cancellationToken);
    }

    /// <summary>Sets the replicas of anything that has a scale subresource.</summary>
    public async Task ScaleAsync<T>(ResourceType<T> type, ObjectName name, int replicas, CancellationToken cancellationToken)
        where T : class
    {
        var scale = new ResourceType<JsonObject>(type.Group, type.Version, type.Plural, type.Namespaced, Json.KubeJson.Default.JsonObject);
        var patch = Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } });
        await PatchAsync(scale, name, patch, cancellationToken, "scale");
    }
}
