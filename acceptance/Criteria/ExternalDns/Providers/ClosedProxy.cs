namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>A proxy on the loopback address that refuses every connection and records the requested hosts.</summary>
internal sealed class ClosedProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, bool> asked = [];

    public ClosedProxy()
    {
        listener.Start();
        _ = Serve();
    }

    /// <summary>The requested hosts with their ports.</summary>
    public IEnumerable<string> Asked => asked.Keys;

    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["HTTPS_PROXY"] = $"http://{listener.LocalEndpoint}",
        ["HTTP_PROXY"] = $"http://{listener.LocalEndpoint}",
    };

    public void Dispose() => listener.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await Refuse(client.GetStream());
            }
        }
        catch (Exception ended) when (ended is ObjectDisposedException or SocketException)
        {
            // The test has ended.
        }
    }

    private async Task Refuse(NetworkStream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            if (await reader.ReadLineAsync() is { } line && line.Split(' ') is [_, var target, ..])
            {
                asked[target] = true;
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // Reads the header first: otherwise the client would see a reset.
                }

                await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
        }
        catch (IOException)
        {
            // The client disconnected.
        }
    }
}
