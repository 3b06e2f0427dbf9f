using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A Service and its pods, whose health endpoints can be made to fail: a workload for the controller.</summary>
internal sealed class Fleet
{
    public const string Namespace = "acceptance-health";

    /// <summary>Not 8080, which may be in use on a node: some fleets use the host network.</summary>
    private const int Port = 18080;

    /// <summary>For sabotages: changes the Services of workloads.</summary>
    public static Action<JsonObject>? Tampered { get; set; }

    private readonly LiveCluster cluster;
    private readonly string app;
    private readonly FleetShape shape;

    /// <summary>The owner of the pods, which must be deleted first.</summary>
    private ResourceAddress? owner;

    private Fleet(LiveCluster cluster, string name, string app, FleetShape shape, IReadOnlyList<Resource> pods) =>
        (this.cluster, Name, this.app, this.shape, Pods) = (cluster, name, app, shape, pods);

    /// <summary>The Service's name.</summary>
    public string Name { get; }

    /// <summary>The pods when they had become ready.</summary>
    public IReadOnlyList<Resource> Pods { get; }

    /// <summary>In the format of <c>prober follow</c>, with the record type if it is not A.</summary>
    public string DnsName => $"{Name}.{Namespace}.svc.{cluster.Domain}.{(shape.OnlySix ? "/AAAA" : cluster.AddressType)}";

    public static string Address(Resource pod) => pod.Text("status.podIP")!;

    /// <summary>The address of a pod in the Service's endpoints.</summary>
    public string AddressOf(Resource pod) => shape.OnlySix ? Live.Pods.Addresses(pod, ["IPv6"]).Single() : Address(pod);

    /// <summary>
    /// Recreates the pods, so that the controller has no history of them, spreads them over the workers, and creates the Service.
    /// </summary>
    /// <param name="asked">Annotations below the controller's prefix; null for a Service without health checks.</param>
    public static Task<Fleet> Deploy(
        LiveCluster cluster, string name, int pods, IReadOnlyDictionary<string, string>? asked, CancellationToken cancellationToken,
        RemovalMethod removal = RemovalMethod.ServeLabel) =>
        Deploy(cluster, name, pods, asked, new FleetShape(removal), cancellationToken);

    /// <inheritdoc cref="Deploy(LiveCluster, string, int, IReadOnlyDictionary{string, string}, CancellationToken, RemovalMethod)"/>
    public static async Task<Fleet> Deploy(
        LiveCluster cluster, string name, int pods, IReadOnlyDictionary<string, string>? asked, FleetShape shape,
        CancellationToken cancellationToken)
    {
        var removal = shape.Removal;
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).OrderBy(Nodes.IsControlPlane)
            .Select(node => node.Name)
            .Take(Math.Max(1, cluster.Cluster.Capabilities.WorkerNodes)).ToList();
        var addresses = Enumerable.Range(0, pods)
            .Select(i => ResourceKind.Pod.Named($"{name}-{i}", Namespace)).ToList();
        foreach (var (i, address) in addresses.Index())
        {
            await cluster.Api.Delete(address, TimeSpan.Zero, cancellationToken);
            await cluster.Api.Apply(
                ResourceKind.Pod, new Resource(Pod(name, address.Name, nodes[i % nodes.Count], shape)), cancellationToken);
        }

        if (removal != RemovalMethod.EndpointSlices)
        {
            await cluster.Api.Apply(ResourceKind.Service, new Resource(Service(name, name, asked, shape)), cancellationToken);
        }

        var made = await Eventually.Within(
            TimeSpan.FromSeconds(120),
            async token =>
            {
                var found = await Task.WhenAll(addresses.Select(address => cluster.Require(address, token)));
                found.Where(pod => !Conditions.Holds(pod, "Ready") || pod.Text("status.podIP") is null)
                    .Select(pod => Conditions.Say(pod, "Ready")).ShouldBeEmpty();
                return found;
            },
            $"the pods of {name} are ready",
            cancellationToken);
        var fleet = new Fleet(cluster, name, name, shape, made);
        if (removal == RemovalMethod.EndpointSlices)
        {
            var declared = new Dictionary<string, string>(asked ?? new Dictionary<string, string>())
            {
                ["addresses"] = string.Join(',', made.Select(Address)),
            };
            await cluster.Api.Apply(ResourceKind.Service, new Resource(Service(name, name, declared, shape)), cancellationToken);
        }

