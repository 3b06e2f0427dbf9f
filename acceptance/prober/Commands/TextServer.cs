using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlatformGitOps.Prober.Commands;

/// <summary>An HTTP/1.1 server for short text answers, with one GET request for each connection (RFC 9112).</summary>
internal sealed class TextServer : IDisposable
{
    private readonly TcpListener listener;

    /// <summary>Listens on all addresses; port 0 selects a free one.</summary>
    /// <exception cref="SocketException">Another program uses the port.</exception>
    public TextServer(int port)
    {
        listener = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
        listener.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Answers requests until cancelled; completes a started answer.</summary>
    /// <param name="answer">Returns status and body for a path; null does not answer until the client closes.</param>
    /// <param name="cancellationToken">Ends the server without an error.</param>
    public async Task ServeAsync(Func<string, (string Status, string Body)?> answer, CancellationToken cancellationToken)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(cancellationToken);
                serving.RemoveAll(task => task.IsCompletedSuccessfully);
                serving.Add(AnswerAsync(client, answer, cancellationToken));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    public void Dispose() => listener.Dispose();

    private static async Task AnswerAsync(
        TcpClient client, Func<string, (string Status, string Body)?> answer, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var path = (await reader.ReadLineAsync(cancellationToken) ?? "").Split(' ') is [_, var asked, ..] ? asked : "";
                while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
                {
                    // Reads the headers: closing a connection with unread data resets it, which can lose the answer.
                }

                if (answer(path) is not var (status, body))
                {
                    await reader.ReadToEndAsync(cancellationToken);
                    return;
                }

                var head = $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head + body), CancellationToken.None);
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException)
            {
                // The client closed the connection, or the server stops.
            }
        }
    }
}
