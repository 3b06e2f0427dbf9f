using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace PlatformGitOps.Prober.Tests;

[CancelAfter(60_000)]
[Platform(Include = "Linux", Reason = "The prober runs in Linux containers; signals and resolv.conf are theirs.")]
public sealed class Verbs
{
    [Test]
    public async Task An_upstream_answers_and_resolve_tells_what_it_said()
    {
        await using var upstream = RunningProber.Start(
            "upstream", "example.test", "--listen", "127.0.0.1:0", "--negative-ttl", "7", "--record", "www A 192.0.2.7", "--record", "alias CNAME www.example.test");
        var server = await ListeningAsync(upstream);

        var (exitCode, lines, _) = await RunningProber.RunAsync(
            "resolve", "www.example.test.", "alias.example.test./A", "missing.example.test./A", "--server", server, "--via", "udp", "tcp");

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
    public async Task A_probe_that_is_told_to_stop_ends_with_a_whole_log()
    {
        await using var upstream = RunningProber.Start("upstream", "example.test", "--listen", "127.0.0.1:0", "--quiet", "--record", "www A 192.0.2.7");
        var server = await ListeningAsync(upstream);
        await using var probe = RunningProber.Start("probe", "www.example.test", "--server", server, "--cadence", "10", "--timeout", "500");

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
    public async Task A_probe_tells_its_clock_and_stops_when_it_is_asked_to()
    {
        await using var upstream = RunningProber.Start("upstream", "example.test", "--listen", "127.0.0.1:0", "--quiet", "--record", "www A 192.0.2.7");
        var server = await ListeningAsync(upstream);
        var port = FreePort();
        await using var probe = RunningProber.Start("probe", "www.example.test", "--server", server, "--control-port", $"{port}");
        await probe.NextLineAsync();

        var (_, clock, _) = await RunningProber.RunAsync("http", $"http://127.0.0.1:{port}/clock", $"http://127.0.0.1:{port}/stop");
        var rest = await probe.RestAsync();

        DateTimeOffset.Parse(clock[0].GetProperty("body").GetString()!, CultureInfo.InvariantCulture).Year.ShouldBeGreaterThan(2000);
        (await probe.ExitCodeAsync()).ShouldBe(0);
        rest[^1].TryGetProperty("end", out _).ShouldBeTrue();
    }

    [TestCase("wait")]
    [TestCase("endpoint --port 0")]
    [TestCase("follow www.example.test. --server 127.0.0.1:1")]
    [TestCase("upstream example.test --listen 127.0.0.1:0")]
    public async Task A_verb_without_an_end_ends_when_it_is_told_to(string arguments)
    {
        await using var prober = RunningProber.Start(arguments.Split(' '));
        var exit = prober.ExitCodeAsync();

        while (!exit.IsCompleted)
        {
            // Until it has started there is nobody to be told.
            prober.Terminate();
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.CurrentContext.CancellationToken));
        }

        (await exit).ShouldBeOneOf(0, 143);
    }

    [Test]
    public async Task Http_prints_status_and_body_and_says_what_did_not_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = AnswerOnceAsync(listener, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot ready");

        var (exitCode, lines, _) = await RunningProber.RunAsync("http", $"http://{listener.LocalEndpoint}/ready", "http://127.0.0.1:1/health");

        await serving;
        exitCode.ShouldBe(1);
        (lines[0].GetProperty("status").GetInt32(), lines[0].GetProperty("body").GetString()).ShouldBe((503, "not ready"));
        lines[1].TryGetProperty("status", out _).ShouldBeFalse();
        lines[1].GetProperty("problem").GetString()!.ShouldContain("refused");
    }

    [Test]
    public async Task Connect_tells_open_from_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var (exitCode, lines, _) = await RunningProber.RunAsync("connect", $"{listener.LocalEndpoint}", "127.0.0.1:1");

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

    private static string Summary(JsonElement line) =>
        $"{line.GetProperty("via")} {line.GetProperty("outcome")} {string.Join(',', line.GetProperty("answers").EnumerateArray())}"
        + (line.TryGetProperty("aliases", out var aliases) ? $" through {aliases[0]}" : "");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> ListeningAsync(RunningProber upstream) =>
        (await upstream.NextLineAsync()).GetProperty("listening").GetString()!;

    private static async Task AnswerOnceAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.CurrentContext.CancellationToken);
        await using var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[4096], 1);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
