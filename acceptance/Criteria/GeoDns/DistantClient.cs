using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>
/// A client in no region. If nodes are containers on this machine, it is a container that queries the servers' node ports; otherwise it is
/// a pod on the host network that queries the Service.
/// </summary>
internal sealed class DistantClient : IAsyncDisposable
{
    private readonly LiveCluster cluster;
    private readonly OutsideProber? prober;
    private readonly Resource service;

    private DistantClient(LiveCluster cluster, OutsideProber? prober, Resource service) =>
        (this.cluster, this.prober, this.service) = (cluster, prober, service);

    public static async Task<DistantClient> Of(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var service = await cluster.Require(ResourceKind.Service.Named(GeoDnsNames.Name, GeoDnsNames.Namespace), cancellationToken);
        var prober = service.Text("spec.type") == "ClusterIP" ? null : await OutsideProber.Beside(cluster, cancellationToken);
        cluster.Needs(
            prober is not null || SuiteSettings.Current.NetworkPolicy != NetworkPolicyFlavour.Cilium,
            "under Cilium a node's own queries may have an address of the pods: a client outside needs a Service with node ports, and " +
                "nodes that are containers of this machine");
        return new DistantClient(cluster, prober, service);
    }

    /// <summary>The answers over UDP and TCP from each node with a server.</summary>
    public async Task<IReadOnlyList<DnsAnswer>> Ask(string name, CancellationToken cancellationToken)
    {
        if (prober is null)
        {
            return await Live.Ask.From(
                cluster, ClientPods.OnHostNetwork, name, cancellationToken,
                ["--via", "udp", "--via", "tcp", "--server", service.Text("spec.clusterIP")!]);
        }

        // Nodes without a server do not answer, which keeps the client's address (externalTrafficPolicy: Local).
        var pods = await cluster.Api.List(
            ResourceKind.Pod, GeoDnsNames.Namespace, $"app.kubernetes.io/name={GeoDnsNames.Name}", cancellationToken);
        var nodes = pods.Select(pod => pod.Text("status.hostIP")).OfType<string>().Distinct().Select(IPAddress.Parse).ToList();
        var answers = nodes.Count > 0 ? new List<DnsAnswer>() : throw new NotYetException("no server of geographic DNS is on a node");
        foreach (var node in nodes)
        {
            answers.Add(await prober.Asks(name, "udp", new IPEndPoint(node, NodePort("UDP")), cancellationToken));
            answers.Add(await prober.Asks(name, "tcp", new IPEndPoint(node, NodePort("TCP")), cancellationToken));
        }

        return answers;
    }

    public ValueTask DisposeAsync() => prober?.DisposeAsync() ?? ValueTask.CompletedTask;

    private int NodePort(string protocol) =>
        service.Parts("spec.ports").FirstOrDefault(port => port.Text("protocol") == protocol)?.Number("nodePort")
            ?? throw new NotYetException($"the Service {GeoDnsNames.Name} has no node port for {protocol}");
}
