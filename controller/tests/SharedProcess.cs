using System.Net.Sockets;

namespace PlatformGitOps.Controller.Tests;

/// <summary>A Service cannot block the probes of others, and late probes are reported for the right Service.</summary>
public sealed class SharedProcess : ClusterFixture
{
    private const int Places = 32;

    [TestCase(Annotations.ServerName, "not a host")]
    [TestCase(Annotations.ServerName, "https://web.example.com")]
    [TestCase(Annotations.Timeout, "1300h")]
    [TestCase(Annotations.Interval, "1300h")]
    public async Task An_invalid_annotation_is_reported_and_affects_no_other_Service(string key, string value)
    {
        PutService("evil", "evil", null, Endpoints.Port, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, Hosts(0, 500)),
            (key, value));
        await VictimIsCheckedAsync();

        await UntilAsync(() => HasEvent("InvalidHealthCheck", "evil"), "an Event tells the owner");
    }

    [Test]
    public async Task Too_many_addresses_are_refused_with_an_Event()
    {
        PutService("evil", "evil", null, Endpoints.Port, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, Hosts(0, 2100)));
        await VictimIsCheckedAsync();

        await UntilAsync(() => HasEvent("InvalidHealthCheck", "evil"), "an Event tells the owner");
    }

    [Test]
    public async Task Hanging_probes_of_four_thousand_addresses_leave_slots_for_others()
    {
        using var hole = new BlackHole();
        for (var i = 0; i < 4; i++)
        {
            PutService(
                $"evil-{i}", "evil", null, hole.Port, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, Hosts(i, 1000)),
                (Annotations.Interval, "30s"), (Annotations.Timeout, "30s"), (Annotations.FailureThreshold, "100"));
        }

        await VictimIsCheckedAsync(() => hole.Open >= Places / 2);
    }

    [Test]
    public async Task Late_probes_of_a_Service_are_reported()
    {
        using var hole = new BlackHole();
        PutService(
            "slow", "evil", null, hole.Port, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, Hosts(0, 300)),
            (Annotations.Interval, "1s"), (Annotations.Timeout, "1s"), (Annotations.FailureThreshold, "100"));
        Start(options: Options with { MaxConcurrentProbes = Places });
        Deploy(3);
        await AskedAsync(3, 3);

        await UntilAsync(() => HasEvent("ProbesStarved", "evil"), "an Event tells the owner");
        HasEvent("ProbesStarved").ShouldBeFalse("the others are probed in time");
    }

    [Test]
    public async Task Events_of_one_namespace_do_not_suppress_those_of_another()
    {
        using var client = new ApiClient(Connection(), TimeProvider.System);
        var recorder = new EventRecorder(client, "test", TimeProvider.System, NullLogger.Instance);
        for (var i = 0; i < 60; i++)
        {
            await recorder.WriteAsync(About("evil"), true, "InvalidHealthCheck", "again", Limit);
        }

        await recorder.WriteAsync(About("shop"), true, "EndpointRemoved", "once", Limit);

        HasEvent("EndpointRemoved").ShouldBeTrue();
        Server.Store.List("events", "evil").Count.ShouldBeLessThan(30);

        static V1ObjectReference About(string ns) => new() { ApiVersion = "v1", Kind = "Service", Name = "web", NamespaceProperty = ns };
    }

    /// <summary>A failing pod of a well-behaved Service is removed as usual.</summary>
    private async Task VictimIsCheckedAsync(Func<bool>? attacked = null)
    {
        Start(options: Options with { MaxConcurrentProbes = Places });
        await UntilAsync(attacked ?? (() => true), "the attack is under way");
        Deploy(3);
        await AskedAsync(3, 3);

        Endpoints.Fail(0);

        await UntilAsync(() => !Serves(0), "the pod is removed");
        Serving(3).ShouldBe(2);
    }

    /// <summary>Loopback addresses that all reach a listener on any address.</summary>
    private static string Hosts(int part, int count) =>
        string.Join(',', Enumerable.Range(0, count).Select(i => $"127.{10 + part}.{i / 250}.{1 + (i % 250)}"));

    /// <summary>Accepts every connection and never answers.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly ConcurrentQueue<Socket> _open = [];

        public BlackHole()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Any, 0));
            _listener.Listen(1024);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public int Open => _open.Count;

        public void Dispose()
        {
            _listener.Dispose();
            foreach (var socket in _open)
            {
                socket.Dispose();
            }
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _open.Enqueue(await _listener.AcceptAsync());
                }
            }
            catch (SocketException)
            {
                // The test has ended.
            }
            catch (ObjectDisposedException)
            {
                // The same, slightly earlier.
            }
        }
    }
}
