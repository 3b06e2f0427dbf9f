using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlatformGitOps.Prober.Commands;

/// <summary>An HTTP/1.1 server for short text answers, one GET request for each connection (RFC 9112).</summary>
internal sealed class TextServer : IDisposable
{
    private readonly TcpListener listener;

    /// <summary>Listens from here on, on all addresses; port 0 takes a free one.</summary>
    /// <exception cref="SocketException">Another program uses the port.</exception>
    public TextServer(int port)
    {
        listener = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
        listener.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Answers requests until cancelled; an answer that has begun is still sent.</summary>
    /// <param name="answer">From the path to status and body; null leaves the request without an answer until the client closes.</param>
    /// <param name="cancellationToken">Ends the server, and is not an error.</param>
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
                    // Headers: a connection that is closed with something unread is reset, and the answer may be lost with it.
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
                // The client closed the connection, or the server ends.
            }
        }
    }
}
