using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PlatformGitOps.Prober.Commands;

/// <summary>
/// A health page that can be told to fail: GET /health is what a health check asks; GET /fail, /hang and /recover change what it
/// gets from then on: a 503, nothing at all, or a 200. Each change is a line with its time, and the answer to who asked for it: a
/// log is read later than it is written, and then its last line may be that of the change before.
/// </summary>
internal static class EndpointCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port.", DefaultValueFactory = _ => 8080 };
        var command = new Command("endpoint", "Serves a health page that can be told to fail, to hang and to recover.") { port };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        var page = new Page();
        Output.Write(LineOf(EndpointLine.Recovered, ((IPEndPoint)listener.LocalEndpoint).Port));
        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(cancellationToken), page, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return 0; // SIGTERM is how this ends.
        }
    }

    private static async Task AnswerAsync(TcpClient client, Page page, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var path = (await reader.ReadLineAsync(cancellationToken) ?? "").Split(' ') is [_, var asked, ..] ? asked : "";
                var told = path.TrimStart('/');
                var isOrder = told is EndpointLine.Failed or EndpointLine.Hung or EndpointLine.Recovered;
                var body = page.State;
                if (isOrder)
                {
                    page.State = told;
                    body = LineOf(told, null);
                    Output.Write(body);
                }
                else if (page.State == EndpointLine.Hung)
                {
                    // Until the asker gives up.
                    await reader.ReadToEndAsync(cancellationToken);
                    return;
                }

                var status = isOrder || page.State == EndpointLine.Recovered ? "200 OK" : "503 Service Unavailable";
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"),
                    cancellationToken);
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException)
            {
                // The asker went away, or this ends.
            }
        }
    }

    private static string LineOf(string state, int? port) =>
        JsonSerializer.Serialize(new EndpointLine { At = TimeProvider.System.GetUtcNow(), State = state, Port = port }, ReplyJson.Default.EndpointLine);

    private sealed class Page
    {
        public volatile string State = EndpointLine.Recovered;
    }
}
