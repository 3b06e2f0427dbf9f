using System.Net.Sockets;
using System.Text;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Answers 'ok' to every request, as a kubelet's health port does.</summary>
internal sealed class Healthz : IDisposable
{
    private static readonly byte[] Ok = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    private readonly TcpListener listener;
    private readonly Task answering;

    public Healthz(string address, int port)
    {
        listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        answering = Answer();
    }

    public void Dispose()
    {
        listener.Stop();
        answering.Wait(TimeSpan.FromSeconds(5));
        listener.Dispose();
    }

    private async Task Answer()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var asked = new byte[2048];
                _ = await client.GetStream().ReadAsync(asked);
                await client.GetStream().WriteAsync(Ok);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
        {
            // Ended by the check.
        }
    }
}
