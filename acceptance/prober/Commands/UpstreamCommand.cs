using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Prober.Commands;

/// <summary>An authoritative server, so that a cluster under test can forward without internet access.</summary>
internal static class UpstreamCommand
{
    public static Command Create()
    {
        var zone = new Argument<string>("zone") { Description = "The zone's name, such as example.test." };
        var records = new Option<string[]>("--record")
        {
            Description = "A record, 'owner TYPE data', relative to the zone; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var listen = new Option<IPEndPoint>("--listen")
        {
            Description = "Address and port for UDP and TCP.",
            DefaultValueFactory = _ => new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 53),
            CustomParser = result => Arguments.EndPoint(result, result.Tokens[0].Value),
        };
        var negativeTtl = new Option<int>("--negative-ttl")
        {
            Description = "Seconds a negative answer may be kept.",
            DefaultValueFactory = _ => 5
        };
        var quiet = new Option<bool>("--quiet") { Description = "Do not print a line for each question." };
        var command =
            new Command("upstream", "Serves a small zone. A label such as servfail, drop or delay-200 in a name makes that happen.")
        {
            zone, records, listen, negativeTtl, quiet,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetRequiredValue(records).Aggregate(
                Zone.Empty(arguments.GetRequiredValue(zone), TimeSpan.FromSeconds(arguments.GetValue(negativeTtl))), RecordText.Add),
            arguments.GetRequiredValue(listen),
            arguments.GetValue(quiet),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Zone zone, IPEndPoint listen, bool quiet, CancellationToken cancellationToken)
    {
        var options = new DnsServerOptions
        {
            Listen = listen,
            Zones = [zone],
            NameServerIdentifier = Environment.GetEnvironmentVariable("POD_NAME"),
            FaultFor = FaultsByName.For,
            OnQuery = quiet ? _ => { } : Log,
        };
        await using var server = DnsServer.Start(options, TimeProvider.System);
        Output.Write(new UpstreamLine { At = TimeProvider.System.GetUtcNow(), Listening = server.EndPoint.ToString() },
            ReplyJson.Default.UpstreamLine);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ended by SIGTERM.
        }

        return 0;
    }

    private static void Log(ReceivedQuery received)
    {
        var question = received.Query.Questions.FirstOrDefault();
        Output.Write(
            new UpstreamLine
            {
                At = TimeProvider.System.GetUtcNow(),
                Name = question?.Name.ToString(),
                Type = question?.Type.ToString(),
                From = received.From.ToString(),
                OverTcp = received.OverTcp,
            },
            ReplyJson.Default.UpstreamLine);
    }
}

internal sealed record UpstreamLine
{
    public required DateTimeOffset At { get; init; }

    public string? Listening { get; init; }

    public string? Name { get; init; }

    public string? Type { get; init; }

    public string? From { get; init; }

    public bool? OverTcp { get; init; }
}
