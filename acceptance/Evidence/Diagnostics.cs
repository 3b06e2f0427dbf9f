using CliWrap.Exceptions;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The state of a cluster after a failed check.</summary>
public static class Diagnostics
{
    private static readonly ResourceKind[] Kinds =
    [
        ResourceKind.Deployment, ResourceKind.ReplicaSet, ResourceKind.Pod, ResourceKind.Service, ResourceKind.EndpointSlice,
        ResourceKind.PodDisruptionBudget, ResourceKind.NetworkPolicy, ResourceKind.ServiceMonitor, ResourceKind.PrometheusRule,
        ResourceKind.HelmRelease,
    ];

    /// <summary>Writes all readable state to the run's folder; a file that could not be read has the reason.</summary>
    public static async Task Collect(LiveCluster cluster, string test, CancellationToken cancellationToken)
    {
        var name = new string([.. test.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-')]);
        var events = await Listed(ResourceKind.Event, null);
        foreach (var kind in Kinds)
        {
            await Save($"{kind.Plural}.yaml",
                async () => Description.Of(await cluster.Api.List(kind, "kube-system", null, cancellationToken), events));
        }

        await Save("nodes.yaml",
            async () => Description.Of(await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken), events));
        await Save("events.yaml", () => Task.FromResult(Description.Of(events, [])));
        await Save("Corefile",
            async () => (await cluster.Api.Get(ResourceKind.ConfigMap.Named("coredns", "kube-system"), cancellationToken))?.Text(
                "data.Corefile") ?? "none");
        var flux = new List<Resource>();
        foreach (var kind in FluxOverview.Kinds)
        {
            flux.AddRange(await Listed(kind, null));
        }

        await Save("flux-tree.txt", () => Task.FromResult(flux.Count > 0 ? FluxOverview.Of(flux) : "no object of Flux in this cluster"));
        foreach (var pod in (await Named("k8s-app in (kube-dns, node-local-dns)"))
            .Concat(await Named("app.kubernetes.io/name=dns-health-controller")))
        {
            await Save($"{pod}.log", () => cluster.Api.Logs("kube-system", pod, null, false, cancellationToken));
            await Save($"{pod}.previous.log", () => cluster.Api.Logs("kube-system", pod, null, true, cancellationToken));
        }

        // kube-proxy logs if it cannot delete the conntrack entry of a deleted pod.
        foreach (var pod in await Named("k8s-app=kube-proxy"))
        {
            await Save($"{pod}.log", () => cluster.Api.Logs("kube-system", pod, null, false, cancellationToken));
        }

        if (cluster.Cluster.Capabilities.NodesAreContainers)
        {
            foreach (var node in (await Listed(ResourceKind.Node, null)).Select(node => node.Name))
            {
                await Save($"{node}.conntrack",
                    async () => (
                        await cluster.Engine.Exec(
                            node, ["sh", "-c", "cat /proc/net/stat/nf_conntrack; cat /proc/net/snmp | grep Udp"],
                            cancellationToken)).Output);
            }
        }

        async Task<IEnumerable<string>> Named(string selector) => (await Listed(ResourceKind.Pod, "kube-system", selector))
            .Select(pod => pod.Name);

        async Task<IReadOnlyList<Resource>> Listed(ResourceKind kind, string? inNamespace, string? selector = null)
        {
            try
            {
                return await cluster.Api.List(kind, inNamespace, selector, cancellationToken);
            }
            catch (Exception exception) when (exception is KubernetesApiException or TimeoutException)
            {
                return [];
            }
        }

        async Task Save(string file, Func<Task<string>> content)
        {
            string text;
            try
            {
                text = await content();
            }
            catch (Exception exception) when (
                exception is KubernetesApiException or TimeoutException or CommandExecutionException or NotYetException)
            {
                text = exception.Message;
            }

            await EvidenceLog.KeepAsync($"{name}/{file}", file, text, cancellationToken);
        }
    }
}
