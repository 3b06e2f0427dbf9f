using System.Net.Sockets;

namespace PlatformGitOps.Controller.Probing;

/// <summary>A connection is made and closed again.</summary>
internal static class TcpProbe
{
    public static async Task<(bool Healthy, string Detail)> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.Address, cancellationToken);
        return (true, "connected");
    }
}
