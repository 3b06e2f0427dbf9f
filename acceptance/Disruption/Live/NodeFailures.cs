using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>Failures that need a hand on the nodes, which are containers here.</summary>
public static class NodeFailures
{
    private const string Manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);

    /// <summary>The process dies and the kubelet starts it again, in the same pod.</summary>
    public static async Task KillProcess(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var pod = (await cluster.DnsPods(cancellationToken))[0];
        var container = pod.Parts("status.containerStatuses")[0].Text("containerID")!.Split("//")[1];
        var node = pod.Text("spec.nodeName")!;
        var inspected = await Exec(cluster, node, "crictl", "inspect", "--output", "go-template", "--template", "{{.info.pid}}", container);
        measurement.Doing($"kill -KILL the process of {pod.Name} on {node}");
        await Exec(cluster, node, "kill", "-KILL", inspected.Output.Trim());
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.Require(ResourceKind.Pod.Named(pod.Name, "kube-system"), token))
                .Parts("status.containerStatuses")[0].Number("restartCount").ShouldNotBeNull().ShouldBeGreaterThan(0),
            "the kubelet starts the process again",
            cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }

    public static Task StopNode(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken) =>
        LoseNode(cluster, measurement, "docker stop", cluster.Engine.Stop, cancellationToken);

    public static Task KillNode(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken) =>
        LoseNode(cluster, measurement, "docker kill", cluster.Engine.Kill, cancellationToken);

    public static async Task StopApiServer(LiveCluster cluster, Measurement measurement, CancellationToken cancellationToken)
    {
        var node = (await cluster.Api.List(ResourceKind.Node, null, "node-role.kubernetes.io/control-plane", cancellationToken))[0].Name;
        measurement.Doing($"move {Manifest} away on {node}");
        await Exec(cluster, node, "mv", Manifest, "/root/kube-apiserver.yaml");
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token => (await Exec(cluster, node, "crictl", "ps", "--quiet", "--name", "kube-apiserver")).Output.Trim().ShouldBeEmpty(),
                "the kubelet stops the API server",
                cancellationToken);
            measurement.Saw(ClusterEventKind.ApiServerDown, node);
            await Task.Delay(Outage, TimeProvider.System, cancellationToken);
        }
        finally
        {
            await Exec(cluster, node, "mv", "/root/kube-apiserver.yaml", Manifest);
        }

        await Eventually.Within(TimeSpan.FromSeconds(120), token => cluster.Api.Version(token), "the API server comes back", cancellationToken);
        measurement.Saw(ClusterEventKind.ApiServerUp, node);
        await Rollout.Done(cluster, cancellationToken);
    }

    /// <summary>Until the node is marked NotReady its endpoint stays, and every question that goes there is lost.</summary>
    private static async Task LoseNode(
        LiveCluster cluster, Measurement measurement, string how, Func<string, CancellationToken, Task> lose, CancellationToken cancellationToken)
    {
        var pods = await cluster.DnsPods(cancellationToken);
        var controlPlanes = (await cluster.Api.List(ResourceKind.Node, null, "node-role.kubernetes.io/control-plane", cancellationToken)).Select(n => n.Name);
        var node = pods.Select(pod => pod.Text("spec.nodeName")!).Except(controlPlanes).First();
        measurement.Doing($"{how} {node}");
        await lose(node, cancellationToken);
        try
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token => Nodes.IsReady(await cluster.Require(ResourceKind.Node.Named(node), token)).ShouldBeFalse(),
                $"{node} is found to be lost",
                cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, cancellationToken);
        }
        finally
        {
            await cluster.Engine.Start(node, CancellationToken.None);
        }

        measurement.Doing($"docker start {node}");
        await Eventually.Within(
            TimeSpan.FromSeconds(180),
            async token => Nodes.IsReady(await cluster.Require(ResourceKind.Node.Named(node), token)).ShouldBeTrue(),
            $"{node} comes back",
            cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }

    private static async Task<CommandResult> Exec(LiveCluster cluster, string node, params string[] command)
    {
        var result = await cluster.Engine.Exec(node, command, CancellationToken.None);
        return result.Succeeded ? result : throw new NotYetException($"{string.Join(' ', command)} on {node}: {result.Error.Trim()}");
    }
}
