using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Prober.Tests;

/// <summary>
/// Each command as a process. No test needs an answer in less than a minute, or a port that it does not hold: ports without a listener are
/// bound by the test.
/// </summary>
[CancelAfter(300_000)]
[Platform(Include = "Linux", Reason = "The prober runs in Linux containers; signals and resolv.conf are theirs.")]
public sealed class Verbs
{
    private const string Patient = "60000";

    private static readonly Zone Example = Zone.Empty("example.test", TimeSpan.FromSeconds(5));
    private static readonly Zone Before = Example.With("www", IPAddress.Parse("192.0.2.7"));
    private static readonly Zone After = Example.With("www", IPAddress.Parse("192.0.2.8"));

    [Test]
    public async Task Upstream_serves_its_records_and_resolve_prints_the_answers()
    {
        await using var upstream = RunningProber.Start(
            "upstream", "example.test", "--listen", "127.0.0.1:0", "--negative-ttl", "7",
            "--record", "www A 192.0.2.7", "--record", "alias CNAME www.example.test");
        var server = (await upstream.NextLineAsync()).GetProperty("listening").GetString()!;

        var (exitCode, lines, _) = await RunningProber.RunAsync(
            "resolve", "www.example.test.", "alias.example.test./A", "missing.example.test./A",
            "--server", server, "--timeout", Patient, "--via", "udp", "tcp");

        exitCode.ShouldBe(1, "one of the names does not exist");
        lines.Select(Summary).ShouldBe(
        [
            "udp ok 192.0.2.7", "tcp ok 192.0.2.7",
            "udp ok 192.0.2.7 through www.example.test.", "tcp ok 192.0.2.7 through www.example.test.",
            "udp nxdomain ", "tcp nxdomain ",
        ]);
        lines[^1].GetProperty("ttl").GetInt64().ShouldBe(7, "the negative TTL");
    }

    [Test]
    public async Task A_probe_that_is_terminated_ends_with_a_whole_log()
    {
        await using var server = Start(Before);
        await using var probe = RunningProber.Start("probe", "www.example.test", "--server", $"{server.EndPoint}", "--cadence", "10");

        (await probe.NextLineAsync()).TryGetProperty("start", out _).ShouldBeTrue();
        for (var i = 0; i < 30; i++)
        {
            await probe.NextLineAsync();
        }

        probe.Terminate();
        var rest = await probe.RestAsync();

        (await probe.ExitCodeAsync()).ShouldBe(0);
        var attempts = rest.Count(l => l.TryGetProperty("attempt", out _)) + 30;
        rest[^1].GetProperty("end").GetProperty("attempts").GetInt32().ShouldBe(attempts);
    }

    [Test]
    public async Task The_control_port_of_a_probe_returns_its_clock_and_stops_it()
    {
        await using var server = Start(Before);
        await using var probe = RunningProber.Start("probe", "www.example.test", "--server", $"{server.EndPoint}", "--control-port", "0");
        var control = $"http://127.0.0.1:{(await probe.NextLineAsync()).GetProperty("start").GetProperty("controlPort").GetInt32()}";

        var (_, replies, _) = await RunningProber.RunAsync("http", $"{control}/clock", $"{control}/stop", "--timeout", Patient);
        var rest = await probe.RestAsync();

        replies.ShouldAllBe(reply => reply.GetProperty("status").GetInt32() == 200);
        DateTimeOffset.Parse(replies[0].GetProperty("body").GetString()!, CultureInfo.InvariantCulture).Year.ShouldBeGreaterThan(2000);
        (await probe.ExitCodeAsync()).ShouldBe(0);
        rest[^1].TryGetProperty("end", out _).ShouldBeTrue();
    }

    [Test]
    public async Task An_endpoint_fails_hangs_and_recovers_on_request_and_prints_when()
    {
        await using var endpoint = RunningProber.Start("endpoint", "--port", "0");
        var page = $"http://127.0.0.1:{(await endpoint.NextLineAsync()).GetProperty("port").GetInt32()}";

        var (_, first, _) = await RunningProber.RunAsync(
            "http", $"{page}/health", $"{page}/fail", $"{page}/health", $"{page}/hang", "--timeout", Patient);
        var (_, hanging, _) = await RunningProber.RunAsync("http", $"{page}/health", "--timeout", "500");
        var (_, last, _) = await RunningProber.RunAsync("http", $"{page}/recover", $"{page}/health", "--timeout", Patient);

        JsonElement[] replies = [.. first, .. hanging, .. last];
        replies.Select(Result).ShouldBe(["200", "200", "503", "200", "timeout", "200", "200"]);
        JsonElement[] lines = [await endpoint.NextLineAsync(), await endpoint.NextLineAsync(), await endpoint.NextLineAsync()];
        lines.Select(line => line.GetProperty("state").GetString()).ShouldBe(["fail", "hang", "recover"]);
        new[] { replies[1], replies[3], replies[5] }.Select(reply => reply.GetProperty("body").GetString())
            .ShouldBe(lines.Select(line => line.GetRawText()));

        static string Result(JsonElement reply) =>
            reply.TryGetProperty("status", out var status) ? $"{status}" : reply.GetProperty("problem").GetString()!;
    }

