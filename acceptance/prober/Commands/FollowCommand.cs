using System.CommandLine;
using System.Net;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Queries names from each server at a steady rate, and writes a line whenever an answer changes.</summary>
internal static class FollowCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "name or name/TYPE; absolute names are asked as they are.",
            Arity = ArgumentArity.OneOrMore
        };
        var servers = new Option<IPEndPoint[]>("--server")
        {
            Description = "Address of a DNS server; may be repeated. Default: the first nameserver of /etc/resolv.conf.",
            DefaultValueFactory = _ => [Arguments.ServerOrDefault(null)],
            CustomParser = result => [.. result.Tokens.Select(token => Arguments.EndPoint(result, token.Value)).OfType<IPEndPoint>()],
        };
        var cadence = Arguments.Milliseconds("--cadence", 50, "Between two questions for a name to a server");
        var timeout = Arguments.Milliseconds("--timeout", 1000, "How long one question waits");
        var command = new Command("follow", "Prints what names resolve to, each time that it changes, until a signal ends it.") { names,
            servers, cadence, timeout };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await Task.WhenAll(
                from server in arguments.GetRequiredValue(servers)
                from name in arguments.GetRequiredValue(names)
                select FollowAsync(name, server, arguments.GetValue(cadence), arguments.GetValue(timeout), cancellationToken));
            return 0;
        });
        return command;
    }

    private static async Task FollowAsync(string text, IPEndPoint server, TimeSpan cadence, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var (name, type) = Arguments.NameAndType(text);
        var resolver = new RawResolver(server, timeout);
        FollowLine? before = null;
        using var pace = new PeriodicTimer(cadence, TimeProvider.System);
        try
        {
            do
            {
                var answer = await resolver.AskAsync(name, type, overTcp: false, cancellationToken);
                var now = new FollowLine
                {
                    At = TimeProvider.System.GetUtcNow(),
                    Server = server.Address.ToString(),
                    Name = text,
                    Outcome = answer.Outcome,
                    Answers = answer.Answers,
                };
                if (before is null || before.Outcome != now.Outcome || !before.Answers.SequenceEqual(now.Answers))
                {
                    Output.Write(now, ReplyJson.Default.FollowLine);
                    before = now;
                }
            }
            while (await pace.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // Ended by SIGTERM.
        }
    }
}

/// <summary>A server's answer from this time on.</summary>
internal sealed record FollowLine
{
    public required DateTimeOffset At { get; init; }

    public required string Server { get; init; }

    /// <summary>The requested name.</summary>
    public required string Name { get; init; }

    /// <summary>As in <see cref="ResolveAnswer.Outcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Sorted.</summary>
    public required string[] Answers { get; init; }
}
