namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// Origins that may reach a DNS pod's ports other than 53: the monitoring namespace for metrics, the pod's own node for probes. The API
/// server's proxy is neither, if policies are enforced.
/// </summary>
public static class ProbeOrigin
{
    internal const string Monitoring = "client-monitoring";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>GET from a pod in the monitoring namespace.</summary>
    public static async Task<HttpAnswer> FromMonitoring(
        LiveCluster cluster, Resource pod, int port, string path, CancellationToken cancellationToken)
    {
        var (place, name) = await MonitoringClient(cluster, cancellationToken);
        return await Get(cluster, place, name, pod, port, path, cancellationToken);
    }

    /// <summary>GET from the host network of the pod's node, like the kubelet's probes.</summary>
    public static async Task<HttpAnswer> FromItsNode(
        LiveCluster cluster, Resource pod, int port, string path, CancellationToken cancellationToken)
    {
        var node = pod.Text("spec.nodeName") ?? throw new NotYetException($"{pod.Name} has no node yet");
        var name = $"client-on-{node}"[..Math.Min(63, $"client-on-{node}".Length)].TrimEnd('-', '.');
        await Ensure(
            cluster, ClientPods.Namespace, name,
            // Without the scheduler: the node matters, not its taints.
            new JsonObject
            {
                ["nodeName"] = node,
                ["hostNetwork"] = true,
                ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            },
            cancellationToken);
        return await Get(cluster, ClientPods.Namespace, name, pod, port, path, cancellationToken);
    }

    /// <summary>The namespace and name of the client for monitoring.</summary>
    public static async Task<(string Namespace, string Pod)> MonitoringClient(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var place = cluster.Tree.Settings["MONITORING_NAMESPACE"];
        await Ensure(cluster, place, Monitoring, [], cancellationToken);
        return (place, Monitoring);
    }

    private static async Task<HttpAnswer> Get(
        LiveCluster cluster, string place, string client, Resource pod, int port, string path, CancellationToken cancellationToken)
    {
        var address = new IPEndPoint(IPAddress.Parse(Pods.Address(pod)), port);
        var result = await cluster.Api.Exec(
            place, client, null, ["/prober", "http", $"http://{address}{path}", "--timeout", "3000"], cancellationToken);
        if (result.Output.Trim() is not { Length: > 0 } line)
        {
            throw new NotYetException($"{client} could not query {pod.Name}: {result.Error}");
        }

        var reply = JsonSerializer.Deserialize<Reply>(line, Json)!;
        var outcome = reply.Status?.ToString(CultureInfo.InvariantCulture) ?? reply.Problem;
        Evidence.EvidenceLog.Observed($"{client}: GET http://{address}{path}: {outcome} {Start(reply.Body)}".TrimEnd());
        return reply.Status is { } status
            ? new HttpAnswer(status, reply.Body ?? "")
            : throw new NotYetException($"{pod.Name} does not answer {client} on port {port}: {reply.Problem}");
    }

    private static string Start(string? body) => body?.Split('\n')[0] is { } line ? line[..Math.Min(80, line.Length)] : "";

    private static async Task Ensure(LiveCluster cluster, string place, string name, JsonObject spec, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Pod.Named(name, place);
        if (await cluster.Api.Get(address, cancellationToken) is { } pod && Conditions.Holds(pod, "Ready"))
        {
            return;
        }

        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await CreationLock.Run(
            cluster.Cluster.Name, address.ToString(), () => Make(cluster, address, spec, cancellationToken), cancellationToken);
    }

    private static async Task Make(LiveCluster cluster, ResourceAddress address, JsonObject spec, CancellationToken cancellationToken)
    {
        var (place, name) = (address.Namespace!, address.Name);
        await cluster.Api.ApplyNamespace(place, cancellationToken);
        await cluster.Api.Apply(
            ResourceKind.Pod, new Resource(Pods.Prober(place, name, SuiteSettings.Current.ProberImage, spec)), cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var made = await cluster.Require(address, token);
                Conditions.Holds(made, "Ready").ShouldBeTrue(Conditions.Say(made, "Ready"));
            },
            $"the client {name} runs",
            cancellationToken);
    }

    /// <summary>The prober's output for a GET.</summary>
    private sealed record Reply(int? Status, string? Body, string? Problem);
}
