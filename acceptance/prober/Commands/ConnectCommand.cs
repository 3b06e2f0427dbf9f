using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Opens a TCP connection to each target and prints the outcome: what a network policy allows, as seen by a workload.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var targets = new Argument<IPEndPoint[]>("targets")
        {
            Description = "Addresses with ports.",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(t => Arguments.EndPoint(result, t.Value)!)],
        };
        var timeout = Arguments.Milliseconds("--timeout", 2000, "How long to wait for each connection");
        var command = new Command("connect", "Tries TCP connections and prints open, timeout or the refusal.") { targets, timeout };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(arguments.GetRequiredValue(targets), arguments.GetValue(timeout), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IPEndPoint[] targets, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var allOpen = true;
        foreach (var target in targets)
        {
            var reply = await TryAsync(target, timeout, cancellationToken);
            allOpen &= reply.Outcome == "open";
            Output.Write(reply, ReplyJson.Default.ConnectReply);
        }

        return allOpen ? 0 : 1;
    }

    private static async Task<ConnectReply> TryAsync(IPEndPoint target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(timeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            await socket.ConnectAsync(target, either.Token);
            return Reply("open");
        }
        catch (SocketException refusal)
        {
            return Reply(refusal.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Reply("timeout");
        }

        ConnectReply Reply(string outcome) => new()
        {
            Target = target.ToString(),
            Outcome = outcome,
            Micros = (long)TimeProvider.System.GetElapsedTime(start).TotalMicroseconds,
        };
    }
}

internal sealed record ConnectReply
{
    public required string Target { get; init; }

    /// <summary>
    /// <c>open</c>, <c>timeout</c> (for a policy that drops packets), or the operating system's error, such as <c>ConnectionRefused</c>.
    /// </summary>
    public required string Outcome { get; init; }

    public long Micros { get; init; }
}
