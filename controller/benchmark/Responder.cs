using System.Net;
using System.Net.Sockets;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>One listener for all addresses in 127.0.0.0/8 that answers each request with 200 and closes, with minimal cost.</summary>
internal sealed class Responder : IDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private long _answered;
    private TaskCompletionSource<long>? _next;

    public Responder()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        _listener.Listen(4096);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Completes at the next probe with a timestamp of <see cref="TimeProvider.System"/>.</summary>
    public Task<long> NextAsync()
    {
        var next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _next, next);
        return next.Task;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync();
                Interlocked.Exchange(ref _next, null)?.TrySetResult(TimeProvider.System.GetTimestamp());
                _ = AnswerAsync(connection);
            }
        }
        catch (SocketException)
        {
            // The benchmark has ended.
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[1024];
                if (await connection.ReceiveAsync(buffer) > 0)
                {
                    await connection.SendAsync(Answer);
                    Interlocked.Increment(ref _answered);
                    connection.Shutdown(SocketShutdown.Send);
                    await connection.ReceiveAsync(buffer);
                }
            }
            catch (SocketException)
            {
                // The controller gave up; it counts that itself.
            }
        }
    }
}
