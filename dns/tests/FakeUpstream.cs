using System.Collections.Concurrent;

namespace PlatformGitOps.Dns.Tests;

/// <summary>A running server with one zone, whose names select faults, and methods to query it.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    /// <summary>For missing answers.</summary>
    public static readonly StubOptions Impatient = new() { Timeout = TimeSpan.FromMilliseconds(500), Attempts = 2 };

    /// <summary>For expected answers: a busy machine must not turn them into time-outs.</summary>
    public static readonly StubOptions Patient = Impatient with { Timeout = TimeSpan.FromSeconds(10) };

    private readonly DnsServer server;
    private readonly ConcurrentQueue<ReceivedQuery> received = new();
    private ushort lastId;

    private FakeUpstream(Func<ReceivedQuery, ServerFault> faults)
    {
        var zone = Zone.Empty("example.test", TimeSpan.FromSeconds(5))
            .With("*", IPAddress.Parse("192.0.2.1"))
            .With("big", RecordType.TXT, new TextData([.. Enumerable.Repeat(new string('x', 200), 10)]))
            .With("empty", RecordType.TXT, new TextData([""]));
        server = DnsServer.Start(
            new DnsServerOptions { Zones = [zone], FaultFor = faults, OnQuery = received.Enqueue, NameServerIdentifier = "pod-a" },
            TimeProvider.System);
    }

    public IReadOnlyList<ReceivedQuery> Received => [.. received];

    public IPEndPoint EndPoint => server.EndPoint;

    public static FakeUpstream Start(Func<ReceivedQuery, ServerFault>? faults = null) => new(faults ?? FaultsByName.For);

    public IDnsTransport Transport(DnsTransportKind kind) => Transports.Create(kind, EndPoint);

    public async Task<Resolution> AskAsync(DnsTransportKind kind, string name, RecordType type = RecordType.A, Edns? edns = null,
        StubOptions? options = null)
    {
        await using var transport = Transport(kind);
        return await AskAsync(transport, name, type, edns, options);
    }

    public Task<Resolution> AskAsync(IDnsTransport transport, string name, RecordType type = RecordType.A, Edns? edns = null,
        StubOptions? options = null)
    {
        var query = DnsMessage.Query(++lastId, new Question(DnsName.Parse(name), type), edns);
        return new StubResolver(options ?? Patient, TimeProvider.System)
            .AskAsync(transport, query, TestContext.CurrentContext.CancellationToken);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
