using System.Net.Sockets;

namespace PlatformGitOps.Dns.Tests;

[CancelAfter(30_000)]
public sealed class StubResolution
{
    private static readonly DnsTransportKind[] Kinds = Enum.GetValues<DnsTransportKind>();

    [TestCaseSource(nameof(Kinds))]
    public async Task A_name_resolves_at_the_first_attempt(DnsTransportKind kind)
    {
        await using var upstream = FakeUpstream.Start();

        var resolution = await upstream.AskAsync(kind, "www.example.test");

        var attempt = resolution.Attempts.ShouldHaveSingleItem();
        attempt.Outcome.ShouldBe(AttemptOutcome.Ok);
        attempt.Response!.Answers[0].Data.ShouldBe(new AddressData(IPAddress.Parse("192.0.2.1")));
        upstream.Received.ShouldHaveSingleItem().OverTcp.ShouldBe(kind == DnsTransportKind.Tcp);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_lost_first_query_is_retried_and_counts_as_lost_and_answered(DnsTransportKind kind)
    {
        await using var upstream = FakeUpstream.Start(q => q.Sequence == 1 ? new ServerFault { Drop = true } : ServerFault.None);

        var resolution = await upstream.AskAsync(kind, "www.example.test", options: FakeUpstream.Impatient);

        resolution.Attempts.Select(a => a.Outcome).ShouldBe([AttemptOutcome.Timeout, AttemptOutcome.Ok]);
        resolution.Elapsed.ShouldBeGreaterThan(FakeUpstream.Impatient.Timeout * 0.9, "timers run up to a tick early");
    }

    [Test]
    public async Task A_repetition_after_a_time_out_keeps_its_source_port_and_one_after_SERVFAIL_does_not()
    {
        await using var upstream = FakeUpstream.Start();

        await upstream.AskAsync(DnsTransportKind.FreshUdp, "drop.example.test", options: FakeUpstream.Impatient);
        await upstream.AskAsync(DnsTransportKind.FreshUdp, "servfail.example.test");

        var ports = upstream.Received.Select(q => ((IPEndPoint)q.From).Port).ToArray();
        ports.Length.ShouldBe(4);
        ports[1].ShouldBe(ports[0]);
        ports[3].ShouldNotBe(ports[2]);
    }

    [Test]
    public async Task Queries_of_a_reused_socket_share_a_source_port_and_get_their_own_answers()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = upstream.Transport(DnsTransportKind.ReusedUdp);

        var slow = upstream.AskAsync(transport, "delay-200.example.test");
        var quick = await upstream.AskAsync(transport, "www.example.test");

        slow.IsCompleted.ShouldBeFalse("the quick answer must not wait for the slow one");
        quick.Final.Response!.Questions[0].Name.ShouldBe(DnsName.Parse("www.example.test"));
        (await slow).Final.Response!.Questions[0].Name.ShouldBe(DnsName.Parse("delay-200.example.test"));
        upstream.Received.Select(q => q.From).Distinct().ShouldHaveSingleItem();
    }

    [TestCase("drop", AttemptOutcome.Timeout, 2)]
    [TestCase("servfail", AttemptOutcome.ServerFailure, 2)]
    [TestCase("refused", AttemptOutcome.Refused, 2)]
    [TestCase("nxdomain", AttemptOutcome.NameError, 1)]
    [TestCase("delay-100", AttemptOutcome.Ok, 1)]
    public async Task The_result_is_that_of_the_last_attempt(string fault, AttemptOutcome outcome, int attempts)
    {
        await using var upstream = FakeUpstream.Start();

        foreach (var kind in Kinds)
        {
            var resolution = await upstream.AskAsync(kind, $"{fault}.example.test", options: outcome == AttemptOutcome.Timeout
                ? FakeUpstream.Impatient : null);
            (resolution.Final.Outcome, resolution.Attempts.Length).ShouldBe((outcome, attempts), kind.ToString());
        }
    }

    [Test]
    public async Task A_late_answer_to_the_first_attempt_ends_the_second()
    {
        await using var upstream = FakeUpstream.Start(q => q.Sequence == 1
            ? new ServerFault { Delay = FakeUpstream.Impatient.Timeout * 1.3 }
            : new ServerFault { Drop = true });

        var resolution = await upstream.AskAsync(DnsTransportKind.FreshUdp, "www.example.test", options: FakeUpstream.Impatient);

        resolution.Attempts.Select(a => a.Outcome).ShouldBe([AttemptOutcome.Timeout, AttemptOutcome.Ok]);
    }

