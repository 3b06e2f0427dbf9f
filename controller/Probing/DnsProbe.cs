using System.Net.Sockets;
using System.Security.Cryptography;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Controller.Probing;

/// <summary>
/// One UDP query from a new socket. NOERROR and NXDOMAIN show a working server; SERVFAIL and REFUSED do not. The socket is connected and
/// the answer must match id and question, so no other host can answer (RFC 5452).
/// </summary>
internal static class DnsProbe
{
    private const int LargestAnswer = 4096;

    public static async Task<(bool Healthy, string Detail)> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var query = DnsMessage.Query(id, new Question(DnsName.Parse(target.DnsName), RecordType.A));
        using var socket = new Socket(target.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.Address, cancellationToken);
        await socket.SendAsync(MessageWriter.Write(query).AsMemory(), cancellationToken);
        var buffer = new byte[LargestAnswer];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (TryRead(buffer.AsSpan(0, length)) is { } answer && answer.IsAnswerTo(query))
            {
                return (answer.ResponseCode is ResponseCode.NoError or ResponseCode.NameError, Word(answer.ResponseCode));
            }
        }
    }

    private static DnsMessage? TryRead(ReadOnlySpan<byte> octets)
    {
        try
        {
            return MessageReader.Read(octets);
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }

    private static string Word(ResponseCode code) => code switch
    {
        ResponseCode.NoError => "NOERROR",
        ResponseCode.NameError => "NXDOMAIN",
        ResponseCode.ServerFailure => "SERVFAIL",
        ResponseCode.Refused => "REFUSED",
        _ => $"response code {(int)code}",
    };
}
