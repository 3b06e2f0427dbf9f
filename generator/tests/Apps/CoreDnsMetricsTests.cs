using System.Net.Sockets;

namespace PlatformGitOps.Generator.Tests.Apps;

public sealed class CoreDnsMetricsTests
{
    private static readonly Tool CoreDns = new("coredns",
        "Put a CoreDNS on the search path (https://github.com/coredns/coredns/releases).");

    [Test]
    public async Task A_running_server_exports_no_metric_that_the_list_does_not_have()
    {
        var program = CoreDns.Find();
        if (program is null)
        {
            Assert.Ignore($"coredns is not on the search path. {CoreDns.HowToGet}");
        }

        var version = (await ToolProcess.RunAsync(program!, ["-version"], new ToolOptions(), CancellationToken.None)).Output.Trim()
            .Split('\n')[0].Split('-')[^1];
        using var folder = new TemporaryFolder();
        var (dns, metrics) = (RunningCoreDns.FreePort(), RunningCoreDns.FreePort());
        var corefile = folder.Write("Corefile", $$"""
            .:{{dns}} {
                bind 127.0.0.1
                errors
                prometheus 127.0.0.1:{{metrics}}
                template ANY A {
                    answer "{{"{{ .Name }}"}} 60 IN A 127.0.0.1"
                }
                forward . 127.0.0.1:{{dns}}
                cache 30
                loadbalance
                log
            }
            """);
        using var stop = new CancellationTokenSource();
        var server = ToolProcess.RunAsync(program!, ["-conf", corefile], new ToolOptions { Timeout = TimeSpan.FromSeconds(30) },
            stop.Token);

        var families = await ScrapeAsync(dns, metrics);

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => server);
        families.ShouldContain("coredns_dns_requests_total");
        var series = CoreDnsChart.For(CoreDnsChart.Default, version).Series;
        families.Where(family => !series.ContainsKey(family) && !series.ContainsKey(family + "_bucket")).ShouldBeEmpty();
    }

    [TestCase("coredns_forward_request_duration_seconds_bucket")]
    [TestCase("coredns_forward_responses_total")]
    [TestCase("coredns_dns_request_duration_seconds")]
    public void The_list_has_no_documented_metric_that_is_not_exported(string series) =>
        CoreDnsChart.For(CoreDnsChart.Default).Series.Keys.ShouldNotContain(series);

    /// <summary>Queries the server for a name, so that it has something to count, and then its metrics, until both succeed.</summary>
    private static async Task<string[]> ScrapeAsync(int dnsPort, int metricsPort)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var dns = new UdpClient();
        byte[] query = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (true)
        {
            try
            {
                await dns.SendAsync(query, new IPEndPoint(IPAddress.Loopback, dnsPort), patience.Token);
                var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{metricsPort}/metrics"), patience.Token);
                var families = text.Split('\n').Where(line => line.StartsWith("# TYPE coredns_", StringComparison.Ordinal))
                    .Select(line => line.Split(' ')[2]).ToArray();
                if (families.Contains("coredns_dns_requests_total"))
                {
                    return families;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                // Not listening yet.
            }

            await pace.WaitForNextTickAsync(patience.Token);
        }
    }
}
