using System.Buffers.Binary;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.EndpointFailure;
using static PlatformGitOps.Acceptance.Criteria.Health.HealthSabotages;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>Each Service is checked as if it were alone, whatever other Services and endpoints do.</summary>
[ChecksOf(typeof(HealthCriterion))]
[Check("Health.20", "No Service can stop the health checks of others",
    "out in 5 s with profile fast beside 4,000 endpoints that never answer; Events InvalidHealthCheck and ProbesStarved",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.21", "Endpoints that never were healthy keep no failing endpoint in DNS", "out in 5 s with profile fast",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.22", "A Deployment that selects the serve label is refused", "no further pod, the endpoint stays, with Event RemovalRefused",
    Command = "kubectl --context {context} get events -A --field-selector reason=RemovalRefused")]
[Check("Health.23", "Pods on the host network, pods that are not ready and Services with an address are checked as well",
    "under 5 s with profile fast",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
public static class OtherServices
{
    private const int CrowdServices = 4;

    /// <summary>Each EndpointSlice of the controller has a hundred endpoints.</summary>
    private const int CrowdEndpoints = 1000;

    [LiveCheck("Health.20",
        "Services that ask for what cannot be done, and four Services of 1,000 addresses each that never answer, in a namespace of the " +
            "same shard: their Events and EndpointSlices, and how fast another Service's endpoint leaves DNS and returns",
        Disruptive = true)]
    public static async Task Crowd(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        await NeedsSilence(cluster, cancellationToken);
        var crowd = CrowdNamespace(cluster);
        await cluster.Api.ApplyNamespace(crowd, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "crowded", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            foreach (var (name, key, value) in Impossible(cluster))
            {
                await cluster.Api.Apply(
                    ResourceKind.Service,
                    Asking(crowd, name, ("removal", "endpoint-slices"), ("addresses", Unused(cluster, 0, 1)), (key, value)),
                    cancellationToken);
                await Reported(cluster, crowd, name, "InvalidHealthCheck", cancellationToken);
            }

            for (var i = 0; i < CrowdServices; i++)
            {
                await cluster.Api.Apply(
                    ResourceKind.Service,
                    Asking(
                        crowd, CrowdName(i), ("removal", "endpoint-slices"), ("interval", "10s"), ("timeout", "10s"),
                        ("addresses", Unused(cluster, i * CrowdEndpoints, CrowdEndpoints))),
                    cancellationToken);
            }

            await Published(cluster, crowd, cancellationToken);
            await Reported(cluster, crowd, CrowdName(CrowdServices - 1), "ProbesStarved", cancellationToken);
            await InTime(fleet, follower, FastBar, cancellationToken);
            (await fleet.Events(cancellationToken))
                .ShouldNotContain(entry => entry.Text("reason") == "ProbesStarved", "a Service that lets nothing hang is probed late");
        }
        finally
        {
            await fleet.Remove();
            await cluster.DeleteNamespace(crowd, CancellationToken.None);
        }
    }

    [LiveCheck("Health.21",
        "twelve addresses that answer nothing and five pods that never passed their health check, then how fast a failing endpoint of " +
            "another Service leaves DNS and returns", Disruptive = true)]
    public static async Task NeverHealthy(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        // They do not speak gRPC, so they were never healthy.
        var staging = await Fleet.Deploy(
            cluster, "staging", 5, new Dictionary<string, string>(Fast) { ["scheme"] = "grpc" }, cancellationToken);
        var fleet = await Fleet.Deploy(cluster, "beside", 3, Fast, cancellationToken);
        try
        {
            await cluster.Api.Apply(
                ResourceKind.Service,
                Asking(Fleet.Namespace, "dead", ("removal", "endpoint-slices"), ("addresses", Unused(cluster, 0, 12)), ("profile", "fast")),
                cancellationToken);
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            await Failing(cluster, "staging", staging.Pods.Count, cancellationToken);
            await Failing(cluster, "dead", 12, cancellationToken);
            await InTime(fleet, follower, FastBar, cancellationToken);
        }
        finally
        {
            await cluster.Api.Delete(ResourceKind.Service.Named("dead", Fleet.Namespace), null, CancellationToken.None);
            await fleet.Remove();
            await staging.Remove();
        }
    }

    [LiveCheck("Health.22",
        "a Deployment of three pods whose selector has the serve label: the Event on its Service, and its pods, labels and answers for " +
            "20 s while one health page hangs", Disruptive = true)]
    public static async Task Replaced(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fleet = await Fleet.DeployReplaced(cluster, "replaced", 3, Fast, cancellationToken);
        try
        {
            await using var follower = await Follower.Start(cluster, cancellationToken, fleet);
            await Reported(cluster, Fleet.Namespace, fleet.Name, "RemovalRefused", cancellationToken);
            var hung = await fleet.Hang(fleet.Pods[0], cancellationToken);
            await Failing(cluster, fleet.Name, 1, cancellationToken);
            await Throughout.For(
                TimeSpan.FromSeconds(20),
                async token =>
                {
                    var pods = await cluster.Api.List(ResourceKind.Pod, Fleet.Namespace, $"app={fleet.Name}", token);
                    pods.Select(pod => pod.Name).ShouldBe(fleet.Pods.Select(pod => pod.Name), ignoreOrder: true, "a pod was replaced");
                    pods.ShouldAllBe(pod => Fleet.Serves(pod), "a pod lost its label");
                },
                "the Deployment's pods stay",
                cancellationToken);
            (await follower.From(hung, fleet, cancellationToken))
                .ShouldAllBe(line => line.Answers.Count == fleet.Pods.Count, "an endpoint left DNS");
        }
        finally
        {
            await fleet.Remove();
        }
    }

    [LiveCheck("Health.23",
        "one failure and one recovery for each: pods on their nodes' network, a Service with publishNotReadyAddresses, a Service of IPv6 " +
            "where the cluster has both families, and a Service with an address of its own and topology-aware routing (its EndpointSlices)",
        Disruptive = true)]
    public static async Task Kinds(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        if (cluster.Cluster.Capabilities.WorkerNodes >= 2)
        {
            await OutAndBack(
                cluster, "on-nodes", Fast, new FleetShape(RemovalMethod.ServeLabel, HostNetwork: true), FastBar, cancellationToken,
                pods: 2);
        }

        await OutAndBack(
            cluster, "unready-too", Fast, new FleetShape(RemovalMethod.ServeLabel, PublishNotReady: true), FastBar, cancellationToken);
        if (cluster.Tree.Definition.Second is not null)
        {
            await OutAndBack(
                cluster, "only-six", Fast, new FleetShape(RemovalMethod.ServeLabel, OnlySix: true), FastBar, cancellationToken);
        }

        // Two for each zone: with fewer, Kubernetes gives no hints if three endpoints are in two zones.
        var pods = 2 * Math.Max(2, cluster.Cluster.Capabilities.WorkerNodes);
        var addressed = await Fleet.Deploy(
            cluster, "addressed", pods, Fast, new FleetShape(RemovalMethod.ServeLabel, ClusterAddress: true), cancellationToken);
        try
        {
            var pod = addressed.Pods[0];
            EvidenceLog.Observed("addressed: " + await Hints(cluster, addressed, cancellationToken));
            var started = TimeProvider.System.GetTimestamp();
            await addressed.Hang(pod, cancellationToken);
            await InSlices(cluster, addressed, pod, expected: false, cancellationToken);
            EvidenceLog.Observed($"addressed: out after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
            TimeProvider.System.GetElapsedTime(started)
                .ShouldBeLessThan(FastBar * Settings.SuiteSettings.Current.BudgetScale, "it was in the EndpointSlices for too long");
            await addressed.Recover(pod, cancellationToken);
            await InSlices(cluster, addressed, pod, expected: true, cancellationToken);
            EvidenceLog.Observed("addressed, back: " + await Hints(cluster, addressed, cancellationToken));
        }
        finally
        {
            await addressed.Remove();
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Patched("no Events may be made", "Health.20", "an Event InvalidHealthCheck",
            ControllerRole, "rules", rules => Without(rules, "events", "create")),
        Workload("all of a Service has to stay", "Health.21", "leaves DNS", service => Note(service, "min-healthy", "100%")),
        Workload("a Deployment that selects its own label alone", "Health.22", "an Event RemovalRefused",
            changed => changed["spec"]!["selector"]!["matchLabels"]?.AsObject().Remove(Annotations.DefaultServeLabel)),
        Workload("probes that only connect", "Health.23", "leaves DNS", service => Note(service, "scheme", "tcp")),
    ];

    /// <summary>The crowd is in another namespace of the same shard.</summary>
    private static string CrowdNamespace(LiveCluster cluster)
    {
        var shards = cluster.Tree.Definition.HealthController?.Shards ?? 1;
        return Enumerable.Range(0, int.MaxValue).Select(i => $"acceptance-crowd-{i}")
            .First(name => Sharding.ShardOf(name, shards) == Sharding.ShardOf(Fleet.Namespace, shards));
    }

    private static string CrowdName(int i) => $"silent-{i}";

    private static IEnumerable<(string Name, string Key, string Value)> Impossible(LiveCluster cluster) =>
    [
        ("no-host", "server-name", "not a host"),
        ("patient", "timeout", "1300h"),
        ("never", "failure-threshold", "100000"),
        ("endless", "addresses", Unused(cluster, 0, 2 * CrowdEndpoints)),
    ];

    /// <summary>Cilium routes unused pod addresses out of the node, where another machine may answer.</summary>
    private static async Task NeedsSilence(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var unused = Unused(cluster, 0, 1);
        cluster.Needs(
            !await PolicyEnforcement.Connects(cluster, unused, 80, cancellationToken),
            $"a machine outside of the cluster answers at {unused}, an address of the pods that no pod has");
    }

    /// <summary>Addresses at the end of the pod range, which are assigned last.</summary>
    private static string Unused(LiveCluster cluster, int first, int count)
    {
        var last = cluster.Tree.Definition.Pods.Last().GetAddressBytes();
        var end = BinaryPrimitives.ReadUInt32BigEndian(last.AsSpan(^4..));
        return string.Join(',', Enumerable.Range(1, count).Select(i =>
        {
            BinaryPrimitives.WriteUInt32BigEndian(last.AsSpan(^4..), end - (uint)(first + i));
            return new IPAddress(last);
        }));
    }

    private static Resource Asking(string place, string name, params (string Key, string Value)[] asked)
    {
        var service = Pods.Manifest("Service", name, place, new JsonObject
        {
            ["clusterIP"] = "None",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80 }),
        });
        var notes = new JsonObject { [Annotations.Enabled] = "true" };
        foreach (var (key, value) in asked)
        {
            notes[Annotations.Prefix + key] = value;
        }

        service["metadata"]!["annotations"] = notes;
        return new Resource(service);
    }

    private static async Task Reported(LiveCluster cluster, string place, string name, string reason, CancellationToken cancellationToken)
    {
        var service = await cluster.Require(ResourceKind.Service.Named(name, place), cancellationToken);
        await Eventually.Within(
            Patience,
            async token => (await cluster.Api.List(ResourceKind.Event, place, null, token))
                .Where(entry => entry.Text("involvedObject.uid") == service.Uid).Select(entry => entry.Text("reason"))
                .ShouldContain(reason),
            $"an Event {reason} on {place}/{name}",
            cancellationToken);
    }

    /// <summary>Ten EndpointSlices of a hundred endpoints for each Service of the crowd.</summary>
    private static Task Published(LiveCluster cluster, string place, CancellationToken cancellationToken) => Eventually.Within(
        Patience,
        async token =>
        {
            var slices = await cluster.Api.List(ResourceKind.EndpointSlice, place, null, token);
            for (var i = 0; i < CrowdServices; i++)
            {
                slices.Where(slice => slice.Labels.GetValueOrDefault("kubernetes.io/service-name") == CrowdName(i))
                    .Select(slice => slice.Parts("endpoints").Count).Sum().ShouldBe(CrowdEndpoints, $"endpoints of {CrowdName(i)}");
            }
        },
        "the addresses are published",
        cancellationToken);

    /// <summary>Waits until the leader reports this number of failing endpoints for a Service.</summary>
    private static Task Failing(LiveCluster cluster, string service, int count, CancellationToken cancellationToken) => Eventually.Within(
        Patience,
        async token =>
        {
            var holder = await CheckedCluster.Holder(cluster, Fleet.Namespace, token);
            var leader = (await CheckedCluster.Pods(cluster, token)).Single(pod => pod.Name == holder);
            (await CheckedCluster.Metrics(cluster, leader, token)).Split('\n').ShouldContain(
                $"dns_unhealthy_endpoints{{namespace=\"{Fleet.Namespace}\",service=\"{service}\"}} {count}");
        },
        $"{count} endpoints of {service} fail",
        cancellationToken);

    /// <summary>Whether endpoints get hints is Kubernetes's decision: evidence, not a condition.</summary>
    private static async Task<string> Hints(LiveCluster cluster, Fleet fleet, CancellationToken cancellationToken)
    {
        var endpoints = await Endpoints(cluster, fleet, cancellationToken);
        var zones = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))
            .Select(node => node.Labels.GetValueOrDefault("topology.kubernetes.io/zone")).OfType<string>().Distinct().Count();
        var hints = endpoints.Count(endpoint => endpoint.Parts("hints.forZones").Count > 0);
        return $"{hints} of {endpoints.Count} endpoints have a hint, the nodes are in {zones} zones";
    }

    private static async Task<IReadOnlyList<Resource>> Endpoints(LiveCluster cluster, Fleet fleet, CancellationToken cancellationToken) =>
        [.. (await cluster.Api.List(
            ResourceKind.EndpointSlice, Fleet.Namespace, $"kubernetes.io/service-name={fleet.Name}", cancellationToken))
            .SelectMany(slice => slice.Parts("endpoints"))];

    private static Task InSlices(
        LiveCluster cluster, Fleet fleet, Resource pod, bool expected, CancellationToken cancellationToken) => Eventually.Within(
        Patience,
        async token => (await Endpoints(cluster, fleet, token))
            .Any(endpoint => endpoint.Texts("addresses").Contains(Fleet.Address(pod)) && endpoint.Flag("conditions.ready") == true)
            .ShouldBe(expected),
        expected ? $"{pod.Name} comes back" : $"{pod.Name} leaves",
        cancellationToken);
}
