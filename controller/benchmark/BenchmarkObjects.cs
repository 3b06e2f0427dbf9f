using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Testing;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>Creates Services of 50 pods each. The pods are not scheduled; their status with an address is written directly.</summary>
internal static class BenchmarkObjects
{
    private const int PodsPerService = 50;

    public static void Fill(ObjectStore store, string[] namespaces, int endpoints, int port, string? profile)
    {
        foreach (var (index, service) in Services(endpoints).Index())
        {
            store.Put("services", Service(service, namespaces[index % namespaces.Length], port, profile));
        }

        for (var index = 0; index < endpoints; index++)
        {
            var pod = Pod(index, OfPod(index, namespaces));
            pod["status"] = Status(index);
            store.Put("pods", pod);
        }
    }

    public static async Task CreateAsync(
        Kubernetes api, string[] namespaces, int endpoints, int port, string? profile, CancellationToken cancellationToken)
    {
        foreach (var name in namespaces)
        {
            var body = new V1Namespace { Metadata = new V1ObjectMeta { Name = name } };
            await api.CoreV1.CreateNamespaceAsync(body, cancellationToken: cancellationToken);
        }

        foreach (var (index, service) in Services(endpoints).Index())
        {
            var ns = namespaces[index % namespaces.Length];
            var typed = KubernetesJson.Deserialize<V1Service>(Service(service, ns, port, profile).ToJsonString());
            await api.CoreV1.CreateNamespacedServiceAsync(typed, ns, cancellationToken: cancellationToken);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, endpoints, options, async (index, stop) =>
        {
            var ns = OfPod(index, namespaces);
            var pod = KubernetesJson.Deserialize<V1Pod>(Pod(index, ns).ToJsonString());
            await api.CoreV1.CreateNamespacedPodAsync(pod, ns, cancellationToken: stop);
            var patch = new V1Patch(new JsonObject { ["status"] = Status(index) }.ToJsonString(), V1Patch.PatchType.MergePatch);
            await api.CoreV1.PatchNamespacedPodStatusAsync(patch, pod.Metadata.Name, ns, cancellationToken: stop);
        });
    }

    /// <summary>The namespace of a pod's Service.</summary>
    private static string OfPod(int index, string[] namespaces) => namespaces[index / PodsPerService % namespaces.Length];

    private static IEnumerable<string> Services(int endpoints) =>
        Enumerable.Range(0, (endpoints + PodsPerService - 1) / PodsPerService)
            .Select(index => $"service-{index}");

    private static JsonObject Service(string name, string ns, int port, string? profile) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = ns,
            ["annotations"] = profile is null
                ? new JsonObject { [Annotations.Enabled] = "true" }
                : new JsonObject { [Annotations.Enabled] = "true", [Annotations.Profile] = profile },
        },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app"] = name, [Annotations.DefaultServeLabel] = "true" },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = port }),
        },
    };

    /// <summary>A pod with as many fields as one of a Deployment, so that parsing costs the same as in a cluster.</summary>
    private static JsonObject Pod(int index, string ns)
    {
        var mounts = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/config", ["readOnly"] = true });
        var container = new JsonObject
        {
            ["name"] = "main",
            ["image"] = "registry.example.com/team/main:1.2.3",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = 8080, ["protocol"] = "TCP" }),
            ["env"] = new JsonArray(
                [.. Enumerable.Range(0, 10).Select(i => (JsonNode)new JsonObject { ["name"] = $"KEY_{i}", ["value"] = "value" })]),
            ["volumeMounts"] = mounts,
        };
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"pod-{index}",
                ["namespace"] = ns,
                ["labels"] = new JsonObject { ["app"] = $"service-{index / PodsPerService}", [Annotations.DefaultServeLabel] = "true" },
            },
            ["spec"] = new JsonObject
            {
                ["schedulerName"] = "none",
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(container),
                ["volumes"] = new JsonArray(new JsonObject { ["name"] = "config", ["emptyDir"] = new JsonObject() }),
            },
        };
    }

    private static JsonObject Status(int index) => new()
    {
        ["phase"] = "Running",
        ["podIP"] = $"127.{1 + (index / 62500)}.{1 + (index / 250 % 250)}.{1 + (index % 250)}",
        ["conditions"] = new JsonArray(Condition("Ready"), Condition("ContainersReady")),
    };

    private static JsonObject Condition(string type) => new() { ["type"] = type, ["status"] = "True" };
}
