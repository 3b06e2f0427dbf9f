using System.Globalization;
using CliWrap;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The program of a CoreDNS release.</summary>
    internal const string Program = "coredns";

    /// <summary>The checks that start one.</summary>
    internal static readonly string[] AsksThroughCoreDns =
        ["Substrate.1", "Substrate.2", "Substrate.22", "Substrate.23", PartitionId, CoreDnsAwayId];

    [HostCheck("Substrate.1", "a CoreDNS with the zone's server: dig with both servers, with the secondary alone, and with none")]
    public static async Task IsResolvedByCoreDns(SubstratePair pair, CancellationToken cancellationToken)
    {
        // A record that CoreDNS keeps for 3 s only, so that it expires while the check watches.
        var (name, file) = ($"brief.{pair.Zone}", Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone"));
        await File.AppendAllTextAsync(file, $"{name}. 3 IN A 192.0.2.5\n", cancellationToken);
        (await pair.Script("upgrade.sh", "primary", cancellationToken)).ExitCode.ShouldBe(0);
        await AtBoth(pair, name, "A", ["192.0.2.5"], cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = CoreDns(pair, pair.Resolver, [pair.Primary, pair.Secondary], end.Token);
        try
        {
            await Eventually.Within(Soon, Answers, "CoreDNS answers for the zone", cancellationToken);
            await pair.Service("primary", "stop", cancellationToken);
            await Throughout.For(TimeSpan.FromSeconds(5), Answers, "the secondary answers alone", cancellationToken);
            await pair.Service("secondary", "stop", cancellationToken);
            await Throughout.For(TimeSpan.FromSeconds(6), Answers, "what was kept answers for both", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await running;
        }

        async Task Answers(CancellationToken token)
        {
            var since = TimeProvider.System.GetTimestamp();
            (await pair.Ask(pair.Resolver, name, "A", token)).ShouldBe(["192.0.2.5"]);
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(2 * Second * Settings.SuiteSettings.Current.BudgetScale);
        }
    }

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
