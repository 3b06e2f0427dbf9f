using k8s;
using PlatformGitOps.Controller.Hosting;

// Each test has its own API server and ports, and mostly waits.
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[assembly: Parallelizable(ParallelScope.All)]
[assembly: LevelOfParallelism(8)]

namespace PlatformGitOps.Controller.Tests;

/// <summary>A fake API server, real endpoints and complete controllers, with intervals short enough for tests.</summary>
public abstract class ClusterFixture
{
    private readonly List<RunningController> _instances = [];
    private CancellationTokenSource _limit = null!;

    private protected FakeApiServer Server { get; private set; } = null!;

    private protected Endpoints Endpoints { get; private set; } = null!;

    protected CancellationToken Limit => _limit.Token;

    [SetUp]
    public async Task StartCluster()
    {
        _limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        Server = await FakeApiServer.StartAsync();
        Endpoints = await Endpoints.StartAsync(8);
    }

    [TearDown]
    public async Task StopCluster()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        _instances.Clear();
        await Endpoints.DisposeAsync();
        await Server.DisposeAsync();
        _limit.Dispose();
    }

    private protected static ControllerOptions Options { get; } = new()
    {
        Defaults = new HealthPolicy
        {
            Interval = TimeSpan.FromMilliseconds(800),
            RetryInterval = TimeSpan.FromMilliseconds(100),
            Timeout = TimeSpan.FromMilliseconds(800),
        },
        ShortestInterval = TimeSpan.FromMilliseconds(10),
        // The endpoints of these tests have loopback addresses.
        Networks = new ProbeNetworks { Denied = [], Declarable = [IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")] },
        WatchSilence = TimeSpan.FromSeconds(2),
        LeaderElection = new LeaderElectionOptions
        {
            LeaseDuration = TimeSpan.FromSeconds(4),
            RenewDeadline = TimeSpan.FromSeconds(3),
            RetryPeriod = TimeSpan.FromMilliseconds(300),
        },
    };

    private protected RunningController Start(
        string identity = "one", bool dryRun = false, TimeProvider? time = null, ApiConnection? connection = null,
        ControllerOptions? options = null)
    {
        var settings = new HostSettings(identity, dryRun);
        var host = new ControllerHost(
            connection ?? Connection(), settings, options ?? Options, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        var instance = new RunningController(host);
        _instances.Add(instance);
        return instance;
    }

    private protected ApiConnection Connection() => ConnectionTo(Server);

    private protected static ApiConnection ConnectionTo(FakeApiServer server) => new()
    {
        Configuration = new KubernetesClientConfiguration { Host = server.Address.AbsoluteUri },
        RequestTimeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Creates a Service with so many pods, two on each node by default.</summary>
    private protected void Deploy(int pods, Func<int, string>? node = null, params (string Key, string Value)[] annotations)
    {
        var selector = new JsonObject { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" };
        PutService("web", "shop", selector, Endpoints.Port, annotations);
        for (var i = 0; i < pods; i++)
        {
            PutPod(i, node?.Invoke(i) ?? $"node-{i / 2}");
        }
    }

    /// <summary>Creates a Service with health checks.</summary>
    private protected JsonObject PutService(
        string name, string ns, JsonObject? selector, int port, params (string Key, string Value)[] annotations)
    {
        var notes = new JsonObject { [Annotations.Enabled] = "true" };
        foreach (var (key, value) in annotations)
        {
            notes[key] = value;
        }

        return Server.Store.Put("services", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["annotations"] = notes },
            ["spec"] = new JsonObject
            {
                ["selector"] = selector,
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = port }),
            },
        });
    }

    private protected void PutPod(int index, string node, string? name = null) => Server.Store.Put("pods", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name ?? $"web-{index}",
            ["namespace"] = "shop",
            ["labels"] = new JsonObject { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" },
        },
        ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray() },
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = Endpoints.Address(index).ToString(),
            ["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "Ready", ["status"] = "True" },
                new JsonObject { ["type"] = "ContainersReady", ["status"] = "True" }),
        },
    });

    /// <summary>Gives a pod an owner with this selector.</summary>
    private protected void Own(int index, string kind, params string[] selected)
    {
        var owner = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"owner-{index}", ["namespace"] = "shop" },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject
                {
                    ["matchLabels"] = new JsonObject(selected.Select(label => KeyValuePair.Create(label, (JsonNode?)"true"))),
                },
            },
        };
        Server.Store.Put($"{kind.ToLowerInvariant()}s", owner);
        var pod = Server.Store.Find("pods", "shop", $"web-{index}")!;
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = kind,
            ["name"] = $"owner-{index}",
            ["uid"] = $"owner-{index}",
            ["controller"] = true,
        });
        Server.Store.Put("pods", pod);
    }

    private protected bool Serves(int index) => Label(index) == "true";

    private protected int Serving(int pods) => Enumerable.Range(0, pods).Count(Serves);

    private protected int Written() =>
        Server.Log.Count(line => line.StartsWith("PATCH", StringComparison.Ordinal) && line.Contains("/pods/"));

    private protected bool HasEvent(string reason, string ns = "shop") =>
        Server.Store.List("events", ns).Any(e => e["reason"]?.GetValue<string>() == reason);

    private protected async Task UntilAsync(Func<bool> condition, string because)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        patience.CancelAfter(TimeSpan.FromSeconds(40));
        try
        {
            await Server.Store.WaitForAsync(condition, patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"within 40 s: {because}\n{string.Join('\n', Server.Log.TakeLast(15))}");
        }
    }

    /// <summary>Checks that a condition stays false, for longer than several thresholds.</summary>
    private protected async Task NeverAsync(Func<bool> condition, string because, double seconds = 2.5)
    {
        var from = TimeProvider.System.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (TimeProvider.System.GetElapsedTime(from) < TimeSpan.FromSeconds(seconds))
        {
            condition().ShouldBeFalse(because);
            await pace.WaitForNextTickAsync(Limit);
        }
    }

    /// <summary>Waits until every endpoint has had so many more probes.</summary>
    private protected async Task AskedAsync(int pods, int more)
    {
        var before = Enumerable.Range(0, pods).Select(Endpoints.Asked).ToArray();
        await UntilAsync(() => Enumerable.Range(0, pods).All(i => Endpoints.Asked(i) >= before[i] + more), "all endpoints are probed");
    }

    private string? Label(int index) =>
        Server.Store.Find("pods", "shop", $"web-{index}")?["metadata"]?["labels"]?[Annotations.DefaultServeLabel]?.GetValue<string>();
}

/// <summary>A running controller.</summary>
internal sealed class RunningController : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public RunningController(ControllerHost host)
    {
        Host = host;
        _running = Task.Run(() => host.RunAsync(_stop.Token));
    }

    public ControllerHost Host { get; }

    public Task Running => _running;

    /// <summary>The same as SIGTERM.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Host.Dispose();
        _stop.Dispose();
    }
}
