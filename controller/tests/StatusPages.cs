using PlatformGitOps.Controller.Hosting;

namespace PlatformGitOps.Controller.Tests;

public sealed class StatusPages : ClusterFixture
{
    [Test]
    public async Task Ready_once_the_caches_are_synced_and_alive_while_the_loop_runs()
    {
        Deploy(2);
        await Server.StopAsync();
        var one = Start();
        await using var status = await StatusServer.StartAsync(one.Host, 0, Limit);
        using var http = new HttpClient { BaseAddress = status.Address };

        (await http.GetAsync(new Uri("readyz", UriKind.Relative), Limit)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Server.StartAgainAsync();
        await UntilAsync(() => one.Host.IsSynced && one.Host.IsLeading, "the caches are filled");

        (await http.GetStringAsync(new Uri("readyz", UriKind.Relative), Limit)).ShouldBe("ok, leading\n");
        (await http.GetStringAsync(new Uri("healthz", UriKind.Relative), Limit)).ShouldBe("ok\n");
        (await http.GetAsync(new Uri("elsewhere", UriKind.Relative), Limit)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Limit);
        metrics.ShouldContain("# TYPE dns_health_checks_total counter");
        metrics.ShouldContain("process_resident_memory_bytes ");
    }
}
