namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Client pods and the pods and Services that they query, in an ordinary namespace of workloads.</summary>
public static class ClientPods
{
    public const string Namespace = "acceptance-clients";

    public const string OnHostNetwork = "client-hostnetwork";

    public const string OnNode = "client-node";

    /// <summary>The images of client pods, by resolver.</summary>
    public static IReadOnlyDictionary<string, string> Images { get; } = new Dictionary<string, string>
    {
        ["client-glibc"] = SuiteSettings.Current.ProberImage,
        ["client-musl"] = SuiteSettings.Current.ProberMuslImage,
    };

    public static IReadOnlyList<JsonObject> Everything(string image, string domain) =>
    [
        .. Images.Select(client => Pod(client.Key, client.Value, new JsonObject())),
        // Like a node agent: on the host network, but with the cluster's DNS.
        Pod(OnHostNetwork, image, new JsonObject { ["hostNetwork"] = true, ["dnsPolicy"] = "ClusterFirstWithHostNet" }),
        // Like a program that runs before the cluster's DNS: with its node's resolver.
        Pod(OnNode, image, new JsonObject { ["hostNetwork"] = true, ["dnsPolicy"] = "Default" }),
        Pod("client-nodots", image, new JsonObject
        {
            ["dnsConfig"] = new JsonObject
            {
                ["options"] = new JsonArray(new JsonObject { ["name"] = "ndots", ["value"] = "1" }),
                ["searches"] = new JsonArray("svc." + domain),
            },
        }),
        Pod("web-0", image, new JsonObject { ["hostname"] = "web-0", ["subdomain"] = "headless" }, ("app", "web")),
        Pod("web-1", image, new JsonObject { ["hostname"] = "web-1", ["subdomain"] = "headless" }, ("app", "web")),
        Service("web", new JsonObject { ["selector"] = new JsonObject { ["app"] = "web" }, ["ports"] = Ports() }),
        Service("headless",
            new JsonObject { ["clusterIP"] = "None", ["selector"] = new JsonObject { ["app"] = "web" }, ["ports"] = Ports() }),
        Service("alias", new JsonObject { ["type"] = "ExternalName", ["externalName"] = "example.com" }),
    ];

    /// <summary>Creates them and waits for the pods. A second call keeps them, unless their image has changed.</summary>
    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var wanted = await Wanted(cluster, cancellationToken);
        if (!await Serve(cluster, wanted, cancellationToken))
        {
            await CreationLock.Run(
                cluster.Cluster.Name, Namespace, () => MakeUnlessThere(cluster, wanted, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Another check may have created them while this one waited.</summary>
    private static async Task MakeUnlessThere(LiveCluster cluster, IReadOnlyList<Resource> wanted, CancellationToken cancellationToken)
    {
        if (!await Serve(cluster, wanted, cancellationToken))
        {
            await Make(cluster, wanted, cancellationToken);
        }
    }

    /// <summary>The pods, with the images that they need.</summary>
    private static async Task<IReadOnlyList<Resource>> Wanted(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var glibc = await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        var musl = await ProberImage.TryBring(cluster, SuiteSettings.Current.ProberMuslImage, cancellationToken);
        var wanted = Everything(SuiteSettings.Current.ProberImage, cluster.Domain).Select(document => new Resource(document))
            .Where(resource => musl is not null || resource.Name != "client-musl").ToList();
        foreach (var pod in wanted.Where(resource => resource.Kind == "Pod"))
        {
            var image = pod.Text("spec.containers[0].image") == SuiteSettings.Current.ProberMuslImage ? musl : glibc;
            pod.Document["metadata"]!["annotations"] = new JsonObject { [Pods.MadeFrom] = image };
        }

        return wanted;
    }

    /// <summary>True if all of them exist with these images and are ready.</summary>
    private static async Task<bool> Serve(LiveCluster cluster, IReadOnlyList<Resource> wanted, CancellationToken cancellationToken)
    {
        var pods = await cluster.Api.List(ResourceKind.Pod, Namespace, null, cancellationToken);
        var services = await cluster.Api.List(ResourceKind.Service, Namespace, null, cancellationToken);
        var there = pods.Where(pod => Conditions.Holds(pod, "Ready"))
            .ToDictionary(pod => pod.Name, pod => pod.Annotations.GetValueOrDefault(Pods.MadeFrom));
        return there.Count == pods.Count && wanted.All(resource => resource.Kind == "Pod"
            ? there.TryGetValue(resource.Name, out var made) && made == resource.Annotations[Pods.MadeFrom]
            : services.Any(service => service.Name == resource.Name));
    }

    private static async Task Make(LiveCluster cluster, IReadOnlyList<Resource> wanted, CancellationToken cancellationToken)
    {
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        foreach (var resource in wanted)
        {
            var kind = ResourceKind.Of(resource);
            if (resource.Kind == "Pod")
            {
                await Pods.DropOther(cluster, resource, cancellationToken);
            }

            if (await cluster.Api.Get(kind.Named(resource.Name, Namespace), cancellationToken) is null)
            {
                await cluster.Api.Apply(kind, resource, cancellationToken);
            }
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token =>
            {
                var pods = await cluster.Api.List(ResourceKind.Pod, Namespace, null, token);
                pods.Count.ShouldBeGreaterThanOrEqualTo(wanted.Count(resource => resource.Kind == "Pod"));
                pods.Where(pod => !Conditions.Holds(pod, "Ready")).Select(pod => Conditions.Say(pod, "Ready")).ShouldBeEmpty();
            },
            "the client pods and the pods that they query run",
            cancellationToken);
    }

    private static JsonArray Ports() =>
        new(new JsonObject { ["name"] = "http", ["port"] = 80, ["protocol"] = "TCP", ["targetPort"] = 8080 });

    private static JsonObject Service(string name, JsonObject spec) => Pods.Manifest("Service", name, Namespace, spec);

    private static JsonObject Pod(string name, string image, JsonObject spec, params (string Key, string Value)[] labels) =>
        Pods.Prober(Namespace, name, image, spec, labels);
}

/// <summary>
/// The objects that the suite creates in existing clusters: namespaces, and its client and VictoriaMetrics in the monitoring namespace.
/// </summary>
internal static class ClientNamespaces
{
    // The Lease of the run is in the last one: who finds it there must find all else gone.
    private static readonly string[] Namespaces =
    [
        EgressEnforcement.Namespace, DisruptionRun.Namespace, BootstrapCriterion.Namespace, ScalingCriterion.Namespace,
        Health.Fleet.Namespace, ExternalDns.PublishingCluster.Namespace, RestoreCriterion.Namespace, ClusterClaim.Lease.Namespace!,
    ];

    /// <param name="monitoring">The monitoring namespace.</param>
    public static IEnumerable<ResourceAddress> Objects(string monitoring) =>
    [
        ResourceKind.Pod.Named(ProbeOrigin.Monitoring, monitoring),
        .. VictoriaMetrics.Objects(monitoring), .. AlertEvaluation.Objects(monitoring),
        .. Namespaces.Select(name => ResourceKind.Namespace.Named(name)),
    ];

    public static async Task Remove(LiveCluster cluster, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var address in Objects(MonitoringPod.Place(cluster)))
        {
            try
            {
                await cluster.Api.Delete(address, null, cancellationToken);
            }
            catch (KubernetesApiException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
