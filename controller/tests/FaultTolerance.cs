using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PlatformGitOps.Controller.Tests;

/// <summary>Faults around the controller; none may cause a wrong removal.</summary>
public sealed class FaultTolerance : ClusterFixture
{
    [Test]
    public async Task The_controller_reconnects_to_a_restarted_API_server()
    {
        Deploy(3);
        var one = Start();
        await AskedAsync(3, 1);

        await Server.StopAsync();
        Endpoints.Fail(0);
        await UntilAsync(() => !one.Host.IsLeading, "without a renewed lease it stops acting");
        Serving(3).ShouldBe(3, "nothing can be decided meanwhile");
        await Server.StartAgainAsync();

        await UntilAsync(() => !Serves(0), "after the restart the failing pod is removed");
        Serving(3).ShouldBe(2);
    }

    [Test]
    public async Task A_silent_watch_is_reopened()
    {
        Deploy(3);
        Start();
        await AskedAsync(3, 1);

        Server.WatchesAreSilent = true;
        await Server.Store.WaitForAsync(() => Server.Log.Count(line => line.Contains("pods?watch")) > 1, Limit);
        Server.WatchesAreSilent = false;
        PutPod(3, "node-1");

        await UntilAsync(() => Endpoints.Asked(3) > 0, "a pod that came during the silence is seen");
    }

    [Test]
    public async Task An_expired_resource_version_leads_to_a_new_list()
    {
        Deploy(3);
        Start();
        await AskedAsync(3, 1);

        await Server.StopAsync();
        Server.Store.Remove("pods", "shop", "web-2");
        PutPod(3, "node-1");
        Server.Store.Compact();
        await Server.StartAgainAsync();

        await UntilAsync(() => Endpoints.Asked(3) > 0, "the new pod is probed");
        var asked = Endpoints.Asked(2);
        await AskedAsync(2, 3);
        Endpoints.Asked(2).ShouldBeLessThanOrEqualTo(asked + 1, "the pod that went while nobody watched is no longer probed");
    }

    [Test]
    public async Task Retry_After_of_the_API_server_delays_the_patch()
    {
        Deploy(3);
        var refused = 0;
        var patched = new List<long>();
        Server.Intercept = async context =>
        {
            if (context.Request.Method != "PATCH" || !context.Request.Path.Value!.Contains("/pods/"))
            {
                return false;
            }

            patched.Add(TimeProvider.System.GetTimestamp());
            if (refused++ > 0)
            {
                return false;
            }

            context.Response.Headers.RetryAfter = "1";
            await context.WriteStatusAsync(429, "TooManyRequests", "later");
            return true;
        };
        Start();
        Endpoints.Fail(0);

        await UntilAsync(() => !Serves(0), "the second try succeeds");
        TimeProvider.System.GetElapsedTime(patched[0], patched[1]).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        Serving(3).ShouldBe(2);
    }

    [Test]
    public async Task If_all_endpoints_fail_the_minimum_stays()
    {
        Deploy(4, _ => "node-0");
        Start();
        await AskedAsync(4, 1);
        Enumerable.Range(0, 4).ToList().ForEach(Endpoints.Fail);

        await UntilAsync(() => HasEvent("RemovalHeldBack"), "an event says that it was held back");
        await NeverAsync(() => Serving(4) < 2, "half must stay");
    }

    [Test]
    public async Task If_half_of_all_endpoints_fail_at_once_on_several_nodes_none_is_removed()
    {
        Deploy(8, i => $"node-{i % 4}");
        var one = Start();
        await AskedAsync(8, 1);
        Enumerable.Range(0, 5).ToList().ForEach(Endpoints.Fail);

        await NeverAsync(() => Serving(8) < 8, "the fault may be here", 4);
        one.Host.Metrics.HeldBack.Value(("namespace", "shop"), ("service", "web"), ("guard", "partition")).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task A_slow_body_does_not_delay_a_result()
    {
        Deploy(3);
        Endpoints.Behave(0, async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(".", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Latency.Of(TimeSpan.FromMilliseconds(50), context.RequestAborted);
            }
        });
        Start();

        await AskedAsync(3, 6);
        Serving(3).ShouldBe(3);
    }

    [Test]
    public async Task An_endless_body_is_not_read()
    {
        Deploy(3);
        var sent = 0L;
        Endpoints.Behave(0, async context =>
        {
            // Reads the socket itself: after the connection is lost, Kestrel accepts all data and sends nothing.
            var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
            await socket.SendAsync(
                "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"u8.ToArray(), SocketFlags.None, context.RequestAborted);
            var block = new byte[64 * 1024];
            while (true)
            {
                Interlocked.Add(ref sent, await socket.SendAsync(block, SocketFlags.None, context.RequestAborted));
            }
        });
        Start();

        await AskedAsync(3, 4);
        Serving(3).ShouldBe(3);
        (sent / Endpoints.Asked(0))
            .ShouldBeLessThan(32 * 1024 * 1024, "only what fits into the sockets' buffers, by default 10 MiB, leaves the server");
    }

