using System.Globalization;
using CliWrap;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The program of a CoreDNS release.</summary>
    internal const string Program = "coredns";

    /// <summary>The checks that start one.</summary>
    internal static readonly string[] AsksThroughCoreDns =
        [ServersAwayId, "Substrate.2", "Substrate.22", "Substrate.23", PartitionId, CoreDnsAwayId, CorrectedId];

    [HostCheck("Substrate.2", "the exit of a CoreDNS whose server of the zone forwards to itself")]
    public static async Task EndsInALoop(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        (await CoreDns(pair, pair.Resolver, [pair.Resolver], limit.Token))
            .ShouldContain("Loop", customMessage: "CoreDNS forwards to itself, and nothing notices");
    }

    /// <summary>Runs the server of the zone alone, until it ends or is ended, and returns what it wrote.</summary>
    private static async Task<string> CoreDns(
        SubstratePair pair, string address, IReadOnlyList<string> servers, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "Corefile");
        await File.WriteAllTextAsync(file, Corefile(pair, address, servers), cancellationToken);
        return await CoreDns(file, _ => { }, cancellationToken);
    }

    /// <param name="with">The arguments with which setpriv runs it; null without setpriv.</param>
    private static async Task<string> CoreDns(
        string file, Action<int> started, CancellationToken cancellationToken, Func<string[], IReadOnlyList<string>>? with = null)
    {
        var written = new System.Text.StringBuilder();
        var (program, arguments) = (SubstratePair.Find(Program)!, new[] { "-conf", file });
        var command = with is null ? Cli.Wrap(program).WithArguments(arguments)
            : Cli.Wrap(SubstratePair.Find("setpriv")!).WithArguments(with([program, .. arguments]));
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
            // Ended by the check.
        }

        return written.ToString();
    }

    /// <summary>As the chart writes it, with this machine's addresses and port; metrics have a port of their own in a pod.</summary>
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
}
