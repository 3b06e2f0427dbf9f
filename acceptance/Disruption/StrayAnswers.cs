namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// Answers that reach a node and no client: kube-proxy deleted the connection tracking entry of a query that was under way, so the pod's
/// answer is not translated back. It makes an entry of its own, from port 53 of the pod and never replied to, which the kernel keeps for
/// 30 s. A socket that loses several answers of one pod has one entry.
/// </summary>
/// <param name="nodes">The nodes to look at: containers of this machine that stay up.</param>
public sealed class StrayAnswers(LiveCluster cluster, IReadOnlyList<string> nodes)
{
    /// <summary>Well below the 30 s for which an entry can be seen (nf_conntrack_udp_timeout).</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(8);

    /// <summary>A node without IPv6 has no second list.</summary>
    private const string List =
        "conntrack -L -p udp --sport 53 2>/dev/null; s=$?; conntrack -L -f ipv6 -p udp --sport 53 2>/dev/null; exit $s";

    private readonly HashSet<string> pods = [];

    // By node and flow; of an entry that is seen again every moment is kept, because each may be that of another answer.
    private readonly Dictionary<string, List<StrayAnswer>> seen = [];

    // Those of the disruption before.
    private int former;

    private bool isKnown = cluster.Cluster.Capabilities.NodesAreContainers
        && cluster.Tree.Definition.KubeProxy != KubeProxyMode.None;

    /// <summary>How many were seen; null where some look failed, or where no kube-proxy tracks connections.</summary>
    public int? Count => isKnown ? seen.Count - former : null;

    /// <summary>What was seen, that of the disruption before included: its moments are earlier.</summary>
    public IReadOnlyList<StrayAnswer> Answers => [.. seen.Values.SelectMany(answers => answers)];

    /// <summary>Looks until cancelled; the task ends then, after a last look.</summary>
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
    /// Entries of a listing by `conntrack -L` that answers of these pods made. A line begins with protocol, number and seconds left.
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

    /// <summary>A look that fails, and a last one that takes too long, makes the count unknown, and no query a lost one.</summary>
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

    /// <summary>Pods that are gone stay known: their last answers are the ones that may come back to nobody.</summary>
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
            // The API server may be down: one of the disruptions. What is known is enough until it is back.
        }
    }
}
