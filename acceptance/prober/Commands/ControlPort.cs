using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlatformGitOps.Prober.Commands;

/// <summary>
/// Two HTTP questions a running probe answers: <c>/clock</c> gives its wall clock, so that its log can be laid on another machine's time,
/// and <c>/stop</c> lets it end with a whole log, which deleting its pod would take away.
/// </summary>
internal static class ControlPort
{
    public static async Task ServeAsync(int port, CancellationTokenSource stop)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                if (await AnswerAsync(client, stop.Token))
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The probe ends.
        }
    }

    /// <returns>True when it was told to stop.</returns>
    private static async Task<bool> AnswerAsync(TcpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var request = await reader.ReadLineAsync(cancellationToken) ?? "";
            while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
            {
                // Headers: a connection that is closed with something unread is reset, and the answer may be lost with it.
            }

            var body = TimeProvider.System.GetUtcNow().ToString("o");
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), cancellationToken);
            return request.StartsWith("GET /stop", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // The asker went away.
        }
    }
}
