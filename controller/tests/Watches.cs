using System.Text;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Tests;

public sealed class Watches : ClusterFixture
{
    private static readonly WatchedResource<V1Pod> Pods = WatchedResources.Pods(null);
    private ApiClient _client = null!;

    [SetUp]
    public void Connect() => _client = new ApiClient(Connection(), TimeProvider.System);

    [TearDown]
    public void Disconnect() => _client.Dispose();

    [Test]
    public async Task A_watch_reports_events_after_the_list_and_bookmarks()
    {
        PutPod(0, "node-0");
        var version = Now();
        PutPod(1, "node-0");
        PutPod(1, "node-0");
        Server.Store.Remove("pods", "shop", "web-1");

        var seen = await TakeAsync(version, 4);

        seen[0].ShouldBeOfType<WatchEvent<V1Pod>.Present>().Item.Metadata.Name.ShouldBe("web-1");
        seen[1].ShouldBeOfType<WatchEvent<V1Pod>.Present>();
        seen[2].ShouldBeOfType<WatchEvent<V1Pod>.Deleted>();
        seen[3].ShouldBeOfType<WatchEvent<V1Pod>.Bookmark>().ResourceVersion.ShouldBe(Now());
    }

    [Test]
    public async Task An_expired_resource_version_ends_the_watch_as_gone()
    {
        PutPod(0, "node-0");
        Server.Store.Compact();

        (await EndAsync("1")).Reason.ShouldBe(WatchEnd.Gone);
    }

    [TestCase(410, null, "Gone", true)]
    [TestCase(429, 3, "Throttled", false)]
    [TestCase(504, null, "Refused", true)]
    [TestCase(500, null, "Refused", true)]
    public async Task A_refused_watch_ends_with_a_reason(int status, int? retryAfter, string reason, bool listAgain)
    {
        Server.Intercept = async context =>
        {
            context.Response.Headers.RetryAfter = retryAfter?.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await context.WriteStatusAsync(status, "Refused", "Too large resource version: 7, current: 1");
            return true;
        };

        var end = await EndAsync("7");

        (end.Reason.ToString(), end.ListAgain).ShouldBe((reason, listAgain));
        end.RetryAfter.ShouldBe(retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    [TestCase("{\"type\":\"ADDED\",\"object\":{\"meta")]
    [TestCase("{\"type\":\"BOOKMARK\",\"object\":null}\n")]
    [TestCase("{\"type\":\"ADDED\",\"object\":[]}\n")]
    [TestCase("{\"type\":\"NEW\",\"object\":{}}\n")]
    [TestCase("[]\n")]
    public async Task A_malformed_line_ends_only_the_watch(string line)
    {
        Server.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), Limit);
            return true;
        };

        var end = await EndAsync("1");

