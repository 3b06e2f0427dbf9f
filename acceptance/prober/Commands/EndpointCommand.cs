using System.CommandLine;
using System.Text.Json;

namespace PlatformGitOps.Prober.Commands;

/// <summary>
/// A health endpoint whose state is set over HTTP: health checks request GET /health; GET /fail, /hang and /recover change its answer to
/// 503, to no answer, or to 200. Each change prints a line with its time, and returns the same line: a log can be read before the line has
/// arrived in it.
/// </summary>
internal static class EndpointCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        var command = new Command("endpoint", "Serves a health page that fails, hangs and recovers on request.") { port };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, CancellationToken cancellationToken)
    {
        using var server = new TextServer(port);
        var current = EndpointLine.Recovered;
        Output.Write(LineOf(current, server.Port));
        await server.ServeAsync(Answer, cancellationToken);
        return 0;

        (string Status, string Body)? Answer(string path)
        {
            if (path is "/" + EndpointLine.Failed or "/" + EndpointLine.Hung or "/" + EndpointLine.Recovered)
            {
                Volatile.Write(ref current, path[1..]);
                var line = LineOf(path[1..], null);
                Output.Write(line);
                return ("200 OK", line);
            }

            return Volatile.Read(ref current) switch
            {
                EndpointLine.Hung => null,
                EndpointLine.Failed => ("503 Service Unavailable", EndpointLine.Failed),
                var state => ("200 OK", state),
            };
        }
    }

    private static string LineOf(string state, int? port) => JsonSerializer.Serialize(
        new EndpointLine { At = TimeProvider.System.GetUtcNow(), State = state, Port = port }, ReplyJson.Default.EndpointLine);
}

/// <summary>A change of a health endpoint's state.</summary>
internal sealed record EndpointLine
{
    public const string Failed = "fail";
    public const string Hung = "hang";
    public const string Recovered = "recover";

    public required DateTimeOffset At { get; init; }

    /// <summary><c>recover</c>, <c>fail</c> or <c>hang</c>.</summary>
    public required string State { get; init; }

    /// <summary>Only in the first line.</summary>
    public int? Port { get; init; }
}
