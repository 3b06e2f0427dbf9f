using System.Collections.Immutable;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// The External-DNS instances of a definition. In a container cluster, instances with DNS updates (RFC 2136) write to a Knot of the suite
/// instead of their own server, and others are omitted: the suite has no cloud account and no other provider.
/// </summary>
internal static class DefinedInstances
{
    private static readonly ConcurrentDictionary<string, ZoneKey> Keys = new();
    private static readonly ConcurrentDictionary<string, ImmutableArray<ZoneServer>> Servers = new();

    /// <summary>The key of all servers of a cluster: its instances can share a Secret.</summary>
    public static ZoneKey KeyOf(string role) => Keys.GetOrAdd(role, _ => ZoneKey.New(ZoneServer.KeyName));

    /// <summary>The servers of a cluster's instances, in the order of <see cref="ServedIn"/>.</summary>
    public static ImmutableArray<ZoneServer> ServersOf(string role) => Servers.GetValueOrDefault(role, []);

    public static ImmutableArray<DnsInstance> ServedIn(Cluster cluster) =>
        [.. cluster.Of<ExternalDnsSettings>()?.Instances.Where(instance => instance.Provider == DnsProvider.Rfc2136) ?? []];

    /// <summary>Starts a server of the suite for each of these instances, and returns the platform that uses them.</summary>
    public static async Task<Platform> Served(
        Platform platform, RunningCluster cluster, ContainerEngine engine, KubernetesApi api, CancellationToken cancellationToken)
    {
        var role = cluster.Shape.Role;
        var defined = platform.ClusterNamed(role);
        if (defined.Of<ExternalDnsSettings>() is null || !cluster.Capabilities.NodesAreContainers)
        {
            return platform;
        }

        var instances = ServedIn(defined);
        var program = LocalProgram.Find(ZoneServer.ProgramOf(PublishingCluster.ServerKind));
        var address = await PublishingCluster.ThisMachine(api, engine, defined.Pods.Family, cancellationToken);
        if (program is null || address is null)
        {
            return Of(platform, []);
        }

        Stop(role);
        ImmutableArray<ZoneServer> servers = [.. instances.Select(instance => ZoneServer.Of(
            PublishingCluster.ServerKind, domain: instance.Domains[0].Text, address: address, key: KeyOf(role)))];
        Servers[role] = servers;
        foreach (var (server, instance) in servers.Zip(instances))
        {
            await server.Start(program, cancellationToken);
            var secret = Pods.Manifest("Secret", instance.SecretName!, ExternalDnsNames.Namespace, null);
            secret["stringData"] = new System.Text.Json.Nodes.JsonObject { ["tsig-secret"] = server.Secret };
            await api.Apply(ResourceKind.Secret, new Resource(secret), cancellationToken);
        }

        return Of(platform, [.. servers.Zip(instances).Select(pair => At(pair.Second, pair.First))]);
    }

    public static void Stop(string role)
    {
        if (Servers.TryRemove(role, out var servers))
        {
            foreach (var server in servers)
            {
                server.Dispose();
            }
        }
    }

    /// <summary>The cluster with only these instances; without External-DNS if there are none.</summary>
    public static Cluster With(Cluster cluster, ImmutableArray<DnsInstance> instances) =>
        cluster.Of<ExternalDnsSettings>() is not { } settings ? cluster : cluster with
        {
            Applications = instances.IsEmpty ? cluster.Applications.Remove(ExternalDnsNames.Name)
                : cluster.Applications.SetItem(ExternalDnsNames.Name, settings with { Instances = instances }),
        };

    private static Platform Of(Platform platform, ImmutableArray<DnsInstance> instances) =>
        platform.InEachCluster(cluster => With(cluster, instances));

    /// <summary>A server of the suite has one zone.</summary>
    internal static DnsInstance At(DnsInstance instance, ZoneServer server) => instance with
    {
        Domains = [instance.Domains[0]],
        Rfc2136 = instance.Rfc2136 with
        {
            Host = server.Address.ToString(),
            Port = server.Port,
            Zones = [],
            KeyName = ZoneServer.KeyName,
            Algorithm = "hmac-sha256",
            Transfers = true,
        },
    };
}