        (end.Reason, end.ListAgain).ShouldBe((WatchEnd.Refused, true));
    }

    [Test]
    public async Task A_silent_connection_ends_the_watch()
    {
        Server.WatchesAreSilent = true;

        (await EndAsync(Now(), TimeSpan.FromMilliseconds(300))).Reason.ShouldBe(WatchEnd.Silent);
    }

    [Test]
    public async Task A_stopped_server_ends_the_watch()
    {
        var watching = EndAsync(Now());
        await Server.Store.WaitForAsync(() => Server.Log.Any(line => line.Contains("watch=1")), Limit);

        await Server.StopAsync();

        var end = await watching;
        end.Reason.ShouldBeOneOf(WatchEnd.Cut, WatchEnd.Failed);
        end.ListAgain.ShouldBeTrue();
        (await EndAsync("1")).Reason.ShouldBe(WatchEnd.Failed);
    }

    [Test]
    public async Task The_reflector_lists_again_after_any_error()
    {
        PutPod(0, "node-0");
        Server.Intercept = async context =>
        {
            if (context.Request.Query["watch"] != "1")
            {
                return false;
            }

            await context.WriteStatusAsync(504, "Timeout", "Too large resource version");
            return true;
        };

        await ReflectAsync(() => Lists() > 2, "the version is not kept");
    }

    [TestCase(300, "Closed", false)]
    [TestCase(290, "Cut", true)]
    public async Task A_watch_that_lasted_long_enough_continues_at_its_resource_version(int seconds, string reason, bool listAgain)
    {
        var clock = new LaterClock();
        Server.Intercept = context =>
        {
            clock.Ahead = TimeSpan.FromSeconds(seconds);
            return Task.FromResult(context.Request.Query["watch"] == "1");
        };

        var end = (await TakeAsync("1", int.MaxValue, time: clock))[^1].ShouldBeOfType<WatchEvent<V1Pod>.Ended>();

        (end.Reason.ToString(), end.ListAgain).ShouldBe((reason, listAgain));
    }

    [TestCase(0)]
    [TestCase(10)]
    public async Task The_reflector_has_the_servers_state_after_an_etcd_restore(int changesOfOthers)
    {
        PutPod(0, "node-0");
        var snapshot = Server.Store.Version;
        PutPod(1, "node-0");
        PutPod(2, "node-0");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        var present = new ConcurrentDictionary<string, bool>();
        var running = Reflector(delta => Keep(present, delta)).RunAsync(stop.Token);
        await UntilAsync(() => present.Count == 3, "it follows");

        await Server.StopAsync();
        Server.Store.Restore(snapshot);
        for (var i = 0; i < changesOfOthers; i++)
        {
            // These changes bring the server past the reflector's last version.
            PutService("other", "shop", null, 80);
        }

        await Server.StartAgainAsync();
        PutPod(3, "node-0");

        await UntilAsync(() => present.Keys.Order().SequenceEqual(["web-0", "web-3"]), "what was restored, and what came since");
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Test]
    public async Task Watches_that_break_are_reopened_with_back_off()
    {
        PutPod(0, "node-0");
        Server.Intercept = context => Task.FromResult(context.Request.Query["watch"] == "1");

        // 200 ms doubled: the fifth list comes after at least 1.5 s.
        var since = TimeProvider.System.GetTimestamp();
        await ReflectAsync(() => Lists() >= 5, "it lists again");
        TimeProvider.System.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.4));
    }

    private static void Keep(ConcurrentDictionary<string, bool> present, Delta<V1Pod> delta)
    {
        switch (delta)
        {
            case Delta<V1Pod>.Present { Item: var pod }:
                present[pod.Metadata.Name] = true;
                break;
            case Delta<V1Pod>.Absent { Name: var name }:
                present.TryRemove(name.Name, out _);
                break;
        }
    }

    [Test]
    public async Task A_malformed_list_is_retried()
    {
        PutPod(0, "node-0");
        var bad = 2;
        Server.Intercept = async context =>
        {
            if (Interlocked.Decrement(ref bad) < 0)
            {
                return false;
            }

            await context.Response.Body.WriteAsync("<html>"u8.ToArray(), Limit);
            return true;
        };

        (await ReflectAsync(() => Server.Log.Any(line => line.Contains("watch=1")), "it lists in the end"))
            .ShouldContain("web-0");
    }

    [Test]
    public async Task A_list_of_several_pages_survives_an_expired_snapshot()
    {
        for (var i = 0; i < 1200; i++)
        {
            PutPod(i % 8, "node-0", $"web-{i}");
        }

        var compacted = false;
        Server.Intercept = context =>
        {
            if (!compacted && context.Request.Query.ContainsKey("continue"))
            {
                compacted = true;
                Server.Store.Compact();
            }

            return Task.FromResult(false);
        };

        var seen = await ReflectAsync(
            () => Server.Log.Any(line => line.Contains("watch=1")), "the list is complete");

        seen.Distinct().Count().ShouldBe(1200);
        Lists().ShouldBe(3, "two pages, of which the second fails, and then all at once");
    }

    private int Lists() =>
        Server.Log.Count(line => line.Contains("/pods?") && !line.Contains("watch=1"));

    private async Task<List<string>> ReflectAsync(Func<bool> condition, string because)
    {
        var seen = new List<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        var running = Reflector(delta => seen.AddRange(delta is Delta<V1Pod>.Present { Item: var pod } ? [pod.Metadata.Name] : []))
            .RunAsync(stop.Token);
        await UntilAsync(condition, because);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return seen;
    }

    private Reflector<V1Pod> Reflector(Action<Delta<V1Pod>> emit) => new(
        _client, Pods, TimeSpan.FromSeconds(20), emit, TimeProvider.System, new ControllerMetrics(), NullLogger.Instance);

    private string Now() => Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<WatchEvent<V1Pod>.Ended> EndAsync(string version, TimeSpan? silence = null) =>
        (await TakeAsync(version, int.MaxValue, silence))[^1].ShouldBeOfType<WatchEvent<V1Pod>.Ended>();

    private async Task<List<WatchEvent<V1Pod>>> TakeAsync(string version, int count, TimeSpan? silence = null, TimeProvider? time = null)
    {
        var seen = new List<WatchEvent<V1Pod>>();
        await foreach (
            var change in Watch.RunAsync(_client, Pods, version, silence ?? TimeSpan.FromSeconds(20), time ?? TimeProvider.System, Limit))
        {
            if (change is not WatchEvent<V1Pod>.Opened)
            {
                seen.Add(change);
            }

            if (seen.Count >= count)
            {
                break;
            }
        }

        return seen;
    }

    /// <summary>The machine's monotonic clock, set forward.</summary>
    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }
}
