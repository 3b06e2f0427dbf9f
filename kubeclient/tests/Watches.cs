using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Testing;
using PlatformGitOps.KubeClient.Watching;

namespace PlatformGitOps.KubeClient.Tests;

public sealed class Watches : ApiServerFixture
{
    [Test]
    public async Task A_watch_tells_what_happened_after_the_list()
    {
        Server.Store.Put("pods", Pod("before"));
        var list = await Client.ListAsync(Resources.Pods, null, ListQuery.All, Limit);
        Server.Store.Put("pods", Pod("after"));
        Server.Store.Put("pods", Pod("after"));
        Server.Store.Remove("pods", "shop", "after");

        var seen = await TakeAsync(list.ResourceVersion, 3);

        seen[0].ShouldBeOfType<WatchEvent<Pod>.Added>().Item.Metadata.Name.ShouldBe("after");
        seen[1].ShouldBeOfType<WatchEvent<Pod>.Modified>();
        seen[2].ShouldBeOfType<WatchEvent<Pod>.Deleted>();
    }

    [Test]
    public async Task A_quiet_watch_gets_bookmarks()
    {
        var version = Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var seen = await TakeAsync(version, 1);

        seen[0].ShouldBeOfType<WatchEvent<Pod>.Bookmark>().ResourceVersion.ShouldBe(version);
    }

    [Test]
    public async Task A_version_that_is_no_longer_kept_ends_the_watch_as_gone()
    {
        Server.Store.Put("pods", Pod("web"));
        Server.Store.Compact();

        var seen = await TakeAsync("1", 5);

        seen.ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>().Reason.ShouldBe(WatchEnd.Gone);
    }

    [Test]
    public async Task A_watch_refused_with_410_ends_as_gone_too()
    {
        Server.Intercept = async context =>
        {
            await context.WriteStatusAsync(410, "Gone", "too old resource version");
            return true;
        };

        (await TakeAsync("1", 5)).ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>().Reason.ShouldBe(WatchEnd.Gone);
    }

    [Test]
    public async Task A_connection_that_goes_silent_ends_the_watch()
    {
        Server.WatchesAreSilent = true;

        var seen = await TakeAsync(Now(), 5, TimeSpan.FromMilliseconds(300));

        seen.ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>().Reason.ShouldBe(WatchEnd.Silent);
    }

    [Test]
    public async Task A_server_that_stops_ends_the_watch()
    {
        var watching = TakeAsync(Now(), int.MaxValue);
        await Server.Store.WaitForAsync(() => Server.Log.Any(line => line.Contains("watch=1", StringComparison.Ordinal)), Limit);

        await Server.StopAsync();

        var end = (await watching)[^1].ShouldBeOfType<WatchEvent<Pod>.Ended>();
        end.Reason.ShouldBeOneOf(WatchEnd.Closed, WatchEnd.Failed);
    }

    [Test]
    public async Task A_server_that_is_not_there_ends_the_watch_as_failed()
    {
        await Server.StopAsync();

        (await TakeAsync("1", 5)).ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>().Reason.ShouldBe(WatchEnd.Failed);
    }

    [Test]
    public async Task A_throttled_watch_says_how_long_to_wait()
    {
        Server.Intercept = async context =>
        {
            context.Response.Headers.RetryAfter = "3";
            await context.WriteStatusAsync(429, "TooManyRequests", "later");
            return true;
        };

        var end = (await TakeAsync("1", 5)).ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>();
        end.Reason.ShouldBe(WatchEnd.Throttled);
        end.RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Test]
    public async Task A_line_that_is_cut_off_ends_the_watch_as_failed()
    {
        Server.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync("{\"type\":\"ADDED\",\"object\":{\"meta"u8.ToArray(), Limit);
            return true;
        };

        (await TakeAsync("1", 5)).ShouldHaveSingleItem().ShouldBeOfType<WatchEvent<Pod>.Ended>().Reason.ShouldBe(WatchEnd.Failed);
    }

    private string Now() => Server.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<WatchEvent<Pod>>> TakeAsync(string version, int count, TimeSpan? silence = null)
    {
        var query = new WatchQuery { ResourceVersion = version, Silence = silence ?? TimeSpan.FromSeconds(20) };
        var seen = new List<WatchEvent<Pod>>();
        await foreach (var change in Client.WatchAsync(Resources.Pods, null, query, Limit))
        {
            if (change is WatchEvent<Pod>.Opened)
            {
                continue;
            }

            seen.Add(change);
            if (seen.Count >= count)
            {
                break;
            }
        }

        return seen;
    }
}
