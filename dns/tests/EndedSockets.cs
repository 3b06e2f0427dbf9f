using System.Net.Sockets;

namespace PlatformGitOps.Dns.Tests;

/// <summary>A disconnected socket has the same state as one that the kernel has ended after a call received the error.</summary>
[Platform(Include = "Linux", Reason = "other systems leave a socket in another state")]
[CancelAfter(30_000)]
public sealed class EndedSockets
{
    private static readonly AttemptOutcome[] OneFailure = [AttemptOutcome.Unreachable, AttemptOutcome.Ok];

    [Test]
    public async Task A_query_that_meets_an_ended_socket_fails_and_the_next_one_has_another_socket()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = new ReusedUdpTransport(upstream.EndPoint);
        var ended = transport.Present;
        var underWay = upstream.AskAsync(transport, "delay-1000.example.test");
        ended.Socket.Connect(new Nowhere());

        var meeting = await upstream.AskAsync(transport, "www.example.test");
        var next = await upstream.AskAsync(transport, "www.example.test");

        int?[] ports = [ended.Port, transport.Present.Port];
        meeting.Attempts.Select(attempt => attempt.Outcome).ShouldBe(OneFailure);
        meeting.Attempts.Select(attempt => attempt.LocalPort).ShouldBe(ports);
        next.Attempts.ShouldHaveSingleItem().Outcome.ShouldBe(AttemptOutcome.Ok);
        (await underWay).Attempts.Select(attempt => attempt.Outcome).ShouldBe(OneFailure, "its answer went to the ended socket");
        (await underWay).Attempts.Select(attempt => attempt.LocalPort).ShouldBe(ports);
        ports.ShouldBeUnique();
    }

    [Test]
    public async Task A_query_on_its_way_to_a_socket_that_has_just_been_replaced_fails_as_on_an_ended_one()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = new ReusedUdpTransport(upstream.EndPoint);
        var ended = transport.Present;
        ended.Socket.Connect(new Nowhere());
        await upstream.AskAsync(transport, "www.example.test");

        var failure = await Should.ThrowAsync<SocketException>(() => transport.SendAsync(ended, new byte[12], CancellationToken.None));

        failure.SocketErrorCode.ShouldBe(SocketError.ConnectionAborted);
    }

    [Test]
    public async Task Queries_fail_until_the_server_can_be_reached_again()
    {
        await using var upstream = FakeUpstream.Start();
        var reachable = true;
        await using var transport = new ReusedUdpTransport(upstream.EndPoint, server => reachable
            ? ReusedUdpTransport.Link.To(server)
            : throw new SocketException((int)SocketError.HostUnreachable));
        var underWay = upstream.AskAsync(transport, "delay-1000.example.test");
        transport.Present.Socket.Connect(new Nowhere());

        reachable = false;
        var without = await upstream.AskAsync(transport, "www.example.test");
        reachable = true;
        var again = await upstream.AskAsync(transport, "www.example.test");

        without.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unreachable, AttemptOutcome.Unreachable]);
        again.Attempts.Select(attempt => attempt.Outcome).ShouldBe(OneFailure);
        (await underWay).Attempts[0].Outcome.ShouldBe(AttemptOutcome.Unreachable, "its answer went to the ended socket");
    }

    [Test]
    public async Task A_second_attempt_over_the_next_socket_does_not_fail_for_the_first_ones()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = new ReusedUdpTransport(upstream.EndPoint);
        var cancellation = TestContext.CurrentContext.CancellationToken;
        await using var conversation = transport.Open(
            DnsMessage.Query(9, new Question(DnsName.Parse("delay-1000.example.test"), RecordType.A)));
        await conversation.SendAsync(cancellation);
        transport.Present.Socket.Connect(new Nowhere());
        (await upstream.AskAsync(transport, "www.example.test")).Attempts[0].Outcome.ShouldBe(AttemptOutcome.Unreachable);

        await conversation.SendAsync(cancellation);

        (await conversation.ReceiveAsync(cancellation)).ResponseCode.ShouldBe(ResponseCode.NoError);
        conversation.Discarded.ShouldBe(0, "only messages are counted");
    }

    [Test]
    public async Task An_unreachable_server_is_queried_as_soon_as_it_is_reachable()
    {
        await using var upstream = FakeUpstream.Start();
        var reachable = false;
        await using var transport = new ReusedUdpTransport(upstream.EndPoint, server => reachable
            ? ReusedUdpTransport.Link.To(server)
            : throw new SocketException((int)SocketError.HostUnreachable));

        var without = await upstream.AskAsync(transport, "www.example.test");
        reachable = true;
        var again = await upstream.AskAsync(transport, "www.example.test");

        without.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unreachable, AttemptOutcome.Unreachable]);
        again.Attempts.Select(attempt => attempt.Outcome).ShouldBe(OneFailure);
    }

    /// <summary>Connecting to it removes a socket's address (connect(2), AF_UNSPEC).</summary>
    private sealed class Nowhere : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.InterNetwork;

        public override SocketAddress Serialize() => new(AddressFamily.Unspecified, 16);
    }
}
