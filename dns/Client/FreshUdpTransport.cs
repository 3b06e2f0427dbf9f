using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Client;

/// <summary>One connected UDP socket for each question, kept over its attempts as glibc keeps it (kubernetes/kubeadm#2862).</summary>
public sealed class FreshUdpTransport(IPEndPoint server) : IDnsTransport
{
    public DnsTransportKind Kind => DnsTransportKind.FreshUdp;

    public IPEndPoint Server { get; } = server;

    public IDnsConversation Open(DnsMessage query) => new Conversation(Server, query);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Conversation(IPEndPoint server, DnsMessage query) : IDnsConversation
    {
        private readonly Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        private readonly ReadOnlyMemory<byte> octets = MessageWriter.Write(query).AsMemory();
        private bool connected;

        public int Discarded { get; private set; }

        public int? LocalPort => (socket.LocalEndPoint as IPEndPoint)?.Port;

        public async Task SendAsync(CancellationToken cancellationToken)
        {
            if (!connected)
            {
                await socket.ConnectAsync(server, cancellationToken);
                connected = true;
            }

            await socket.SendAsync(octets, cancellationToken);
        }

        public async Task<DnsMessage> ReceiveAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[ushort.MaxValue];
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, cancellationToken);
                if (MessageReader.TryRead(buffer.AsSpan(0, length)) is { } message && message.IsAnswerTo(query))
                {
                    return message;
                }

                Discarded++;
            }
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
