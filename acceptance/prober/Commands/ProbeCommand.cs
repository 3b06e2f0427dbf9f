using System.CommandLine;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Queries at a steady rate until a signal; prints a line for each attempt.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var server = Arguments.Server();
        var names = new Argument<string[]>("names")
        {
            Description = "Absolute names, asked in turn: name or name/TYPE.",
            Arity = ArgumentArity.OneOrMore
        };
        var cadence = Arguments.Milliseconds("--cadence", 20, "One question on each transport in every such span");
        var first = Arguments.Milliseconds("--first-answers", 0,
            "How long the log waits for a first answer on every transport, not at all by default");
        var timeout = Arguments.Milliseconds("--timeout", 5000, "How long one attempt waits; 5000 is resolv.conf's default");
        var attempts = new Option<int>("--attempts")
        {
            Description = "Attempts for each question; 2 is resolv.conf's default.",
            DefaultValueFactory = _ => 2
        };
        var duration = new Option<int?>("--duration") { Description = "Seconds to run; without it until SIGTERM." };
        var control =
            new Option<int?>("--control-port")
            {
                Description =
            "Port that answers GET /clock and GET /stop; 0 takes a free one, which the log's first line names."
            };
        var transports = new Option<string[]>("--transport")
        {
            Description = "udp-fresh, udp-reused or tcp; may be repeated. Default: all three.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["udp-fresh", "udp-reused", "tcp"],
        };
        transports.AcceptOnlyFromAmong("udp-fresh", "udp-reused", "tcp");

        var command = new Command("probe", "Asks at a steady pace on every transport and logs each attempt.")
        {
            names, server, cadence, first, timeout, attempts, duration, control, transports,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            new ProbeOptions
            {
                Server = Arguments.ServerOrDefault(arguments.GetValue(server)),
                Questions = [.. arguments.GetRequiredValue(names).Select(Arguments.NameAndType)
                    .Select(n => new Question(DnsName.Parse(n.Name), n.Type))],
                Transports = [.. arguments.GetRequiredValue(transports).Select(Kind)],
                Cadence = arguments.GetValue(cadence),
                FirstAnswersWithin = arguments.GetValue(first),
                Stub = new StubOptions { Timeout = arguments.GetValue(timeout), Attempts = arguments.GetValue(attempts) },
                Pod = Environment.GetEnvironmentVariable("POD_NAME"),
                Node = Environment.GetEnvironmentVariable("NODE_NAME"),
            },
            arguments.GetValue(duration),
            arguments.GetValue(control),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ProbeOptions options, int? seconds, int? controlPort, CancellationToken cancellationToken)
    {
        await WarmUp.RunAsync(TimeProvider.System, cancellationToken);
        using var ended = new CancellationTokenSource(seconds is { } s ? TimeSpan.FromSeconds(s) : Timeout.InfiniteTimeSpan,
            TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, cancellationToken);
        using var control = controlPort is { } port ? new TextServer(port) : null;
        var controlling = control?.ServeAsync(Control, either.Token) ?? Task.CompletedTask;
        await new Dns.Probing.Prober(options with { ControlPort = control?.Port }, TimeProvider.System, line =>
            Output.Write(ProbeLog.Write(line)))
            .RunAsync(either.Token);
        await either.CancelAsync();
        await controlling;
        return 0;

        // Returns the wall clock, to compare the log with another machine's time, and stops the probe with a complete log, which deleting
        // the pod would lose.
        (string Status, string Body)? Control(string path)
        {
            if (path == "/stop")
            {
                either.Cancel();
            }

            return ("200 OK", TimeProvider.System.GetUtcNow().ToString("o"));
        }
    }

    private static DnsTransportKind Kind(string name) => name switch
    {
        "udp-fresh" => DnsTransportKind.FreshUdp,
        "udp-reused" => DnsTransportKind.ReusedUdp,
        _ => DnsTransportKind.Tcp,
    };
}
