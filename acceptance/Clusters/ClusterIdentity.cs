using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>A context leads to another cluster than the one that it was given for; nothing was changed there.</summary>
public sealed class WrongClusterException(string message) : Exception(message);

/// <summary>What tells the cluster of a context from the others: a mistaken context must not disturb another cluster's DNS.</summary>
/// <param name="Delivered">Its name, and the addresses of its nodes and pods.</param>
/// <param name="ApiServer">The addresses of the Service <c>default/kubernetes</c>, the first of the range of Services.</param>
/// <param name="Dns">The addresses of the Service <c>kube-system/kube-dns</c>; empty if it does not exist yet.</param>
internal sealed record ClusterIdentity(LiveIdentity Delivered, IReadOnlyList<IPAddress> ApiServer, IReadOnlyList<IPAddress> Dns)
{
    public static async Task<ClusterIdentity> Read(
        KubernetesApi api, IReadOnlyList<Resource> nodes, CancellationToken cancellationToken)
    {
        var settings = await Known(ResourceKind.ConfigMap.Named(Layout.ClusterSettings, Layout.FluxNamespace));
        return new ClusterIdentity(
            new LiveIdentity(
                settings?.Map("data").GetValueOrDefault(Variables.ClusterName),
                [.. nodes.SelectMany(Nodes.Addresses)],
                [.. nodes.SelectMany(node => node.Texts("spec.podCIDRs")).Select(range => IPAddress.Parse(range.Split('/')[0]))]),
            Addresses(await Known(ResourceKind.Service.Named("kubernetes", "default"))),
            Addresses(await Known(ResourceKind.Service.Named("kube-dns", "kube-system"))));

        // What the user may not read stays unknown.
        async Task<Resource?> Known(ResourceAddress address)
        {
            try
            {
                return await api.Get(address, cancellationToken);
            }
            catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.Forbidden)
            {
                return null;
            }
        }
    }

    /// <summary>Why this is not the expected cluster; null if nothing says so. Its name, where Flux has delivered, decides alone.</summary>
    /// <param name="cluster">The expected cluster.</param>
    /// <param name="platform">The definition with all clusters.</param>
    public string? Problem(Cluster cluster, Platform platform)
    {
        var (services, dns) = (new[] { cluster.Services, cluster.Second?.Services }.OfType<Cidr>().ToArray(), cluster.Dns);
        return Delivered.Problem(cluster, platform, isNamed: true)
            ?? (Delivered.Name is not null ? null
            : ApiServer.Count > 0 && !services.Any(range => ApiServer.Any(range.Contains))
                ? $"Its Service default/kubernetes has {string.Join(" and ", ApiServer)}, outside of "
                    + $"{string.Join(" and ", services.AsEnumerable())}, the Services of {cluster.Name}. Name the context of "
                    + $"{cluster.Name}, or write the cluster's own range into network.services."
            : Dns.Count > 0 && !Dns.Contains(dns.ClusterIP)
                ? $"Its Service kube-dns has {string.Join(" and ", Dns)}, and dns.clusterIP of {cluster.Name} is {dns.ClusterIP}. Name the "
                    + $"context of {cluster.Name}, or write the cluster's own address into dns.clusterIP."
            : null);
    }

    private static IPAddress[] Addresses(Resource? service) =>
    [
        .. (service?.Texts("spec.clusterIPs") ?? []).DefaultIfEmpty(service?.Text("spec.clusterIP") ?? "")
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>(),
    ];
}

/// <summary>Contexts of other clusters, with an API server of the test.</summary>
public sealed class ClusterIdentityTests
{
    private const string Node = """
        { "kind": "NodeList", "metadata": { "resourceVersion": "1" },
          "items": [{ "metadata": { "name": "one" }, "spec": { "podCIDRs": ["10.244.1.0/24"] },
          "status": { "addresses": [{ "type": "InternalIP", "address": "192.168.10.5" }] } }] }
        """;

    [TestCase("10.245.0.1", "10.245.0.10", "infra")]
    [TestCase("10.245.0.1", "10.245.0.10", null)]
    [TestCase("10.245.0.1", null, null)]
    [TestCase(null, null, null)]
    // The definition was changed since: the checks say how the cluster differs from it.
    [TestCase("10.245.0.1", "10.245.0.53", "infra")]
    public async Task The_cluster_of_the_definition_is_taken(string? apiServer, string? dns, string? name) =>
        (await Provide(apiServer, dns, name)).Capabilities.WorkerNodes.ShouldBe(1);

    [TestCase("10.245.0.1", "10.245.0.10", "apps", "CLUSTER_NAME: apps, and cluster infra is meant")]
    [TestCase("10.247.0.1", "10.247.0.10", null, "default/kubernetes has 10.247.0.1, outside of 10.245.0.0/16, the Services of infra")]
    [TestCase("10.245.0.1", "10.245.0.53", null, "kube-dns has 10.245.0.53, and dns.clusterIP of infra is 10.245.0.10")]
    public async Task Another_cluster_is_refused_before_anything_is_changed(string apiServer, string dns, string? name, string says)
    {
        var message = (await Should.ThrowAsync<WrongClusterException>(() => Provide(apiServer, dns, name))).Message;

        message.ShouldStartWith("The context 'somewhere' of cluster infra was left as it is. ");
        message.ShouldContain(says);
    }

    /// <summary>Null is an object that the user may not read (name, addresses), or that does not exist (the address of DNS).</summary>
    private static async Task<RunningCluster> Provide(string? apiServer, string? dns, string? name)
    {
        const string Settings = "/api/v1/namespaces/flux-system/configmaps/cluster-settings";
        const string ApiServer = "/api/v1/namespaces/default/services/kubernetes";
        var token = TestContext.CurrentContext.CancellationToken;
        await using var server = new TestApiServer
        {
            Forbidden = [.. name is null ? [Settings] : Array.Empty<string>(), .. apiServer is null ? [ApiServer] : Array.Empty<string>()],
        };
        server.Objects["/api/v1/nodes"] = Node;
        server.Objects[Settings] = $$"""{ "data": { "CLUSTER_NAME": "{{name}}" } }""";
        server.Objects[ApiServer] = Service(apiServer ?? "");
        if (dns is not null)
        {
            server.Objects["/api/v1/namespaces/kube-system/services/kube-dns"] = Service(dns);
        }

        await server.Start(token);
        var contexts = new Dictionary<string, string> { [StorySample.Cluster] = server.Context.Name };
        var settings = new SuiteSettings { KubeConfig = server.Context.ConfigFile, Contexts = contexts };
        try
        {
            return await new ExistingProvider(settings, StorySample.Tree.Platform).Provide(
                new ClusterShape(StorySample.Cluster, "", "", "", ""), token);
        }
        finally
        {
            server.Writes.ShouldBeEmpty();
        }
    }

    private static string Service(string address) => $$"""{ "spec": { "clusterIP": "{{address}}", "clusterIPs": ["{{address}}"] } }""";
}