        return fleet;
    }

    /// <summary>The same with pods of a Deployment whose selector wrongly contains the serve label.</summary>
    public static async Task<Fleet> DeployReplaced(
        LiveCluster cluster, string name, int pods, IReadOnlyDictionary<string, string> asked, CancellationToken cancellationToken)
    {
        var shape = new FleetShape(RemovalMethod.ServeLabel);
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        var template = Pod(name, name, null, shape);
        template.Remove("apiVersion");
        template.Remove("kind");
        template["metadata"]!.AsObject().Remove("name");
        template["metadata"]!.AsObject().Remove("namespace");
        var deployment = Live.Pods.Manifest("Deployment", name, Namespace, new JsonObject
        {
            ["replicas"] = pods,
            ["selector"] = new JsonObject { ["matchLabels"] = template["metadata"]!["labels"]!.DeepClone() },
            ["template"] = template,
        }, "apps/v1");
        Tampered?.Invoke(deployment);
        await cluster.Api.Apply(ResourceKind.Deployment, new Resource(deployment), cancellationToken);
        await cluster.Api.Apply(ResourceKind.Service, new Resource(Service(name, name, asked, shape)), cancellationToken);
        var made = await Eventually.Within(
            TimeSpan.FromSeconds(120),
            async token =>
            {
                var found = await cluster.Api.List(ResourceKind.Pod, Namespace, $"app={name}", token);
                found.Count(pod => Conditions.Holds(pod, "Ready")).ShouldBe(pods);
                return found;
            },
            $"the pods of {name} are ready",
            cancellationToken);
        return new Fleet(cluster, name, name, shape, [.. made]) { owner = ResourceKind.Deployment.Named(name, Namespace) };
    }

    /// <summary>Another Service with the same pods.</summary>
    public async Task<Fleet> Also(string name, IReadOnlyDictionary<string, string> asked, CancellationToken cancellationToken)
    {
        await cluster.Api.Apply(ResourceKind.Service, new Resource(Service(name, app, asked, shape)), cancellationToken);
        return new Fleet(cluster, name, app, shape, Pods);
    }

    /// <summary>Removes the Service's annotation that enables health checks.</summary>
    public Task StopAsking(CancellationToken cancellationToken) =>
        Annotate(new JsonObject { [Annotations.Enabled] = null }, cancellationToken);

    /// <summary>Adds annotations to the Service.</summary>
    public Task Annotate(JsonObject annotations, CancellationToken cancellationToken) => cluster.Api.Patch(
        ResourceKind.Service.Named(Name, Namespace),
        new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } },
        cancellationToken);

    public Task<DateTimeOffset> Hang(Resource pod, CancellationToken cancellationToken) => Send(pod, "hang", cancellationToken);

    public Task<DateTimeOffset> Recover(Resource pod, CancellationToken cancellationToken) => Send(pod, "recover", cancellationToken);

    public Task<Resource> Now(Resource pod, CancellationToken cancellationToken) =>
        cluster.Require(ResourceKind.Pod.Named(pod.Name, Namespace), cancellationToken);

    public static bool Serves(Resource pod) => pod.Labels.GetValueOrDefault(Annotations.DefaultServeLabel) == Annotations.ServeValue;

    /// <summary>The Events of this Service and its pods, by UID: Events outlive their objects.</summary>
    public async Task<IReadOnlyList<Resource>> Events(CancellationToken cancellationToken)
    {
        var service = await cluster.Require(ResourceKind.Service.Named(Name, Namespace), cancellationToken);
        var own = Pods.Append(service).Select(resource => resource.Uid).ToHashSet();
        return [.. (await cluster.Api.List(ResourceKind.Event, Namespace, null, cancellationToken))
            .Where(entry => own.Contains(entry.Text("involvedObject.uid") ?? ""))];
    }

    /// <summary>First records the command of the running check, which would show nothing after the removal.</summary>
    public async Task Remove()
    {
        await Evidence.CommandOutput.Seen();
        await cluster.Api.Delete(ResourceKind.Service.Named(Name, Namespace), null, CancellationToken.None);
        if (owner is not null)
        {
            await cluster.Api.Delete(owner, null, CancellationToken.None);
        }

        foreach (var pod in Pods)
        {
            await cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, Namespace), TimeSpan.Zero, CancellationToken.None);
        }
    }

    /// <summary>The time of the change, by the clock of its node.</summary>
    private async Task<DateTimeOffset> Send(Resource pod, string what, CancellationToken cancellationToken)
    {
        var answer = await cluster.Api.GetFromPod(Namespace, pod.Name, Port, $"/{what}", cancellationToken);
        answer.Status.ShouldBe(200, $"{pod.Name} did not accept /{what}");
        return JsonNode.Parse(answer.Body)!["at"]!.Deserialize<DateTimeOffset>();
    }

    private static JsonObject Service(string name, string app, IReadOnlyDictionary<string, string>? asked, FleetShape shape)
    {
        var removal = shape.Removal;
        var spec = new JsonObject
        {
            ["clusterIP"] = shape.ClusterAddress ? null : "None",
            ["publishNotReadyAddresses"] = shape.PublishNotReady,
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = Port, ["protocol"] = "TCP", ["targetPort"] = Port }),
        };
        if (shape.OnlySix)
        {
            spec["ipFamilies"] = new JsonArray("IPv6");
        }

        if (removal != RemovalMethod.EndpointSlices)
        {
            spec["selector"] = new JsonObject { ["app"] = app };
        }

        if (removal == RemovalMethod.ServeLabel)
        {
            spec["selector"]![Annotations.DefaultServeLabel] = Annotations.ServeValue;
        }

        var service = Live.Pods.Manifest("Service", name, Namespace, spec);
        if (asked is not null)
        {
            var notes = new JsonObject { [Annotations.Enabled] = "true", [Annotations.Removal] = Spelled(removal) };
            foreach (var (key, value) in asked)
            {
                notes[Annotations.Prefix + key] = value;
            }

            if (shape.ClusterAddress)
            {
                // In zones, nodes then get topology hints, which must not change the endpoints.
                notes["service.kubernetes.io/topology-mode"] = "Auto";
            }

            service["metadata"]!["annotations"] = notes;
        }

        Tampered?.Invoke(service);
        return service;
    }

    /// <param name="node">The node; null to let the scheduler decide.</param>
    private static JsonObject Pod(string fleet, string name, string? node, FleetShape shape)
    {
        var spec = new JsonObject { ["hostNetwork"] = shape.HostNetwork };
        if (node is not null)
        {
            spec["nodeName"] = node;
        }

        if (shape.Removal == RemovalMethod.ReadinessGate)
        {
            spec["readinessGates"] = new JsonArray(new JsonObject { ["conditionType"] = Annotations.GateCondition });
        }

        var pod = Live.Pods.Prober(
            Namespace, name, SuiteSettings.Current.ProberImage, spec, ("app", fleet),
            (Annotations.DefaultServeLabel, Annotations.ServeValue));
        pod["spec"]!["containers"]![0]!["command"] = new JsonArray(
            "/prober", "endpoint", "--port", Port.ToString(CultureInfo.InvariantCulture));
        return pod;
    }

    private static string Spelled(RemovalMethod removal) => removal switch
    {
        RemovalMethod.ReadinessGate => "readiness-gate",
        RemovalMethod.EndpointSlices => "endpoint-slices",
        _ => "serve-label",
    };
}

