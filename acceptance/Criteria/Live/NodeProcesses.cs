namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Processes of pods as their node's kernel shows them, independent of the pod's spec.</summary>
public static class NodeProcesses
{
    // For each process with the name ($1): its id, relevant lines of its status, the pods in its cgroup, its root mount.
    private const string Script =
        """
        for p in /proc/[0-9]*; do
          case "$(cat $p/comm 2>/dev/null)" in "$1"*) ;; *) continue ;; esac
          echo "process ${p#/proc/}"
          grep -E '^(Uid|Gid|CapEff|CapBnd|CapPrm|NoNewPrivs|Seccomp):' $p/status
          echo "cgroup $(tr '\n' ' ' < $p/cgroup | tr _ -)"
          echo "root $(awk '$5 == "/" { print $6; exit }' $p/mountinfo)"
        done
        """;

    /// <param name="Status">Fields of /proc/PID/status by name, the first value of each.</param>
    public sealed record DnsProcess(int Id, string Node, IReadOnlyDictionary<string, string> Status, string Cgroup, string RootOptions)
    {
        public bool Belongs(Resource pod, string? container) => Cgroup.Contains(pod.Uid)
            && (container is null || IdOf(pod, container) is { } id && Cgroup.Contains(id));

        /// <summary>For example containerd://4f3a…; null until it runs.</summary>
        private static string? IdOf(Resource pod, string container) => pod.Parts("status.containerStatuses")
            .SingleOrDefault(status => status.Text("name") == container)?.Text("containerID")?.Split("://")[^1];
    }

    public static async Task<IReadOnlyList<(
        Resource Pod, DnsProcess Process)>> OfDnsPods(LiveCluster cluster, CancellationToken cancellationToken) =>
        await Of(cluster, await cluster.EachDnsPod(cancellationToken), "coredns", cancellationToken);

    /// <summary>The process of each pod; skips the test if the nodes are not containers on this machine.</summary>
    /// <param name="name">The prefix of the process name, of which the kernel keeps 15 characters.</param>
    /// <param name="container">The container of the pod, if several run the program.</param>
    public static async Task<IReadOnlyList<(Resource Pod, DnsProcess Process)>> Of(
        LiveCluster cluster, IReadOnlyList<Resource> pods, string name, CancellationToken cancellationToken, string? container = null)
    {
        cluster.Needs(
            cluster.Cluster.Capabilities.NodesAreContainers,
            "the running process can only be looked at where the nodes are containers on this machine");
        var found = new List<(Resource, DnsProcess)>();
        foreach (var pod in pods.Where(pod => pod.Text("metadata.deletionTimestamp") is null))
        {
            var processes = await On(cluster, pod.Text("spec.nodeName")!, name, cancellationToken);
            found.Add((pod, processes.SingleOrDefault(process => process.Belongs(pod, container))
                ?? throw new Waiting.NotYetException($"no process of {pod.Name} runs on {pod.Text("spec.nodeName")}")));
        }

        return found.Count > 0 ? found : throw new Waiting.NotYetException($"no pod with a process {name} runs");
    }

    private static async Task<IReadOnlyList<DnsProcess>> On(
        LiveCluster cluster, string node, string name, CancellationToken cancellationToken)
    {
        var listed = await cluster.Engine.Exec(node, ["sh", "-c", Script, "sh", name], cancellationToken);
        return [.. listed.Output.Split("process ", StringSplitOptions.RemoveEmptyEntries)
            .Select(block => Read(node, block.Split('\n', StringSplitOptions.RemoveEmptyEntries)))];
    }

    private static DnsProcess Read(string node, string[] lines) => new(
        int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture),
        node,
        lines.Where(line => line.Contains(":\t")).Select(line => line.Split(":\t"))
            .ToDictionary(pair => pair[0], pair => pair[1].Split('\t')[0]),
        lines.First(line => line.StartsWith("cgroup ", StringComparison.Ordinal)),
        lines.First(line => line.StartsWith("root ", StringComparison.Ordinal))["root ".Length..]);
}