    [Test]
    public async Task An_answer_with_another_id_is_thrown_away_and_reported()
    {
        await using var upstream = FakeUpstream.Start();

        var resolution = await upstream.AskAsync(DnsTransportKind.FreshUdp, "wrong-id.example.test", options: FakeUpstream.Impatient);

        resolution.Attempts.Select(a => a.Outcome).ShouldBe([AttemptOutcome.Mismatch, AttemptOutcome.Mismatch]);
    }

    [TestCase("big.example.test", RecordType.TXT)]
    [TestCase("truncate.example.test", RecordType.A)]
    [TestCase("cut.example.test", RecordType.A)]
    public async Task A_truncated_answer_is_retried_over_TCP(string name, RecordType type)
    {
        await using var upstream = FakeUpstream.Start();

        var attempt = (await upstream.AskAsync(DnsTransportKind.FreshUdp, name, type)).Attempts.ShouldHaveSingleItem();

        (attempt.Outcome, attempt.FellBackToTcp).ShouldBe((AttemptOutcome.Ok, true));
        upstream.Received.Select(q => q.OverTcp).ShouldBe([false, true]);
    }

    [Test]
    public async Task The_answering_instance_is_reported_if_requested()
    {
        await using var upstream = FakeUpstream.Start();

        (await upstream.AskAsync(DnsTransportKind.FreshUdp, "a.example.test", edns: new Edns()
            .AskForNameServerIdentifier())).Final.AnsweredBy.ShouldBe("pod-a");
        (await upstream.AskAsync(DnsTransportKind.FreshUdp, "a.example.test", edns: new Edns())).Final.AnsweredBy.ShouldBeNull();
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_closed_port_is_unreachable_at_once(DnsTransportKind kind)
    {
        IPEndPoint closed;
        await using (var upstream = FakeUpstream.Start())
        {
            closed = upstream.EndPoint;
        }

        await using var transport = Transports.Create(kind, closed);
        var query = DnsMessage.Query(1, new Question(DnsName.Parse("a.example.test"), RecordType.A));
        var resolution = await new StubResolver(FakeUpstream.Impatient, TimeProvider.System).AskAsync(
            transport, query, CancellationToken.None);

        resolution.Attempts.ShouldAllBe(a => a.Outcome == AttemptOutcome.Unreachable && a.Problem == nameof(SocketError.ConnectionRefused));
    }

    [Test]
    public async Task Giving_up_from_outside_is_not_a_time_out()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = upstream.Transport(DnsTransportKind.FreshUdp);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var query = DnsMessage.Query(1, new Question(DnsName.Parse("drop.example.test"), RecordType.A));

        await Should.ThrowAsync<OperationCanceledException>(
            () => new StubResolver(new StubOptions(), TimeProvider.System).AskAsync(transport, query, stop.Token));
    }
}

public sealed class ResolverConfiguration
{
    private const string OfAPod = """
        # written by the kubelet
        search shop.svc.cluster.local svc.cluster.local cluster.local
        nameserver 10.245.0.10
        options ndots:5 timeout:1 attempts:3 edns0
        """;

    [Test]
    public void The_file_of_a_pod_is_read()
    {
        var conf = ResolvConf.Parse(OfAPod);

        conf.Nameservers.ShouldBe([IPAddress.Parse("10.245.0.10")]);
        conf.Search.ShouldBe(["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"]);
        (conf.Ndots, conf.Stub).ShouldBe((5, new StubOptions { Timeout = TimeSpan.FromSeconds(1), Attempts = 3 }));
    }

    [Test]
    public void An_empty_file_means_the_defaults_of_resolv_conf() =>
        ResolvConf.Parse("").Stub.ShouldBe(new StubOptions { Timeout = TimeSpan.FromSeconds(5), Attempts = 2 });

    [TestCase("db", "db.shop.svc.cluster.local. db.svc.cluster.local. db.cluster.local. db.")]
    [TestCase("db.other", "db.other.shop.svc.cluster.local. db.other.svc.cluster.local. db.other.cluster.local. db.other.")]
    [TestCase("example.com.", "example.com.")]
    [TestCase("a.b.c.d.e.f", "a.b.c.d.e.f. a.b.c.d.e.f.shop.svc.cluster.local. a.b.c.d.e.f.svc.cluster.local. a.b.c.d.e.f.cluster.local.")]
    public void A_name_is_tried_along_the_search_path(string name, string candidates) =>
        ResolvConf.Parse(OfAPod).Candidates(name).ShouldBe(candidates.Split(' '));
}
