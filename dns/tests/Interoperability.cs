using System.Diagnostics;
using System.Net.Sockets;

namespace PlatformGitOps.Dns.Tests;

/// <summary>This server with common clients, and this client with the CoreDNS that the product delivers.</summary>
[CancelAfter(60_000)]
public sealed class Interoperability
{
    [TestCase("dig", false)]
    [TestCase("dig", true)]
    [TestCase("kdig", false)]
    [TestCase("kdig", true)]
    public async Task A_common_client_reads_our_answers(string client, bool overTcp)
    {
        await using var upstream = FakeUpstream.Start();

        string Ask(params string[] question) =>
            Run(client, ["@127.0.0.1", "-p", $"{upstream.EndPoint.Port}", "+retry=0", .. overTcp ? ["+tcp"] : Array.Empty<string>(),
                .. question]);

        Ask("+short", "www.example.test", "A").Trim().ShouldBe("192.0.2.1");
        Ask("+short", "big.example.test", "TXT").Count(c => c == 'x').ShouldBe(2000);
        Ask("www.example.test", "AAAA").ShouldContain("ns.example.test. hostmaster.example.test. 1 7200 1800 1209600 5");
        Ask("servfail.example.test", "A").ShouldContain("SERVFAIL");
        Ask("+nsid", "www.example.test", "A").ShouldContain("pod-a");
        Ask("+subnet=198.51.100.0/24", "www.example.test", "A").ShouldContain("198.51.100.0/24/0");
    }

    [TestCase(DnsTransportKind.FreshUdp)]
    [TestCase(DnsTransportKind.ReusedUdp)]
    [TestCase(DnsTransportKind.Tcp)]
    public async Task CoreDNS_answers_our_client(DnsTransportKind kind)
    {
        await using var upstream = FakeUpstream.Start();
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory();
        var corefile = Path.Combine(folder.FullName, "Corefile");
        await File.WriteAllTextAsync(corefile, $$"""
            .:{{port}} {
              bind 127.0.0.1
              nsid instance-7
              forward . 127.0.0.1:{{upstream.EndPoint.Port}}
            }
            """);
        using var coredns = Start("coredns", ["-conf", corefile]);
        try
        {
            var server = new IPEndPoint(IPAddress.Loopback, port);
            await using var transport = Transports.Create(kind, server);
            var patient = new StubResolver(new StubOptions { Timeout = TimeSpan.FromSeconds(2), Attempts = 5 }, TimeProvider.System);
            await AnswersAsync(server);

            var query = DnsMessage.Query(1, new Question(DnsName.Parse("www.example.test"), RecordType.A), new Edns()
                .AskForNameServerIdentifier());
            var final = (await patient.AskAsync(transport, query, TestContext.CurrentContext.CancellationToken)).Final;

            final.Outcome.ShouldBe(AttemptOutcome.Ok);
            final.Response!.Answers.ShouldHaveSingleItem().Data.ShouldBe(new AddressData(IPAddress.Parse("192.0.2.1")));
            final.AnsweredBy.ShouldBe("instance-7");
        }
        finally
        {
            coredns.Kill(entireProcessTree: true);
            await coredns.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>ss ends sockets like Cilium does for a pod that has left a Service.</summary>
    [Test]
    public async Task A_reused_socket_that_the_kernel_ends_is_replaced()
    {
        await using var upstream = FakeUpstream.Start();
        await using var transport = upstream.Transport(DnsTransportKind.ReusedUdp);
        var underWay = upstream.AskAsync(transport, "delay-2000.example.test");
        await upstream.AskAsync(transport, "www.example.test");

        var ended = Run("ss", ["-H", "-u", "-n", "-K", "dst", "127.0.0.1", "dport", "=", $":{upstream.EndPoint.Port}"]);
        if (!ended.Contains($":{upstream.EndPoint.Port}"))
        {
            Assert.Ignore("ending a socket needs root, and a kernel that can (CONFIG_INET_DIAG_DESTROY).");
        }

        (await upstream.AskAsync(transport, "www.example.test")).Final.Outcome.ShouldBe(AttemptOutcome.Ok);
        (await underWay).Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unreachable, AttemptOutcome.Ok]);
    }

    /// <summary>CoreDNS listens a moment after its start; until then the port is closed.</summary>
    private static async Task AnswersAsync(IPEndPoint server)
    {
        var cancellation = TestContext.CurrentContext.CancellationToken;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(server, cancellation);
                return;
            }
            catch (SocketException)
            {
                await pace.WaitForNextTickAsync(cancellation);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static Process Start(string program, string[] arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            Assert.Ignore($"{program} is not on the PATH; install it to run this check.");
        }

        return Process.Start(new ProcessStartInfo(path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
