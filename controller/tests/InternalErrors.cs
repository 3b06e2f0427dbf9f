using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Tests;

/// <summary>An unexpected exception is logged, counted and retried; it ends nothing and blocks nothing.</summary>
public sealed class InternalErrors : ClusterFixture
{
    [Test]
    public void Deleted_Services_leave_room_for_the_counters_of_new_ones()
    {
        var metrics = new ControllerMetrics();
        for (var number = 0; number < 4000; number++)
        {
            (string, string)[] gone = [("namespace", "preview"), ("service", $"web-{number}")];
            metrics.Begin(gone);
            metrics.Checks.Increment([.. gone, ControllerMetrics.ResultOf(healthy: true)]);
            metrics.Forget(gone);
        }

        metrics.Begin([("namespace", "shop"), ("service", "api")]);
        metrics.HeldBack.Increment(("namespace", "shop"), ("service", "api"), ControllerMetrics.LabelOf(Guard.Partition));
        metrics.Write().ShouldContain(
            "dns_health_controller_held_back_total{namespace=\"shop\",service=\"api\",guard=\"partition\"} 1");
        metrics.Write().ShouldNotContain("preview");
    }

    [Test]
    public async Task A_probe_that_throws_fails_and_frees_its_slot()
    {
        // A name that AnnotationReader would refuse.
        using var prober = new EndpointProber(TimeProvider.System, TimeProvider.System.GetTimestamp());
        var metrics = new ControllerMetrics();
        var results = new List<ProbeResult>();
        var scheduler = new ProbeScheduler(
            prober, 1, new Telemetry(metrics, null, NullLogger.Instance), (_, _, result) => results.Add(result));
        var service = new ManagedService(new V1Service { Metadata = new V1ObjectMeta { Name = "web" } }, new HealthPolicy());
        var removal = new RemovalState(RemovalMechanism.Of(service.Policy), new WriteState(), null);
        var endpoint = new TrackedEndpoint(service, removal, At(Endpoints.Address(0)), Target("a b"));

        for (var i = 1; i <= 3; i++)
        {
            scheduler.Schedule(endpoint, TimeSpan.Zero);
            scheduler.StartDue(TimeSpan.FromSeconds(1), Limit);
            await UntilAsync(() => results.Count == i, "each probe is completed");
            scheduler.Free(endpoint);
        }

        results.ShouldAllBe(result => !result.Healthy && result.Detail == "the probe failed: FormatException");
        metrics.InternalErrors.Value(("component", "probe")).ShouldBe(3);
    }

    [Test]
    public async Task A_write_that_throws_has_an_outcome()
    {
        using var client = new ApiClient(Connection(), TimeProvider.System);
        var metrics = new ControllerMetrics();
        var applier = new Applier(new ObjectApi(client), () => throw new InvalidOperationException("unexpected"), TimeProvider.System);
        var recorder = new EventRecorder(client, "test", TimeProvider.System, NullLogger.Instance);
        var writer = new ChangeWriter(applier, new Telemetry(metrics, recorder, NullLogger.Instance), TimeProvider.System);
        var outcome = new TaskCompletionSource<ApplyOutcome>();

        writer.Start(
            new EndpointWrite
            {
                Service = new V1Service { Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop" } },
                Mechanism = RemovalMechanism.Of(new HealthPolicy()),
                Verdict = Verdict.Remove,
                Endpoints = ["web-0"],
                Reason = "test",
                Pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "web-0", NamespaceProperty = "shop" } },
            },
            outcome.SetResult);

        (await outcome.Task.WaitAsync(Limit)).ShouldBeOfType<ApplyOutcome.Failed>().Why.ShouldBe("unexpected");
        metrics.InternalErrors.Value(("component", "apply")).ShouldBe(1);
        await UntilAsync(() => writer.Running == 0, "the write is over");
    }

    [Test]
    public async Task An_election_continues_after_an_unreadable_token()
    {
        var tokens = new BrokenTokens();
        var connection = Connection();
        connection.Configuration.TokenProvider = tokens;
        Deploy(1);
        var one = Start(connection: connection);
        await UntilAsync(() => one.Host.Metrics.InternalErrors.Value(("component", "election")) > 1, "each attempt is counted");
        one.Running.IsCompleted.ShouldBeFalse();

        tokens.IsBroken = false;

        await UntilAsync(() => one.Host is { IsLeading: true, IsSynced: true }, "it leads in the end");
        tokens.IsBroken = true;
        await UntilAsync(() => !one.Host.IsLeading, "it loses the Lease");
        tokens.IsBroken = false;
        await UntilAsync(() => one.Host.IsLeading, "and takes it again");
        await one.StopAsync();
        Server.Store.Find("leases", "default", "dns-health-controller")!["spec"]!["holderIdentity"]!.GetValue<string>().ShouldBe("");
    }

    private static Endpoint At(IPAddress address) => new()
    {
        Id = "web-0",
        Address = new IPEndPoint(address, 80),
        State = EndpointState.Serving,
        Node = "node-0",
        IsProbed = true,
    };

    private ProbeTarget Target(string name) => new()
    {
        Scheme = ProbeScheme.Http,
        Address = new IPEndPoint(Endpoints.Address(0), Endpoints.Port),
        Timeout = TimeSpan.FromSeconds(5),
        ServerName = name,
    };

    private sealed class BrokenTokens : k8s.Authentication.ITokenProvider
    {
        public volatile bool IsBroken = true;

        public Task<System.Net.Http.Headers.AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
            IsBroken
                ? throw new UnauthorizedAccessException("the token file cannot be read")
                : Task.FromResult(new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", "token"));
    }
}