    [Test]
    public async Task Redirects_are_not_followed_and_are_unhealthy()
    {
        Deploy(3);
        Endpoints.Behave(0, context =>
        {
            context.Response.Redirect($"http://{Endpoints.Address(7)}:{Endpoints.Port}/again");
            return Task.CompletedTask;
        });
        Start();

        await UntilAsync(() => !Serves(0), "a redirect is not what was asked for");
        Endpoints.Asked(7).ShouldBe(0);
    }

    [Test]
    public async Task Refused_reset_and_dropped_connections_affect_only_that_endpoint()
    {
        Deploy(6, i => $"node-{i}");
        // Nobody listens on 127.0.0.19 and above.
        var pod = Server.Store.Find("pods", "shop", "web-0")!;
        pod["status"]!["podIP"] = Endpoints.Address(20).ToString();
        Server.Store.Put("pods", pod);
        Endpoints.Behave(1, context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Start();

        await UntilAsync(() => !Serves(0) && !Serves(1), "both are removed");
        Serving(6).ShouldBe(4);
        Note(0).ShouldContain("connection refused");

        // A full backlog of one that is never accepted does not answer: a black hole.
        using var hole = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        hole.Bind(new IPEndPoint(Endpoints.Address(21), Endpoints.Port));
        hole.Listen(1);
        pod = Server.Store.Find("pods", "shop", "web-2")!;
        pod["status"]!["podIP"] = Endpoints.Address(21).ToString();
        Server.Store.Put("pods", pod);
        await UntilAsync(() => !Serves(2), "no answer within the time-out");
        Note(2).ShouldContain("no answer within 800ms");
    }

    [Test]
    public async Task A_new_pod_of_the_same_name_is_not_removed_for_the_old_one()
    {
        Deploy(3);
        var replaced = false;
        Server.Intercept = context =>
        {
            if (!replaced
                && context.Request.Method == "PATCH" && context.Request.Path.Value!.EndsWith("/pods/web-0", StringComparison.Ordinal))
            {
                // Between decision and patch, the pod is replaced by a healthy one with the same name.
                replaced = true;
                Server.Store.Remove("pods", "shop", "web-0");
                Endpoints.Recover(0);
                PutPod(0, "node-0");
            }

            return Task.FromResult(false);
        };
        Start();
        await AskedAsync(3, 1);
        Endpoints.Fail(0);

        await UntilAsync(() => replaced, "the patch is tried");
        await NeverAsync(() => !Serves(0), "the new pod was never seen to fail");
    }

    [Test]
    public async Task The_result_of_a_deleted_pod_is_ignored()
    {
        Deploy(3);
        var probing = new TaskCompletionSource();
        Endpoints.Behave(2, async context =>
        {
            probing.TrySetResult();
            await Latency.Of(TimeSpan.FromMilliseconds(250), context.RequestAborted);
        });
        Start();
        await probing.Task.WaitAsync(Limit);
        Server.Store.Remove("pods", "shop", "web-2");

        await AskedAsync(2, 1);
        var asked = Endpoints.Asked(2);
        await NeverAsync(() => Written() > 0 || Endpoints.Asked(2) > asked + 1, "there is no such endpoint any more", 1.5);
    }

    [Test]
    public async Task A_jump_of_the_wall_clock_changes_nothing()
    {
        Deploy(3);
        var clock = new JumpingClock();
        var one = Start(time: clock);
        await AskedAsync(3, 1);

        foreach (var jump in new[] { TimeSpan.FromHours(5), TimeSpan.FromDays(-400), TimeSpan.Zero })
        {
            clock.Offset = jump;
            await AskedAsync(3, 3);
            Serving(3).ShouldBe(3);
            one.Host.IsLeading.ShouldBeTrue("the lease is kept by the monotonic clock");
        }

        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "and it still works");
    }

    [Test]
    public async Task A_flapping_endpoint_needs_more_successes_each_time()
    {
        Deploy(3);
        var rounds = new List<int>();
        Start();
        await AskedAsync(3, 1);
        for (var round = 0; round < 3; round++)
        {
            Endpoints.Fail(0);
            await UntilAsync(() => !Serves(0), $"round {round}: out");
            Endpoints.Recover(0);
            var before = Endpoints.Asked(0);
            await UntilAsync(() => Serves(0), $"round {round}: back");
            rounds.Add(Endpoints.Asked(0) - before);
        }

        rounds[2].ShouldBeGreaterThanOrEqualTo(
            4, $"probes until it was back: {string.Join(", ", rounds)}");
    }

    private string Note(int index) => Server.Store.Find("pods", "shop", $"web-{index}")!["metadata"]!["annotations"]!.ToJsonString();
}