    [Test]
    public async Task Follow_prints_each_change_of_an_answer_once()
    {
        await using var server = Start(Before);
        await using var follow = RunningProber.Start(
            "follow", "www.example.test.", "--server", $"{server.EndPoint}", "--cadence", "20", "--timeout", Patient);

        var lines = new List<JsonElement> { await follow.NextLineAsync() };
        foreach (var zone in new[] { Example, After })
        {
            server.Serve([zone]);
            lines.Add(await follow.NextLineAsync());
        }

        follow.Terminate();
        lines.AddRange(await follow.RestAsync());

        lines.Select(line => $"{line.GetProperty("outcome")} {string.Join(',', line.GetProperty("answers").EnumerateArray())}")
            .ShouldBe(["ok 192.0.2.7", "nxdomain ", "ok 192.0.2.8"]);
        lines.Select(line => line.GetProperty("at").GetDateTimeOffset()).ShouldBeInOrder();
    }

    [TestCase("wait")]
    [TestCase("endpoint --port 0")]
    [TestCase("follow www.example.test. --server 127.0.0.1:1")]
    [TestCase("upstream example.test --listen 127.0.0.1:0")]
    public async Task A_verb_without_an_end_ends_when_it_is_terminated(string arguments)
    {
        await using var prober = RunningProber.Start(arguments.Split(' '));
        var exit = prober.ExitCodeAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        while (!exit.IsCompleted)
        {
            // 'wait' does not print when it has started, and an earlier signal may have no effect.
            prober.Terminate();
            await Task.WhenAny(exit, pace.WaitForNextTickAsync(TestContext.CurrentContext.CancellationToken).AsTask());
        }

        (await exit).ShouldBeOneOf(0, 143);
    }

    [Test]
    public async Task Http_prints_status_and_body_or_why_there_is_no_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerOnceAsync(
            listener, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot ready");
        using var closed = BoundOnly();

        var (exitCode, lines, _) = await RunningProber.RunAsync(
            "http", $"http://{listener.LocalEndpoint}/ready", $"http://{closed.LocalEndPoint}/health", "--timeout", Patient);

        await serving;
        exitCode.ShouldBe(1);
        (lines[0].GetProperty("status").GetInt32(), lines[0].GetProperty("body").GetString()).ShouldBe((503, "not ready"));
        lines[1].TryGetProperty("status", out _).ShouldBeFalse();
        lines[1].GetProperty("problem").GetString()!.ShouldContain("refused");
    }

    [Test]
    public async Task Connect_distinguishes_open_from_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var closed = BoundOnly();

        var (exitCode, lines, _) = await RunningProber.RunAsync(
            "connect", $"{listener.LocalEndpoint}", $"{closed.LocalEndPoint}", "--timeout", Patient);

        exitCode.ShouldBe(1);
        lines.Select(l => l.GetProperty("outcome").GetString()).ShouldBe(["open", "ConnectionRefused"]);
    }

    [TestCase("probe www.example.test --server nonsense", "is not an IP address")]
    [TestCase("probe www.example.test --cadence 0", "milliseconds")]
    [TestCase("resolve a.example --via carrier-pigeon", "carrier-pigeon")]
    [TestCase("http ftp://127.0.0.1/", "is not an http URL")]
    public async Task Wrong_arguments_are_refused(string arguments, string message)
    {
        var (exitCode, _, error) = await RunningProber.RunAsync(arguments.Split(' '));

        exitCode.ShouldBe(1);
        error.ShouldContain(message);
    }

    private static DnsServer Start(Zone zone) => DnsServer.Start(new DnsServerOptions { Zones = [zone] }, TimeProvider.System);

    private static string Summary(JsonElement line) =>
        $"{line.GetProperty("via")} {line.GetProperty("outcome")} {string.Join(',', line.GetProperty("answers").EnumerateArray())}"
        + (line.TryGetProperty("aliases", out var aliases) ? $" through {aliases[0]}" : "");

    /// <summary>A TCP port that refuses connections and that no other program can use.</summary>
    private static Socket BoundOnly()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task AnswerOnceAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.CurrentContext.CancellationToken);
        await using var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[4096], 1);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
