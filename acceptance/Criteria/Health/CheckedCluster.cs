using PlatformGitOps.Controller.Election;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>
/// The cluster with the controller from the generated tree, delivered once in a run; otherwise its definition is unchanged.
/// </summary>
internal static class CheckedCluster
{
    public const string Name = "dns-health-controller";
    public const int Port = 8080;

    /// <summary>The kernel's name of its process.</summary>
    public const string Process = "PlatformGitOps.";

    private static readonly OncePerCluster<ChangedCluster> Delivered = new();

    public static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named(Name, "kube-system");
    public static readonly ResourceAddress ReleaseJob = ResourceKind.Job.Named(Name, "kube-system");

    public static async Task<LiveCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsDelivery();
        var image = SuiteSettings.Current.ControllerImage;
        if (await ProberImage.TryBring(cluster, image, cancellationToken) is null)
        {
            Assert.Ignore(
                $"the image {image} is not on this machine; build it with controller/build-image, or name another in the setting " +
                    $"controller-image");
        }

        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        var (_, delivered) = await Delivered.Of(
            cluster.Role, async () => new(cluster, await Deliver(cluster, coreDns: false, CancellationToken.None)), cancellationToken);
        return delivered;
    }

    /// <param name="coreDns">True to check CoreDNS's own pods too; in a running cluster only after a delivery without it.</param>
    public static async Task<LiveCluster> Deliver(LiveCluster cluster, bool coreDns, CancellationToken cancellationToken)
    {
        var changed = await Deliver(cluster, Settings(cluster) with { CoreDns = coreDns }, cancellationToken);
        await Live.Rollout.Done(changed, cancellationToken);
        await RolledOut(changed, cancellationToken);
        return changed;
    }

    /// <summary>Delivers the step before the controller is switched off. Flux waits for its Job, Helm does not.</summary>
    public static Task<LiveCluster> DeliverRelease(LiveCluster cluster, CancellationToken cancellationToken) =>
        Deliver(cluster, Settings(cluster) with { Release = true }, cancellationToken);

    /// <summary>Delivers the next step: the tree without the controller.</summary>
    public static Task<LiveCluster> DeliverWithout(LiveCluster cluster, CancellationToken cancellationToken) =>
        Deliver(cluster, settings: null, cancellationToken);

    private static HealthControllerSettings Settings(LiveCluster cluster) => new()
    {
        Image = SuiteSettings.Current.ControllerImage,
        // A definition may not open the cluster's own pods, but the suite has no external machines to use.
        EndpointSliceNetworks = [cluster.Tree.Definition.Pods],
        Shards = Shards(cluster),
    };

    /// <summary>Delivers the original definition again, with or without the controller, so that a kept cluster matches it.</summary>
    public static async Task RemoveController(string role, CancellationToken cancellationToken)
    {
        if (Delivered.Take(role) is not var (before, cluster))
        {
            return;
        }

        if (before.Tree.HealthController.Count > 0)
        {
            await before.Deliver(cancellationToken);
            await cluster.Api.Delete(ResourceKind.Namespace.Named(Fleet.Namespace), null, cancellationToken);
            await Live.Rollout.Done(before, cancellationToken);
            return;
        }

        var without = await DeliverWithout(cluster, cancellationToken);
        foreach (var lease in Leases(cluster).Append(Name).Distinct())
        {
            await cluster.Api.Delete(ResourceKind.Lease.Named(lease, "kube-system"), null, cancellationToken);
        }

        await cluster.Api.Delete(ResourceKind.Namespace.Named(Fleet.Namespace), null, cancellationToken);
        await Live.Rollout.Done(without, cancellationToken);
    }

    /// <summary>
    /// The platform with the controller in every cluster, checking CoreDNS too, and with a Kubernetes that has admission policies if the
    /// definition does not set one.
    /// </summary>
    public static Platform Switched(Platform platform) => platform.InEachCluster(cluster =>
    {
        var given = cluster.HealthController ?? new() { Image = "registry.example.com/dns-health-controller:1.0.0" };
        return cluster with
        {
            HealthController = given with { CoreDns = true, Release = false },
            Kubernetes = cluster.Kubernetes ?? ControllerAdmission.Since,
        };
    });

    private static async Task<LiveCluster> Deliver(
        LiveCluster cluster, HealthControllerSettings? settings, CancellationToken cancellationToken)
    {
        var version = await Kubernetes(cluster, cancellationToken);
        var platform = cluster.Platform.InEachCluster(
            definition => definition with { HealthController = settings, Kubernetes = settings is null ? null : version });
        var changed = await cluster.Deliver(platform, cancellationToken);
        foreach (var gone in Addresses(cluster.Tree).Except(Addresses(changed.Tree)))
        {
            // Flux prunes; Helm does not delete objects that left the tree.
            if (cluster.Delivery is not FluxDelivery)
            {
                await cluster.Api.Delete(gone, null, cancellationToken);
            }

            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token => (await cluster.Api.Get(gone, token)).ShouldBeNull("it is still there"),
                $"{gone} is removed",
                cancellationToken);
        }

        return changed;
    }

    private static IEnumerable<ResourceAddress> Addresses(RenderedCluster tree) =>
        tree.HealthController.Select(resource => ResourceKind.Of(resource).Named(resource.Name, resource.Namespace));

    public static async Task<SemVer> Kubernetes(LiveCluster cluster, CancellationToken cancellationToken) =>
        SemVer.Parse((await cluster.Api.Version(cancellationToken)).TrimStart('v').Split('+', '-')[0]);

    /// <summary>All instances have the newest revision and are available, and older ones have ended.</summary>
    public static Task RolledOut(LiveCluster cluster, CancellationToken cancellationToken) => Live.Rollout.Done(
        cluster.Api, Deployment, "the controller's instances run", TimeSpan.FromSeconds(120), cancellationToken,
        async (deployment, token) =>
            (await Pods(cluster, token)).Count.ShouldBe(deployment.Number("spec.replicas")!.Value, "pods of all revisions"));

    public static async Task<IReadOnlyList<Resource>> Pods(LiveCluster cluster, CancellationToken cancellationToken) =>
        [.. await cluster.Api.List(ResourceKind.Pod, "kube-system", $"app.kubernetes.io/name={Name}", cancellationToken)];

    /// <summary>The metrics of an instance, scraped from the monitoring namespace.</summary>
    public static async Task<string> Metrics(LiveCluster cluster, Resource pod, CancellationToken cancellationToken)
    {
        var answer = await ProbeOrigin.FromMonitoring(cluster, pod, Port, "/metrics", cancellationToken);
        answer.Status.ShouldBe(200, $"{pod.Name}: {answer.Body}");
        return answer.Body;
    }

    /// <summary>The Lease of each shard; with one shard it has the controller's own name.</summary>
    public static IReadOnlyList<string> Leases(LiveCluster cluster) => Shards(cluster) is > 1 and var shards
        ? [.. Enumerable.Range(0, shards).Select(ControllerNames.LeaseOf)]
        : [Name];

    /// <summary>The instances that report to lead a shard, in the order of <see cref="Leases"/>.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<Resource>>> Leaders(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var leases = Leases(cluster);
        var leaders = leases.Select(_ => new List<Resource>()).ToArray();
        foreach (var pod in await Pods(cluster, cancellationToken))
        {
            var lines = (await Metrics(cluster, pod, cancellationToken)).Split('\n');
            foreach (var (shard, pods) in leaders.Index())
            {
                var label = leases.Count == 1 ? "" : $"{{shard=\"{shard}\"}}";
                if (lines.Contains($"dns_health_controller_leader{label} 1"))
                {
                    pods.Add(pod);
                }
            }
        }

        return leaders;
    }

    /// <summary>The pod that leads a namespace's shard: the holder of its Lease.</summary>
    public static Task<string> Holder(LiveCluster cluster, string @namespace, CancellationToken cancellationToken) =>
        HolderOf(cluster, Leases(cluster)[Sharding.ShardOf(@namespace, Shards(cluster))], cancellationToken);

    public static async Task<string> HolderOf(LiveCluster cluster, string lease, CancellationToken cancellationToken) =>
        (await cluster.Require(ResourceKind.Lease.Named(lease, "kube-system"), cancellationToken))
            .Text("spec.holderIdentity") is { Length: > 0 } holder
            ? holder
            : throw new NotYetException($"the Lease {lease} has no holder");

    private static int Shards(LiveCluster cluster) => cluster.Tree.Definition.HealthController?.Shards ?? 1;

    /// <summary>Scales the instances, and waits until they are ready or gone.</summary>
    public static async Task Scale(LiveCluster cluster, int instances, CancellationToken cancellationToken)
    {
        await cluster.Api.Patch(Deployment, JsonPath.Patch("spec.replicas", instances), cancellationToken);
        await (instances > 0 ? RolledOut(cluster, cancellationToken) : Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await Pods(cluster, token)).Select(pod => pod.Name).ShouldBeEmpty(),
            "the controller's instances are gone",
            cancellationToken));
    }

    /// <summary>The name of the instances' ConfigMap.</summary>
    public static async Task<string> ConfigName(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await cluster.Require(Deployment, cancellationToken)).Text("spec.template.spec.volumes[0].configMap.name")!;

    /// <summary>Runs the instances with a changed config; <see cref="Use"/> restores the old one.</summary>
    public static async Task Configure(LiveCluster cluster, Func<string, string> change, CancellationToken cancellationToken)
    {
        var before = await ConfigName(cluster, cancellationToken);
        var config = await cluster.Require(ResourceKind.ConfigMap.Named(before, "kube-system"), cancellationToken);
        var name = $"{Name}-{Guid.NewGuid().ToString("n")[..6]}";
        var changed = Live.Pods.Manifest("ConfigMap", name, "kube-system", null);
        changed["data"] = new JsonObject { ["config.yaml"] = change(config.Map("data")["config.yaml"]) };
        await cluster.Api.Apply(ResourceKind.ConfigMap, new Resource(changed), cancellationToken);
        await Use(cluster, name, cancellationToken);
    }

    public static async Task Use(LiveCluster cluster, string config, CancellationToken cancellationToken)
    {
        var volumes = new JsonArray(new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = config } });
        await cluster.Api.Patch(Deployment, JsonPath.Patch("spec.template.spec.volumes", volumes), cancellationToken);
        await RolledOut(cluster, cancellationToken);
    }
}
