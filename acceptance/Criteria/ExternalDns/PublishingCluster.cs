using System.Net.NetworkInformation;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// The cluster with an External-DNS that writes to a server of the suite, from the generated tree, delivered once in a run.
/// </summary>
/// <param name="Cluster">The cluster, with the tree that contains it.</param>
/// <param name="Server">Knot on this machine, at an address that pods can reach.</param>
internal sealed record PublishingCluster(LiveCluster Cluster, ZoneServer Server)
{
    public const string Namespace = "acceptance-records";

    /// <summary>The name of the suite's instance.</summary>
    public const string Instance = $"{ExternalDnsNames.Name}-{Own}";

    private const string Own = "own";

    /// <summary>The selector of its pods.</summary>
    public const string Selector = $"app.kubernetes.io/instance={Own},app.kubernetes.io/name={ExternalDnsNames.Name}";

    public const string ServerKind = "Knot";

    public static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named(Instance, ExternalDnsNames.Namespace);
    public static readonly ResourceAddress Secret = ResourceKind.Secret.Named(ExternalDnsNames.Secret, ExternalDnsNames.Namespace);

    private static readonly OncePerCluster<PublishingCluster> Delivered = new();

    public static async Task<PublishingCluster> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var delivered = await DeliveredTo(cluster, cancellationToken);
        await delivered.RolledOut(cancellationToken);
        return delivered;
    }

    /// <summary>The same, delivered again because another delivery may have removed it.</summary>
    public static async Task<PublishingCluster> DeliveredTo(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsDelivery();
        cluster.Needs(cluster.Cluster.Capabilities.NodesAreContainers,
            "the nodes are not containers of this machine, so their pods do not reach its DNS server");
        var program = LocalProgram.Need(ZoneServer.ProgramOf(ServerKind));
        var address = await ThisMachine(cluster.Api, cluster.Engine, cluster.Tree.Definition.Pods.Family, cancellationToken);
        cluster.Needs(address is not null, "this machine has no IPv4 address in the network of the nodes");
        await ProberImage.TryBring(cluster, ExternalDnsNames.Image, cancellationToken);
        return await Delivered.Of(cluster.Role, () => Deliver(cluster, program, address!, CancellationToken.None), cancellationToken);
    }

    /// <summary>The cluster only, for live sabotages.</summary>
    public static async Task<LiveCluster> ClusterOf(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await Of(cluster, cancellationToken)).Cluster;

    /// <summary>Removes the suite's instance and its server, and delivers the original definition again.</summary>
    public static async Task Remove(string role, CancellationToken cancellationToken)
    {
        if (Delivered.Take(role) is not var (cluster, server))
        {
            return;
        }

        server.Dispose();
        var without = await cluster.Deliver(Without(cluster.Platform), cancellationToken);
        foreach (var address in Addresses(cluster.Tree).Except(Addresses(without.Tree)))
        {
            await cluster.Api.Delete(address, null, cancellationToken);
        }

        if (without.Tree.ExternalDns.Count == 0)
        {
            await cluster.Api.Delete(Secret, null, cancellationToken);
        }

        await cluster.DeleteNamespace(Namespace, cancellationToken);
    }

    /// <summary>
    /// The platform with an instance for the suite's zone in every cluster, in addition to those instances of the definition for which the
    /// suite has a server.
    /// </summary>
    /// <param name="server">The server's address and port; null for a documentation address.</param>
    public static Platform Switched(Platform platform, IPEndPoint? server = null)
    {
        var settings = Settings(server ?? new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53));
        return platform.InEachCluster(cluster => cluster with
        {
            Applications = cluster.Applications.SetItem(ExternalDnsNames.Name, settings with
            {
                Instances = [.. settings.Instances, .. DefinedInstances.ServedIn(cluster).Where(other => other.Name.Text != Own)],
            }),
        });
    }

    /// <summary>Waits for one pod of the current revision, without older ones.</summary>
    public Task RolledOut(CancellationToken cancellationToken) => Rollout.Done(
        Cluster.Api, Deployment, "External-DNS runs", TimeSpan.FromSeconds(120), cancellationToken,
        async (_, token) => (await Pods(token)).Count.ShouldBe(1, "pods of all revisions"));

    /// <summary>The only pod; fails if there are two.</summary>
    public async Task<Resource> Pod(CancellationToken cancellationToken) => (await Pods(cancellationToken)).ShouldHaveSingleItem();

    /// <summary>Replaces the pod, so that it reads the current Secret.</summary>
    public async Task Restart(CancellationToken cancellationToken)
    {
        foreach (var pod in await Pods(cancellationToken))
        {
            await Cluster.Api.Delete(
                ResourceKind.Pod.Named(pod.Name, ExternalDnsNames.Namespace), TimeSpan.FromSeconds(1), cancellationToken);
        }

        await RolledOut(cancellationToken);
    }

    /// <summary>Sets External-DNS's TSIG key, a right or a wrong one.</summary>
    public static Task Key(LiveCluster cluster, string key, CancellationToken cancellationToken)
    {
        var secret = Live.Pods.Manifest("Secret", Secret.Name, Secret.Namespace, null);
        secret["stringData"] = new JsonObject { ["tsig-secret"] = key };
        return cluster.Api.Apply(ResourceKind.Secret, new Resource(secret), cancellationToken);
    }

    private Task<IReadOnlyList<Resource>> Pods(CancellationToken cancellationToken) =>
        Cluster.Api.List(ResourceKind.Pod, ExternalDnsNames.Namespace, Selector, cancellationToken);

    private static IEnumerable<ResourceAddress> Addresses(RenderedCluster tree) =>
        tree.ExternalDns.Select(resource => ResourceKind.Of(resource).Named(resource.Name, resource.Namespace));

    /// <summary>The platform without the suite's instance.</summary>
    private static Platform Without(Platform platform) => platform.InEachCluster(cluster => DefinedInstances.With(
        cluster, [.. cluster.Of<ExternalDnsSettings>()?.Instances.Where(instance => instance.Name.Text != Own) ?? []]));

    private static ExternalDnsSettings Settings(IPEndPoint server)
    {
        var text = $$"""
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                externalDns:
                  instances:
                    - name: {{Own}}
                      provider: rfc2136
                      policy: sync
                      domainFilters: [{{ZoneServer.Zone}}]
                      interval: 10s
                      rfc2136: { host: {{server.Address}}, port: {{server.Port}}, keyName: {{ZoneServer.KeyName}} }

            """;
        return PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)) is PlatformReading.Valid valid
            ? valid.Platform.Clusters[0].Of<ExternalDnsSettings>()! : throw new InvalidDataException(text);
    }

    private static async Task<PublishingCluster> Deliver(
        LiveCluster cluster, string program, IPAddress address, CancellationToken cancellationToken)
    {
        // The definition's instances use the same Secret.
        var server = ZoneServer.Of(ServerKind, address: address, key: DefinedInstances.KeyOf(cluster.Role));
        await server.Start(program, cancellationToken);
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        await Key(cluster, server.Secret, cancellationToken);
        var platform = Switched(cluster.Platform, new IPEndPoint(server.Address, server.Port));
        return new PublishingCluster(await cluster.Deliver(platform, cancellationToken), server);
    }

    /// <summary>
    /// This machine's address in the network of the nodes, for pods of this family; null if the engine runs in its own machine.
    /// </summary>
    public static async Task<IPAddress?> ThisMachine(
        KubernetesApi api, ContainerEngine engine, AddressFamily pods, CancellationToken cancellationToken)
    {
        var node = (await api.List(ResourceKind.Node, null, null, cancellationToken))[0].Name;
        var container = await engine.Find(node, cancellationToken);
        return pods == AddressFamily.InterNetwork
            && IPAddress.TryParse(container?.NetworkSettings?.Networks?.Values.First().Gateway, out var gateway)
            && NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(gateway))
            ? gateway : null;
    }
}
