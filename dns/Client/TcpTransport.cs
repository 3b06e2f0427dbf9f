using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Client;

/// <summary>A new TCP connection for each attempt (RFC 7766).</summary>
public sealed class TcpTransport(IPEndPoint server) : IDnsTransport
{
    public DnsTransportKind Kind => DnsTransportKind.Tcp;

    public IPEndPoint Server { get; } = server;

    public IDnsConversation Open(DnsMessage query) => new Conversation(Server, query);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Conversation(IPEndPoint server, DnsMessage query) : IDnsConversation
    {
        private Socket? socket;

        public int Discarded { get; private set; }

        public int? LocalPort => null;

        public async Task SendAsync(CancellationToken cancellationToken)
        {
            socket?.Dispose();
            socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, cancellationToken);
            await socket.SendAsync(StreamFraming.Frame(MessageWriter.Write(query)), cancellationToken);
        }

        public async Task<DnsMessage> ReceiveAsync(CancellationToken cancellationToken)
        {
            var connection = socket ?? throw new InvalidOperationException("Nothing was sent yet.");
            using var stream = new NetworkStream(connection, ownsSocket: false);
            while (true)
            {
                var octets = await StreamFraming.ReadAsync(stream, cancellationToken)
                    ?? throw new EndOfStreamException("The server closed the connection without an answer.");
                if (MessageReader.TryRead(octets) is { } message && message.IsAnswerTo(query))
                {
                    return message;
                }

                Discarded++;
            }
        }

        public ValueTask DisposeAsync()
        {
            socket?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
