using System.Text;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Server;

/// <summary>A small authoritative server on UDP and TCP: the upstream in tests, which can also inject faults.</summary>
public sealed class DnsServer : IAsyncDisposable
{
    private const int SmallestUdpAnswer = 512;

    /// <summary>An idle TCP connection is closed after this time (RFC 7766 section 6.2.3).</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stopping = new();
    private readonly DnsServerOptions options;
    private volatile Authority authority;
    private readonly TimeProvider time;
    private readonly Socket udp;
    private readonly Socket tcp;
    private readonly Task running;
    private long received;

    private DnsServer(DnsServerOptions options, TimeProvider time, Socket udp, Socket tcp)
    {
        (this.options, this.time, this.udp, this.tcp) = (options, time, udp, tcp);
        authority = new Authority(options.Zones);
        running = Task.WhenAll(ServeUdpAsync(stopping.Token), AcceptAsync(stopping.Token));
    }

    public IPEndPoint EndPoint => (IPEndPoint)udp.LocalEndPoint!;

    /// <summary>Listens until disposed.</summary>
    /// <exception cref="SocketException">The address is in use, or not this machine's.</exception>
    public static DnsServer Start(DnsServerOptions options, TimeProvider time)
    {
        var (udp, tcp) = Listeners.Bind(options.Listen);
        return new DnsServer(options, time, udp, tcp);
    }

    /// <summary>Replaces all zones, from the next query on.</summary>
    public void Serve(ImmutableArray<Zone> zones) => authority = new Authority(zones);

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        udp.Dispose();
        tcp.Dispose();
        await running;
        stopping.Dispose();
    }

    private async Task ServeUdpAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[ushort.MaxValue];
        var anyone = new IPEndPoint(udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        var answering = new List<Task>();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var datagram = await udp.ReceiveFromAsync(buffer, anyone, cancellationToken);
                answering.RemoveAll(task => task.IsCompletedSuccessfully);
                answering.Add(AnswerUdpAsync(buffer[..datagram.ReceivedBytes], datagram.RemoteEndPoint, cancellationToken));
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                // An earlier answer caused an ICMP error: its client is gone.
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(answering);
    }

    private async Task AnswerUdpAsync(byte[] octets, EndPoint from, CancellationToken cancellationToken)
    {
        try
        {
            if (await AnswerAsync(octets, from, overTcp: false, cancellationToken) is { } answer)
            {
                await udp.SendToAsync(answer.AsMemory(), from, cancellationToken);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client or this server ended before the answer.
        }
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var serving = new List<Task>();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var connection = await tcp.AcceptAsync(cancellationToken);
                serving.RemoveAll(task => task.IsCompletedSuccessfully);
                serving.Add(ServeConnectionAsync(connection, cancellationToken));
            }
            catch (SocketException) when (!cancellationToken.IsCancellationRequested)
            {
                // The client gave up before its connection was accepted.
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeConnectionAsync(Socket connection, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            while (true)
            {
                using var idle = new CancellationTokenSource(IdleTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
                if (await StreamFraming.ReadAsync(stream, either.Token) is not { } octets)
                {
                    return;
                }

                if (await AnswerAsync(octets, connection.RemoteEndPoint!, overTcp: true, cancellationToken) is { } answer)
                {
                    await stream.WriteAsync(StreamFraming.Frame(answer), cancellationToken);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // The client closed or was idle, or this server stops.
        }
    }

    private async Task<ImmutableArray<byte>?> AnswerAsync(byte[] octets, EndPoint from, bool overTcp, CancellationToken cancellationToken)
    {
        if (MessageReader.TryRead(octets) is not { IsResponse: false } query)
        {
            return null;
        }

        var received = new ReceivedQuery(Interlocked.Increment(ref this.received), query, from, overTcp);
        options.OnQuery(received);
        var fault = options.FaultFor(received);
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, time, cancellationToken);
        }

        if (fault.Drop)
        {
            return null;
        }

        var answer = Identify(query, authority.Answer(query));
        answer = fault.ResponseCode is { } code ? answer with { ResponseCode = code, Answers = [], Authorities = [] } : answer;
        answer = fault.WrongId ? answer with { Id = (ushort)~answer.Id } : answer;
        if (fault.CutInsideRecord && !overTcp)
        {
            return MessageWriter.Write(answer with { IsTruncated = true, Edns = null })[..^1];
        }

        return MessageWriter.WriteWithin(answer, overTcp ? ushort.MaxValue : fault.Truncate ? 0 : UdpLimit(query));
    }

    private DnsMessage Identify(DnsMessage query, DnsMessage answer) =>
        options.NameServerIdentifier is { } name && answer.Edns is { } edns
            && query.Edns!.Options.Any(o => o.Code == EdnsOptionCode.NameServerIdentifier)
            ? answer with { Edns = edns.With(new EdnsOption(EdnsOptionCode.NameServerIdentifier, [.. Encoding.ASCII.GetBytes(name)])) }
            : answer;

    /// <summary>
    /// 512 octets without EDNS (RFC 1035 section 4.2.1), never less with it (RFC 6891 section 6.2.3), and at most one packet.
    /// </summary>
    private static int UdpLimit(DnsMessage query) =>
        query.Edns is { } edns ? Math.Clamp((int)edns.UdpPayloadSize, SmallestUdpAnswer, new Edns().UdpPayloadSize) : SmallestUdpAnswer;
}

public sealed record DnsServerOptions
{
    /// <summary>Port 0 selects a free port, the same for UDP and TCP.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    public ImmutableArray<Zone> Zones { get; init; } = [];

    /// <summary>For clients that request it (RFC 5001); null for none.</summary>
    public string? NameServerIdentifier { get; init; }

    public Func<ReceivedQuery, ServerFault> FaultFor { get; init; } = _ => ServerFault.None;

    /// <summary>Called with each query before it is answered.</summary>
    public Action<ReceivedQuery> OnQuery { get; init; } = _ => { };
}

/// <summary>A received query. <see cref="Sequence"/> counts from 1 over all transports.</summary>
public sealed record ReceivedQuery(long Sequence, DnsMessage Query, EndPoint From, bool OverTcp);

/// <summary>A UDP and a TCP socket on one address and port.</summary>
internal static class Listeners
{
    private const int Backlog = 128;
    private const int Tries = 20;

    public static (Socket Udp, Socket Tcp) Bind(IPEndPoint at)
    {
        for (var tried = 1; ; tried++)
        {
            var udp = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            var tcp = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (at.Address.Equals(IPAddress.IPv6Any))
            {
                // "Any" includes IPv4, whatever net.ipv6.bindv6only is.
                (udp.DualMode, tcp.DualMode) = (true, true);
            }

            try
            {
                udp.Bind(at);
                tcp.Bind(udp.LocalEndPoint!);
                tcp.Listen(Backlog);
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();

                // The free UDP port may be in use for TCP.
                if (at.Port != 0 || tried == Tries)
                {
                    throw;
                }
            }
        }
    }
}