/// <summary>The properties of a fleet's Service and pods.</summary>
/// <param name="Removal">How its endpoints are removed.</param>
/// <param name="HostNetwork">True for pods on the host network: at most one on each node.</param>
/// <param name="PublishNotReady">True if DNS includes pods that are not ready.</param>
/// <param name="ClusterAddress">True for a Service with a ClusterIP, false for a headless one.</param>
/// <param name="OnlySix">True if the Service only uses its pods' IPv6 addresses.</param>
internal sealed record FleetShape(
    RemovalMethod Removal, bool HostNetwork = false, bool PublishNotReady = false, bool ClusterAddress = false, bool OnlySix = false);

/// <summary>One failure and recovery, by the clocks of the nodes; nodes in containers share one clock.</summary>
/// <param name="Hung">When the health endpoint began to hang.</param>
/// <param name="Left">The first answer without it from the last DNS pod.</param>
/// <param name="Recovered">When the health endpoint answered again.</param>
/// <param name="Returned">The first answer with it from the last DNS pod.</param>
internal sealed record FailureTimes(string Pod, DateTimeOffset Hung, DateTimeOffset Left, DateTimeOffset Recovered, DateTimeOffset Returned)
{
    public TimeSpan Gone => Left - Hung;

    public TimeSpan Back => Returned - Recovered;

    public static async Task<FailureTimes> Of(
        Fleet fleet, Follower follower, Resource pod, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var address = fleet.AddressOf(pod);
        var hung = await fleet.Hang(pod, cancellationToken);
        var left = await follower.Until(fleet, answers => !answers.Contains(address), atMost, $"{pod.Name} leaves DNS", cancellationToken);
        var recovered = await fleet.Recover(pod, cancellationToken);
        var returned = await follower.Until(
            fleet, answers => answers.Contains(address), atMost, $"{pod.Name} comes back into DNS", cancellationToken);
        return new FailureTimes(pod.Name, hung, left, recovered, returned);
    }

    public override string ToString() =>
        $"{Pod}: hangs {Hung:HH:mm:ss.fff}, out after {Gone.TotalSeconds:0.0} s, recovers {Recovered:HH:mm:ss.fff}, back after " +
            $"{Back.TotalSeconds:0.0} s";
}
