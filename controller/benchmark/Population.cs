using System.Text.Json.Nodes;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>Services of 50 pods each. No scheduler places the pods; they have an address because their status is written here.</summary>
internal sealed class Population(KubernetesClient client, string ns, int port)
{
    private const int PodsPerService = 50;

    private static readonly ResourceType<JsonObject> Services = ResourceType.Untyped("", "v1", "services");
    private static readonly ResourceType<JsonObject> Pods = ResourceType.Untyped("", "v1", "pods");

    public async Task CreateAsync(int endpoints, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } };
        await client.CreateAsync(ResourceType.Untyped("", "v1", "namespaces", namespaced: false), null, body, cancellationToken);
        for (var service = 0; service * PodsPerService < endpoints; service++)
        {
            await client.CreateAsync(Services, ns, Service($"service-{service}"), cancellationToken);
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, endpoints, options, async (index, stop) => await CreatePodAsync(index, stop));
    }

    public async Task DeleteAsync(CancellationToken cancellationToken)
    {
        await client.DeleteAsync(ResourceType.Untyped("", "v1", "namespaces", namespaced: false), new ObjectName(null, ns), cancellationToken);
    }

    private async Task CreatePodAsync(int index, CancellationToken cancellationToken)
    {
        var name = $"pod-{index}";
        await client.CreateAsync(Pods, ns, Pod(name, $"service-{index / PodsPerService}"), cancellationToken);
        var status = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = $"127.{1 + (index / 62500)}.{1 + (index / 250 % 250)}.{1 + (index % 250)}",
            ["conditions"] = new JsonArray(Condition("Ready"), Condition("ContainersReady")),
        };
        await client.PatchAsync(Pods, new ObjectName(ns, name), Patch.Merge(new JsonObject { ["status"] = status }), cancellationToken, "status");
    }

    private JsonObject Service(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { [Annotations.Enabled] = "true" } },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = new JsonObject { ["app"] = name, [Annotations.DefaultServeLabel] = "true" },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = port }),
        },
    };

    private static JsonObject Pod(string name, string app) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["app"] = app, [Annotations.DefaultServeLabel] = "true" },
        },
        ["spec"] = new JsonObject
        {
            ["schedulerName"] = "none",
            ["automountServiceAccountToken"] = false,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "none" }),
        },
    };

    private static JsonObject Condition(string type) => new() { ["type"] = type, ["status"] = "True" };
}
