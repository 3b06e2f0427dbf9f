using System.CommandLine;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Resolves each name once through the C library and once by hand over UDP and TCP; one line for each. Exit code 1 unless all were
/// found.</summary>
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
