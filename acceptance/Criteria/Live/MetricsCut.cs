using System.Globalization;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>
/// One pod's port 9153 refuses every connection, by a rule in the pod's own network; its DNS continues. Disposing removes the rule.
/// </summary>
public sealed class MetricsCut : IAsyncDisposable
{
    private readonly LiveCluster cluster;
    private readonly NodeProcesses.DnsProcess process;

    private MetricsCut(LiveCluster cluster, NodeProcesses.DnsProcess process)
    {
        this.cluster = cluster;
        this.process = process;
    }

    public static async Task<MetricsCut> Of(LiveCluster cluster, NodeProcesses.DnsProcess process, CancellationToken cancellationToken)
    {
        var cut = new MetricsCut(cluster, process);
        await cut.Rule("--insert", cancellationToken);
        return cut;
    }

    public async ValueTask DisposeAsync() => await Rule("--delete", CancellationToken.None);

    // Refused and not dropped, so that open connections end as well.
    private async Task Rule(string what, CancellationToken cancellationToken)
    {
        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        var result = await cluster.Engine.Exec(
            process.Node,
            ["nsenter", "--target", id, "--net", "iptables", "--wait", what, "INPUT", "--protocol", "tcp", "--dport", "9153", "--jump",
                "REJECT", "--reject-with", "tcp-reset"],
            cancellationToken);
        result.Succeeded.ShouldBeTrue(result.Error);
    }
}
