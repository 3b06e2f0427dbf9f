using System.CommandLine;

namespace PlatformGitOps.Prober.Commands;

/// <summary>
/// Resolves each name with the C library and directly over UDP and TCP; prints a line for each. Exit code 1 unless all were found.
/// </summary>
internal static class ResolveCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "name or name/TYPE; the search path applies as in resolv.conf.",
            Arity = ArgumentArity.OneOrMore
        };
        var server = Arguments.Server();
        var timeout = Arguments.Milliseconds("--timeout", 5000, "How long one attempt waits");
        var within = Arguments.Milliseconds("--within", 1, "Ask again until found, for so long");
        var via = new Option<string[]>("--via")
        {
            Description = "system, udp or tcp; may be repeated. Default: all three.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["system", "udp", "tcp"],
        };
        via.AcceptOnlyFromAmong("system", "udp", "tcp");
        var command = new Command("resolve", "Resolves names through the system's resolver and by hand.") { names, server, timeout, within,
            via };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetRequiredValue(names),
            arguments.GetRequiredValue(via),
            new RawResolver(arguments.GetValue(server), arguments.GetValue(timeout)),
            arguments.GetValue(within),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] names, string[] vias, RawResolver raw, TimeSpan within,
        CancellationToken cancellationToken)
    {
        var allFound = true;
        foreach (var (name, type) in names.Select(Arguments.NameAndType))
        {
            foreach (var via in vias.Where(v => v != "system" || SystemResolver.Knows(type)))
            {
                var answer = await UntilFoundAsync(
                    () => via == "system" ? SystemResolver.AskAsync(name, type, cancellationToken)
                        : raw.AskAsync(name, type, via == "tcp", cancellationToken),
                    within,
                    cancellationToken);
                allFound &= answer.Outcome == "ok";
                Output.Write(answer, ReplyJson.Default.ResolveAnswer);
            }
        }

        return allFound ? 0 : 1;
    }

    private static async Task<ResolveAnswer> UntilFoundAsync(Func<Task<ResolveAnswer>> ask, TimeSpan within,
        CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (true)
        {
            var answer = await ask();
            if (answer.Outcome == "ok" || TimeProvider.System.GetElapsedTime(start) >= within)
            {
                return answer;
            }

            await pace.WaitForNextTickAsync(cancellationToken);
        }
    }
}

/// <summary>The result for one name and method.</summary>
internal sealed record ResolveAnswer
{
    /// <summary>The requested name.</summary>
    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary><c>system</c> (getaddrinfo of the C library), <c>udp</c> or <c>tcp</c>.</summary>
    public required string Via { get; init; }

    /// <summary><c>ok</c>, <c>nodata</c>, <c>nxdomain</c>, <c>servfail</c>, <c>refused</c>, <c>timeout</c> and so on.</summary>
    public required string Outcome { get; init; }

    /// <summary>The name in the search path with this outcome.</summary>
    public string? Candidate { get; init; }

    /// <summary>The record data of the requested type, or the addresses, sorted.</summary>
    public required string[] Answers { get; init; }

    /// <summary>The names in the CNAME chain.</summary>
    public string[]? Aliases { get; init; }

    /// <summary>In seconds: the smallest TTL of the answers, or of the SOA in a negative answer.</summary>
    public long? Ttl { get; init; }

    public string? By { get; init; }

    public int? Attempts { get; init; }

    public long Micros { get; init; }

    public string? Problem { get; init; }
}
