using Microsoft.AspNetCore.Http;
using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Tests;

public sealed class Leadership : ClusterFixture
{
    [Test]
    public async Task Only_the_leader_of_two_instances_probes_and_writes()
    {
        Deploy(3);
        var one = Start("one");
        await UntilAsync(() => one.Host.IsLeading, "the first takes the lease");
        var two = Start("two");
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "the failing pod is removed");

        two.Host.IsLeading.ShouldBeFalse();
        two.Host.IsSynced.ShouldBeTrue("a standby is warm");
        two.Host.Metrics.Checks.Value(("namespace", "shop"), ("service", "web"), ("result", "healthy")).ShouldBe(0);
        Written().ShouldBe(1, "one patch by one leader");
    }

    [Test]
    public async Task A_stopping_leader_releases_the_Lease_at_once()
    {
        var (one, two) = await StartBothAsync();

        var renewed = Server.Store.Find("leases", "default", "dns-health-controller")!["spec"]!["renewTime"]!.GetValue<string>();
        renewed.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", "the API server wants six digits");

        await one.StopAsync();
        Holder().ShouldBeOneOf("", "two");

        var from = TimeProvider.System.GetTimestamp();
        await UntilAsync(() => two.Host.IsLeading, "the second takes over");
        TimeProvider.System.GetElapsedTime(from).ShouldBeLessThan(TimeSpan.FromSeconds(3), "without waiting for the lease to run out");
    }

    [Test]
    public async Task A_leader_that_cannot_renew_stops_before_another_starts()
    {
        var (one, two) = await StartBothAsync();
        CutOff("one");
        var both = 0;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        var watcher = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                both += one.Host.IsLeading && two.Host.IsLeading ? 1 : 0;
                await Task.Yield();
            }
        }, Limit);

        await UntilAsync(() => two.Host.IsLeading, "the second takes over");
        await done.CancelAsync();
        await watcher;
        both.ShouldBe(0, "never two at a time");
        one.Host.IsLeading.ShouldBeFalse();
        Server.Intercept = _ => Task.FromResult(false);
    }

    [Test]
    public async Task A_standby_probes_but_writes_nothing_while_the_renewal_is_late()
    {
        var (one, two) = await StartBothAsync();
        CutOff("one");
        await UntilAsync(() => !one.Host.IsLeading, "its time is over");
        Endpoints.Fail(0);

        double Probed(string result) => two.Host.Metrics.Checks.Value(("namespace", "shop"), ("service", "web"), ("result", result));
        var (probed, written) = (0.0, 0);
        await UntilAsync(
            () =>
            {
                if (two.Host.IsLeading)
                {
                    return true;
                }

                probed = Probed("healthy") + Probed("unhealthy");
                written = Written();
                return false;
            },
            "the second takes over");
        probed.ShouldBeGreaterThan(0, "what fails is known when it becomes the leader");
        written.ShouldBe(0, "only a leader writes");
        await UntilAsync(() => !Serves(0), "the failing pod is removed");
        Server.Intercept = _ => Task.FromResult(false);
    }

    [Test]
    public async Task A_leader_that_lost_its_Lease_writes_nothing()
    {
        Deploy(3);
        var one = Start("one");
        await UntilAsync(() => one.Host.IsLeading, "it leads");
        var lease = Server.Store.Find("leases", "default", "dns-health-controller")!;
        lease["spec"]!["holderIdentity"] = "somebody-else";
        lease["spec"]!["leaseDurationSeconds"] = 600;
        Server.Store.Put("leases", lease);
        await UntilAsync(() => !one.Host.IsLeading, "it notices");

        Endpoints.Fail(0);

        await NeverAsync(() => Written() > 0, "it no longer leads");
    }

    [Test]
    public async Task A_running_patch_ends_before_the_Lease_is_released()
    {
        Deploy(3);
        var patching = new TaskCompletionSource();
        Server.Intercept = async context =>
        {
            if (context.Request.Method == "PATCH" && context.Request.Path.Value!.Contains("/pods/"))
            {
                patching.TrySetResult();
                await Latency.Of(TimeSpan.FromMilliseconds(700), context.RequestAborted);
            }

            return false;
        };
        var one = Start("one");
        Endpoints.Fail(0);
        await patching.Task.WaitAsync(Limit);

        await one.StopAsync();

        Serves(0).ShouldBeFalse("the patch went through");
        Holder().ShouldBe("", "and then the lease was given back");
        Written().ShouldBe(1);
    }

    [Test]
    public async Task A_renewal_without_a_response_does_not_keep_the_Lease_after_a_stop()
    {
        Deploy(3);
        var one = Start("one");
        await UntilAsync(() => one.Host.IsLeading, "it leads");
        var renewing = new TaskCompletionSource();
        Server.Intercept = async context =>
        {
            if (renewing.Task.IsCompleted
                || context.Request.Method != "PATCH" || !context.Request.Path.Value!.Contains("/leases/"))
            {
                return false;
            }

            // The renewal is written, but the answer is lost.
            Server.Store.Put("leases", Server.Store.Find("leases", "default", "dns-health-controller")!);
            renewing.SetResult();
            await Latency.Of(Timeout.InfiniteTimeSpan, context.RequestAborted);
            return true;
        };
        await renewing.Task.WaitAsync(Limit);

        await one.StopAsync();

        Holder().ShouldBe("", "the other instance need not wait until the lease runs out");
    }

    [Test]
    public async Task A_leader_stops_before_it_hands_over_and_does_not_retake_the_Lease()
    {
        using var client = new ApiClient(Connection(), TimeProvider.System);
        var elector = new LeaderElector(
            client, new ObjectName("default", "dns-health-controller"), "one", Options.LeaderElection, TimeProvider.System,
            new ControllerMetrics(), NullLogger.Instance);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        var changes = new ConcurrentQueue<Role>();
        var running = elector.RunAsync(changes.Enqueue, end.Token);
        await UntilAsync(() => elector.MayAct, "it leads");

        elector.HandOver("two");

        elector.MayAct.ShouldBeFalse("the other one may begin at any moment from now on");
        await UntilAsync(() => Holder() == "two", "the Lease names the other one");
        await NeverAsync(() => elector.MayAct || Holder() != "two", "it is the other one's", 1);
        changes.Take(2).ShouldBe([Role.Leader, Role.Standby]);
        changes.Skip(2).ShouldAllBe(role => role != Role.Leader, "the other one never renews here, so this one may stand by to probe");
        await end.CancelAsync();
        await running;
        await elector.ReleaseAsync(Limit);
        Holder().ShouldBe("two", "there is nothing to give back");
    }

    /// <summary>No request of the instance for its Lease succeeds anymore.</summary>
    private void CutOff(string instance) => Server.Intercept = async context =>
    {
        if (context.Request.Method != "PATCH" || !context.Request.Path.Value!.Contains("/leases/"))
        {
            return false;
        }

        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var holder = JsonNode.Parse(await reader.ReadToEndAsync(Limit))!["spec"]!["holderIdentity"]!.GetValue<string>();
        context.Request.Body.Position = 0;
        if (holder != instance)
        {
            return false;
        }

        await context.WriteStatusAsync(503, "ServiceUnavailable", "cut off");
        return true;
    };

    /// <summary>The first instance leads, the second is its standby.</summary>
    private async Task<(RunningController One, RunningController Two)> StartBothAsync()
    {
        Deploy(3);
        var one = Start("one");
        await UntilAsync(() => one.Host.IsLeading, "the first takes the lease");
        var two = Start("two");
        await UntilAsync(() => two.Host.IsSynced, "the second stands by");
        return (one, two);
    }

    private string? Holder() =>
        Server.Store.Find("leases", "default", "dns-health-controller")?["spec"]?["holderIdentity"]?.GetValue<string>();
}
