using PlatformGitOps.Acceptance.Criteria.NodeLocal;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.SubstrateCriterion;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A CoreDNS on this machine with the delivered server for the zone; names and answers for the checks that start one.</summary>
internal static class LocalCoreDns
{
    /// <summary>A name of the cluster that is not queried before CoreDNS is away.</summary>
    internal const string LateName = "late.default.svc.cluster.local", LateAddress = "10.245.0.7";

    internal const string FreshAddress = "192.0.2.7";

    /// <summary>The program of a CoreDNS release.</summary>
    internal const string Program = "coredns";

    internal const string OldAnswer = "192.0.2.5", NewAnswer = "192.0.2.6";

    // The TTL of the record, and how long a stale answer is served, instead of the tree's hour. A cache that keeps failures begins to
    // return them after some 20 s, when the first refresh gives up (measured, CoreDNS 1.11.4).
    internal static readonly TimeSpan ShortTtl = TimeSpan.FromSeconds(5), ShownStale = TimeSpan.FromSeconds(30);

    internal const string ClusterName = "kubernetes.default.svc.cluster.local", ClusterAddress = "10.245.0.1";

    /// <summary>
    /// The cache plugin counts whole seconds: it refreshes an answer up to a second after its expiry. And a second for the refresh.
    /// </summary>
    internal static readonly TimeSpan OfARefresh = TimeSpan.FromSeconds(2);

    private static readonly ConcurrentDictionary<(DefinedTree Tree, string Cluster), Lazy<RenderedCluster>> WithCaches = new();

    /// <summary>As in the tree, with this machine's addresses; the cache's program inserts CoreDNS's address.</summary>
    internal static string NodeCache(SubstratePair pair)
    {
        var tree = WithCaches.GetOrAdd((pair.Tree.Defined, pair.Tree.Role), key => new Lazy<RenderedCluster>(() => RenderedCluster.From(
            DefinedTree.Generated(CachedCluster.Switched(key.Tree.Platform, on: true), null), key.Cluster))).Value;
        var servers = tree.Settings["SUBSTRATE_SERVERS"];
        string[] here = [.. new[] { pair.Primary, pair.Secondary }.Select(At)];
        return tree.NodeLocalDns.Single(resource => resource.Kind == "ConfigMap").Map("data").Single().Value
            .Replace("__PILLAR__CLUSTER__DNS__", At(pair.Resolver))
            .Replace($"forward . {servers} ", $"forward . {string.Join(' ', here)} ")
            .Replace($"bind {tree.Settings[NodeLocalDnsNames.BindVariable]}\n", $"bind {pair.NodeCache}\n")
            .Replace($"health {tree.Settings[NodeLocalDnsNames.HealthVariable]}\n", $"health {pair.NodeCache}:8080\n")
            .Replace("prometheus :", $"prometheus {pair.NodeCache}:");

        string At(string address) => $"{address}:{pair.Port}";
    }

    /// <summary>Runs only the zone's server until it ends or is stopped, and returns its output.</summary>
    internal static async Task<string> Run(
        SubstratePair pair, string address, IReadOnlyList<string> servers, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "Corefile");
        await File.WriteAllTextAsync(file, Corefile(pair, address, servers), cancellationToken);
        return await Run(file, _ => { }, cancellationToken);
    }

    /// <param name="with">setpriv's arguments; null to run without setpriv.</param>
    internal static async Task<string> Run(
        string file, Action<int> started, CancellationToken cancellationToken, Func<string[], IReadOnlyList<string>>? with = null)
    {
        var written = new System.Text.StringBuilder();
        var (program, arguments) = (LocalProgram.Find(Program)!, new[] { "-conf", file });
        var command = with is null ? Cli.Wrap(program).WithArguments(arguments)
            : Cli.Wrap(LocalProgram.Find("setpriv")!).WithArguments(with([program, .. arguments]));
        try
        {
            var running = command.WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(PipeTarget.ToStringBuilder(written)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(written))
                .ExecuteAsync(cancellationToken);
            started(running.ProcessId);
            await running;
        }
        catch (OperationCanceledException)
        {
            // Stopped by the check.
        }

        return written.ToString();
    }

    /// <summary>In the chart's format, with this machine's addresses and port, and without the metrics port.</summary>
    internal static string Corefile(SubstratePair pair, string address, IReadOnlyList<string> servers)
    {
        var port = pair.Port.ToString(CultureInfo.InvariantCulture);
        var lines = Server(pair.Tree).Where(plugin => plugin.Name != "prometheus").Select(plugin =>
        {
            var arguments = plugin.Name == "forward" ? [".", .. servers.Select(server => $"{server}:{port}")] : plugin.Arguments;
            var block = string.Concat(plugin.Block.Select(line => $"        {string.Join(' ', line)}\n"));
            return $"    {plugin.Name} {string.Join(' ', arguments)}{(block.Length == 0 ? "" : $" {{\n{block}    }}")}\n";
        });
        return $"{pair.Zone}:{port} {{\n    bind {address}\n{string.Concat(lines)}}}\n";
    }

    internal static double Slowest(IEnumerable<LookUp> looks) => Math.Round(looks.Max(look => look.Elapsed.TotalMilliseconds));

    /// <summary>
    /// The cluster's layer in the same process: the source of its names does not matter here. The TTL is that of the delivered CoreDNS.
    /// </summary>
    internal static string OfCluster(SubstratePair pair) => $$"""
        cluster.local:{{pair.Port}} {
            bind {{pair.Resolver}}
            errors
            hosts /dev/null {
                {{ClusterAddress}} {{ClusterName}}
                {{LateAddress}} {{LateName}}
                ttl 5
            }
        }

        """;

    /// <summary>Waits until each of them has queried this often since a time.</summary>
    internal static Task Asked(IEnumerable<LayerWatch> watches, TimeSpan since, int times, CancellationToken cancellationToken) =>
        Eventually.Within(Soon * 3, () =>
        {
            foreach (var watch in watches)
            {
                watch.Seen.Count(look => look.At > since).ShouldBeGreaterThan(times);
            }
        }, "clients ask", cancellationToken);
}
