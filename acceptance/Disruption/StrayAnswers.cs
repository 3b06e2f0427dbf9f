namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// Finds answers that reach a node but no client: kube-proxy deleted the connection tracking entry of a running query, so the pod's answer
/// is not translated back. The answer creates a new entry from the pod's port 53 without a reply, which the kernel keeps for 30 s. Several
/// lost answers of one pod to one socket have one entry.
/// </summary>
/// <param name="nodes">The nodes to read: containers on this machine that keep running.</param>
public sealed class StrayAnswers(LiveCluster cluster, IReadOnlyList<string> nodes)
{
    /// <summary>Well below the 30 s for which an entry exists (nf_conntrack_udp_timeout).</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(8);

    /// <summary>A node without IPv6 has no second list.</summary>
    private const string List =
        "conntrack -L -p udp --sport 53 2>/dev/null; s=$?; conntrack -L -f ipv6 -p udp --sport 53 2>/dev/null; exit $s";

    private readonly HashSet<string> pods = [];

    // By node and flow. All times of an entry are kept, because each may belong to another answer.
    private readonly Dictionary<string, List<StrayAnswer>> seen = [];

    // The count of earlier disruptions.
    private int former;

    private bool isKnown = cluster.Cluster.Capabilities.NodesAreContainers
        && cluster.Tree.Definition.KubeProxy != KubeProxyMode.None;

    /// <summary>The number of stray answers; null if a read failed, or without a kube-proxy that tracks connections.</summary>
    public int? Count => isKnown ? seen.Count - former : null;

    /// <summary>All stray answers, including those of earlier disruptions, which have earlier times.</summary>
    public IReadOnlyList<StrayAnswer> Answers => [.. seen.Values.SelectMany(answers => answers)];

    /// <summary>Reads until cancelled, and a last time at the end.</summary>
    public async Task Watch(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var turn in Pace.Every(Between, TimeSpan.FromDays(1), TimeProvider.System, cancellationToken))
            {
                await TryLook(cancellationToken);
                former = turn == 0 ? seen.Count : former;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(Between * SuiteSettings.Current.BudgetScale, TimeProvider.System);
            await TryLook(limit.Token, isLast: true);
        }
    }

    /// <summary>
    /// The entries in a listing of `conntrack -L` that answers of these pods created. A line begins with protocol, number and remaining
    /// seconds.
    /// </summary>
    internal static IEnumerable<StrayAnswer> In(string listing, IReadOnlySet<string> pods, DateTimeOffset now) =>
        from line in listing.Split('\n')
        where line.Contains("[UNREPLIED]")
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where First(fields, "sport=") == "53" && First(fields, "src=") is { } pod && pods.Contains(pod)
        let left = TimeSpan.FromSeconds(int.Parse(fields[2], CultureInfo.InvariantCulture))
        select new StrayAnswer(
            First(fields, "src=")!, First(fields, "dst=")!, int.Parse(First(fields, "dport=")!, CultureInfo.InvariantCulture),
            now - (StrayAnswer.Kept - left));

    private static string? First(string[] fields, string key) =>
        fields.FirstOrDefault(field => field.StartsWith(key, StringComparison.Ordinal))?[key.Length..];

    /// <summary>Reads once. After a failure, or if the last read takes too long, the count is unknown.</summary>
    private async Task TryLook(CancellationToken cancellationToken, bool isLast = false)
    {
        try
        {
            if (isKnown)
            {
                await Look(cancellationToken);
            }
        }
        catch (Exception exception)
            when (isLast || exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            isKnown = false;
            await TestContext.Progress.WriteLineAsync($"{cluster.Role}: answers to nobody are not counted: {exception.Message}");
        }
    }

    private async Task Look(CancellationToken cancellationToken)
    {
        await LearnPods(cancellationToken);
        foreach (var node in nodes)
        {
            var now = TimeProvider.System.GetUtcNow();
            var listed = await cluster.Engine.Exec(node, ["sh", "-c", List], cancellationToken);
            if (!listed.Succeeded)
            {
                throw new InvalidOperationException($"conntrack on {node} ended with {listed.ExitCode}");
            }

            foreach (var answer in In(listed.Output, pods, now))
            {
                if (seen.TryGetValue($"{node} {answer.Flow}", out var before))
                {
                    before.Add(answer);
                    continue;
                }

                seen.Add($"{node} {answer.Flow}", [answer]);
                await TestContext.Progress.WriteLineAsync($"{cluster.Role}: {node}: an answer came back to nobody: {answer.Flow}");
            }
        }
    }

    /// <summary>Keeps deleted pods: their last answers may be the stray ones.</summary>
    private async Task LearnPods(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var pod in await cluster.Api.List(ResourceKind.Pod, "kube-system", "k8s-app=kube-dns", cancellationToken))
            {
                pods.UnionWith(pod.Parts("status.podIPs").Select(address => address.Text("ip")).OfType<string>());
            }
        }
        catch (Exception exception) when (exception is KubernetesApiException or TimeoutException)
        {
            // The API server may be down: that is one of the disruptions. The known pods are enough until then.
        }
    }
}
