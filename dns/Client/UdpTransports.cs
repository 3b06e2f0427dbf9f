using System.Collections.Concurrent;
using System.Threading.Channels;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Client;

/// <summary>
/// One connected UDP socket for all queries. Answers are matched by id, so queries can run in parallel. It replaces a socket that the
/// kernel has ended: Cilium ends sockets whose pod has left the Service.
/// </summary>
public sealed class ReusedUdpTransport : IDnsTransport
{
    private readonly ConcurrentDictionary<ushort, Conversation> underWay = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Func<IPEndPoint, Link> connect;
    private readonly Task receiving;
    private volatile Link link;
    private volatile Conversation? lastSent;

    public ReusedUdpTransport(IPEndPoint server)
        : this(server, Link.To)
    {
    }

    internal ReusedUdpTransport(IPEndPoint server, Func<IPEndPoint, Link> connect)
    {
        Server = server;
        this.connect = connect;
        link = Connected() ?? Link.Unconnected(server);
        receiving = ReceiveAllAsync(closing.Token);
    }

    public DnsTransportKind Kind => DnsTransportKind.ReusedUdp;

    public IPEndPoint Server { get; }

    internal Link Present => link;

    /// <exception cref="InvalidOperationException">Another query with this id is in progress.</exception>
    public IDnsConversation Open(DnsMessage query)
    {
        var conversation = new Conversation(this, query);
        return underWay.TryAdd(query.Id, conversation)
            ? conversation
            : throw new InvalidOperationException($"A question with id {query.Id} is under way on this socket.");
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await receiving;
        link.Socket.Dispose();
        closing.Dispose();
    }

    /// <summary>A query on an ended socket is not sent: it fails, and only later queries use the next socket.</summary>
    internal async Task SendAsync(Link over, ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        try
        {
            await over.Socket.SendAsync(octets, cancellationToken);
        }
        catch (SocketException ended) when (ended.SocketErrorCode is SocketError.ConnectionAborted
            or SocketError.DestinationAddressRequired)
        {
            // The kernel reports its error to only one call and removes the socket's address: the receiving call may never end.
            Replace(over, ended);
            throw;
        }
        catch (Exception replaced) when (over != link && replaced is ObjectDisposedException
            or SocketException { SocketErrorCode: SocketError.OperationAborted })
        {
            throw new SocketException((int)SocketError.ConnectionAborted);
        }
    }

    private void Replace(Link ended, SocketException error)
    {
        // If connecting fails, the next query fails on the ended socket and tries again.
        if (Connected() is { } next)
        {
            var unused = Interlocked.CompareExchange(ref link, next, ended) == ended ? ended : next;
            unused.Socket.Dispose();
        }

        // Answers to queries on the ended socket cannot arrive anymore.
        foreach (var conversation in underWay.Values.Where(conversation => conversation.SentOver == ended))
        {
            conversation.Refuse(ended, error);
        }
    }

    /// <summary>Null if the connection is refused, for example by a Service without endpoints.</summary>
    private Link? Connected()
    {
        try
        {
            return connect(Server);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task ReceiveAllAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[ushort.MaxValue];
        while (!cancellationToken.IsCancellationRequested)
        {
            var over = link;
            try
            {
                var length = await over.Socket.ReceiveAsync(buffer, cancellationToken);
                if (MessageReader.TryRead(buffer.AsSpan(0, length)) is { } message
                    && underWay.TryGetValue(message.Id, out var conversation))
                {
                    conversation.Offer(message);
                }
            }
            catch (SocketException ended) when (ended.SocketErrorCode == SocketError.ConnectionAborted)
            {
                Replace(over, ended);
            }
            catch (Exception replaced) when (over != link && replaced is SocketException or ObjectDisposedException)
            {
                // A failed query has replaced the socket, which ends the receiving call of the old one.
            }
            catch (SocketException refusal)
            {
                // An ICMP error does not name its datagram. It arrives within a round trip, so it most likely belongs to the newest one.
                lastSent?.Refuse(over, refusal);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>A connected socket and its port, which it loses when the kernel ends it.</summary>
    internal sealed class Link(Socket socket)
    {
        public Socket Socket { get; } = socket;

        public int? Port { get; } = (socket.LocalEndPoint as IPEndPoint)?.Port;

        /// <summary>A socket in the state of one that the kernel has ended.</summary>
        public static Link Unconnected(IPEndPoint server) => new(new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp));

        public static Link To(IPEndPoint server)
        {
            var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Connect(server);
                return new Link(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private sealed class Conversation(ReusedUdpTransport transport, DnsMessage query) : IDnsConversation
    {
        private readonly Channel<Either> arrivals = Channel.CreateUnbounded<Either>();
        private readonly ReadOnlyMemory<byte> octets = MessageWriter.Write(query).AsMemory();

        public int Discarded { get; private set; }

        /// <summary>Not changed by a later replacement of the socket.</summary>
        public int? LocalPort => SentOver?.Port;

        public Link? SentOver { get; private set; }

        public Task SendAsync(CancellationToken cancellationToken)
        {
            transport.lastSent = this;
            SentOver = transport.link;
            return transport.SendAsync(SentOver, octets, cancellationToken);
        }

        public async Task<DnsMessage> ReceiveAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var (message, over, refusal) = await arrivals.Reader.ReadAsync(cancellationToken);
                if (message?.IsAnswerTo(query) == true)
                {
                    return message;
                }

                if (message is not null)
                {
                    Discarded++;
                }
                else if (over == SentOver)
                {
                    // An error of an earlier socket belongs to an earlier attempt.
                    throw new SocketException((int)refusal!.SocketErrorCode);
                }
            }
        }

        public void Offer(DnsMessage message) => arrivals.Writer.TryWrite(new Either(message, null, null));

        public void Refuse(Link over, SocketException refusal) => arrivals.Writer.TryWrite(new Either(null, over, refusal));

        public ValueTask DisposeAsync()
        {
            transport.underWay.TryRemove(KeyValuePair.Create(query.Id, this));
            return ValueTask.CompletedTask;
        }

        private readonly record struct Either(DnsMessage? Message, Link? Over, SocketException? Refusal);
    }
}

/// <summary>One connected UDP socket for each query, kept for its attempts as in glibc (kubernetes/kubeadm#2862).</summary>
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
