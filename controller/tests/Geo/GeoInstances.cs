using k8s;

namespace PlatformGitOps.Controller.Tests.Geo;

/// <summary>Complete instances with a fake API server and real endpoints.</summary>
public sealed class GeoInstances
{
    private readonly List<GeoInstance> _running = [];
    private CancellationTokenSource _limit = null!;
    private FakeApiServer _server = null!;
    private Endpoints _endpoints = null!;

    private CancellationToken Limit => _limit.Token;

    [SetUp]
    public async Task StartCluster()
    {
        _limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _server = await FakeApiServer.StartAsync();
        _endpoints = await Endpoints.StartAsync(3);
        PutZones();
        PutService("api-eu", "eu", 0);
        PutService("api-us", "us", 1);
    }

    [TearDown]
    public async Task StopCluster()
    {
        foreach (var instance in _running)
        {
            await instance.StopAsync();
        }

        _running.Clear();
        await _endpoints.DisposeAsync();
        await _server.DisposeAsync();
        _limit.Dispose();
    }

    [Test]
    public async Task The_ConfigMap_and_the_files_of_each_instance_have_the_zones()
    {
        var (one, two) = (Start("one"), Start("two"));
        await UntilAsync(() => one.Answers("eu") == Address(0) && two.Answers("eu") == Address(0) && two.Answers("us") == Address(1)
            && one.Host.IsSynced, "both have the files");
        new[] { one, two }.Count(instance => instance.Host.IsLeading).ShouldBe(1);
        Zones()["eu.zone"]!.GetValue<string>().ShouldBe(one.Read("eu.zone"));
        one.Host.WriteMetrics().ShouldContain("dns_geo_targets{region=\"eu\",verdict=\"healthy\"} 1\n");
        _server.Log.ShouldNotContain(line =>
            line.StartsWith("POST", StringComparison.Ordinal) && !line.Contains("/leases"));
    }

    [Test]
    public async Task A_region_fails_and_returns_and_the_serial_increases_each_time()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "its own region answers");
        var first = Serial();
        _endpoints.Fail(0);
        await UntilAsync(() => one.Answers("eu") == Address(1), "the other region answers");
        var second = Serial();
        _endpoints.Recover(0);
        await UntilAsync(() => one.Answers("eu") == Address(0), "its own region answers again");
        second.ShouldBeGreaterThan(first);
        Serial().ShouldBeGreaterThan(second);
    }

    [Test]
    public async Task If_all_are_down_the_answers_fail_open()
    {
        _endpoints.Fail(0);
        _endpoints.Fail(1);
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0) && one.Answers("us") == Address(1), "all are answered");
        one.Host.WriteMetrics().ShouldContain("dns_geo_fail_open_names 1\n");
    }

    [Test]
    public async Task Nothing_is_written_while_nothing_changes()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it has answered");
        var written = Writes();
        var asked = _endpoints.Asked(0);
        await UntilAsync(() => _endpoints.Asked(0) > asked + 20, "many probes later");
        Writes().ShouldBe(written);
    }

    [Test]
    public async Task A_deleted_service_loses_its_hostname()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it is answered");
        _server.Store.Remove("services", "shop", "api-eu");
        await UntilAsync(() => one.Answers("eu") == Address(1), "the other is left");
        _server.Store.Remove("services", "shop", "api-us");
        await UntilAsync(() => one.Answers("eu") is null, "the name is gone");
    }

    [Test]
    public async Task Another_instance_takes_over_with_the_same_answers()
    {
        var one = Start("one");
        await UntilAsync(() => one.Host.IsLeading && one.Answers("eu") == Address(0), "the first leads");
        var two = Start("two");
        await UntilAsync(() => two.Answers("eu") == Address(0), "the second serves");
        var serial = Serial();
        await one.StopAsync();
        await UntilAsync(() => two.Host.IsLeading, "the second leads");
        _endpoints.Fail(0);
        await UntilAsync(() => two.Answers("eu") == Address(1), "and acts");
        Serial().ShouldBeGreaterThan(serial);
    }

    [Test]
    public async Task The_files_stay_without_the_API_server()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it serves");
        await _server.StopAsync();
        await UntilAsync(() => !one.Host.IsLeading, "it leads no more");
        one.Answers("eu").ShouldBe(Address(0));
        one.Host.IsSynced.ShouldBeTrue("a restart of this pod would make it worse");
        await _server.StartAgainAsync();
        _endpoints.Fail(0);
        await UntilAsync(() => one.Answers("eu") == Address(1), "and it acts again");
    }

    [Test]
    public async Task A_refused_write_is_retried()
    {
        var refused = 0;
        _server.Intercept = async context =>
        {
            if (context.Request.Method != "PATCH" || !context.Request.Path.Value!.Contains("configmaps")
                || Interlocked.Increment(ref refused) > 2)
            {
                return false;
            }

            await context.WriteStatusAsync(500, "InternalError", "etcd is slow");
            return true;
        };
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it went through");
        one.Host.WriteMetrics().ShouldContain("dns_geo_zone_writes_total{result=\"failure\"} 2\n");
    }

    [Test]
    public async Task An_invalid_service_has_an_Event_and_affects_no_other()
    {
        PutService("wrong", "mars", 2);
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0) && _server.Store.List("events", "shop").Count > 0,
            "the others are answered");
        _server.Store.List("events", "shop").Single()["message"]!.GetValue<string>().ShouldContain("'mars'");
        one.Host.WriteMetrics().ShouldContain("dns_geo_invalid_services 1\n");
    }

    [Test]
    public async Task Manual_changes_of_the_zones_are_reverted()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it serves");
        var zones = _server.Store.Find("configmaps", "default", "zones")!;
        zones["data"]!["eu.zone"] = "nonsense";
        _server.Store.Put("configmaps", zones);
        await UntilAsync(() => Zones()["eu.zone"]!.GetValue<string>() == one.Read("eu.zone") && one.Answers("eu") == Address(0), "again");
    }

    [Test]
    public async Task An_instance_that_cannot_write_its_files_still_decides()
    {
        var one = Start("one", brokenFolder: true);
        await UntilAsync(() => one.Host.IsLeading, "it leads");
        var two = Start("two");
        await UntilAsync(() => two.Answers("eu") == Address(0), "the other serves what it decides");
        _endpoints.Fail(0);
        await UntilAsync(() => two.Answers("eu") == Address(1), "a dead address leaves the answers");
        one.Host.IsLeading.ShouldBeTrue();
        one.Host.IsSynced.ShouldBeFalse("its CoreDNS has no zones");
        one.Host.WriteMetrics().ShouldContain("dns_geo_zone_file_writes_total{result=\"failure\"}");
        one.Host.WriteMetrics().ShouldNotContain("dns_geo_zone_writes_total{result=\"failure\"}");
        one.RepairFolder();
        await UntilAsync(() => one.Answers("eu") == Address(1) && one.Host.IsSynced, "it tries again");
    }

    [Test]
    public async Task Hanging_Events_do_not_delay_the_zones()
    {
        PutService("wrong", "mars", 2);
        var held = Hold("POST", "/events");
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0) && held.Begun == 1, "it serves, and has an Event to write");
        _endpoints.Fail(0);
        await UntilAsync(() => one.Answers("eu") == Address(1), "a dead address leaves the answers");
        held.Ended.ShouldBe(0, "the Event is still under way");
    }

    [Test]
    public async Task An_Event_beyond_the_rate_limit_is_written_later()
    {
        foreach (var number in Enumerable.Range(0, 22))
        {
            PutService($"wrong-{number}", "mars", 2);
        }

        var one = Start("one");
        await UntilAsync(() => _server.Store.List("events", "shop").Count == 22, "20 at once, and one more each second");
        _server.Store.List("events", "shop").Select(item => (string?)item["involvedObject"]!["name"]).Distinct().Count().ShouldBe(22);
        one.Answers("eu").ShouldBe(Address(0));
    }

    [Test]
    public async Task A_hanging_write_does_not_delay_the_served_zones()
    {
        var one = Start("one");
        await UntilAsync(() => one.Answers("eu") == Address(0), "it serves");
        var held = Hold("PATCH", "/configmaps/");
        _endpoints.Fail(0);
        await UntilAsync(() => held.Begun == 1, "it writes");
        var zones = _server.Store.Find("configmaps", "default", "zones")!;
        zones["data"]!["serial"] = $"{Serial() + 1}";
        zones["data"]!["eu.zone"] = one.Read("eu.zone")!.Replace(Address(0), Address(2));
        _server.Store.Put("configmaps", zones);
        await UntilAsync(() => one.Answers("eu") == Address(2), "it serves what another one wrote");
        held.Ended.ShouldBe(0, "its own write is still under way");
    }

    [Test]
    public async Task Addresses_above_the_limit_are_reported_at_the_newest_service()
    {
        var one = Start("one", mostTargets: 1);
        await UntilAsync(() => one.Answers("eu") == Address(0) && _server.Store.List("events", "shop").Count > 0, "it has an Event");
        var reported = _server.Store.List("events", "shop").ShouldHaveSingleItem();
        reported["involvedObject"]!["name"]!.GetValue<string>().ShouldBe("api-us");
        reported["involvedObject"]!["uid"]!.GetValue<string>().ShouldBe(
            (string)_server.Store.Find("services", "shop", "api-us")!["metadata"]!["uid"]!, "kubectl describe looks for it");
        reported["message"]!.GetValue<string>().ShouldContain("1 of 1 are not probed");
        one.Answers("us").ShouldBe(Address(0), "an address that is not probed counts as unhealthy");
        one.Host.WriteMetrics().ShouldContain("dns_geo_invalid_services 1\n");
    }

    private static string Address(int index) => Endpoints.Address(index).ToString();

    private GeoInstance Start(string identity, bool brokenFolder = false, int mostTargets = 100)
    {
        var connection = new ApiConnection
        {
            Configuration = new KubernetesClientConfiguration { Host = _server.Address.AbsoluteUri },
            RequestTimeout = TimeSpan.FromSeconds(10),
        };
        var options = GeoExample.Options with
        {
            // The endpoints have loopback addresses.
            Networks = new ProbeNetworks { Denied = [] },
            Probes = new TargetRules
            {
                Interval = TimeSpan.FromMilliseconds(100),
                RetryInterval = TimeSpan.FromMilliseconds(50),
                Timeout = TimeSpan.FromSeconds(1),
                MostTargets = mostTargets,
            },
            LeaderElection = new LeaderElectionOptions
            {
                LeaseDuration = TimeSpan.FromSeconds(4),
                RenewDeadline = TimeSpan.FromSeconds(3),
                RetryPeriod = TimeSpan.FromMilliseconds(300),
            },
            WatchSilence = TimeSpan.FromSeconds(2),
        };
        var folder = Path.Combine(Directory.CreateTempSubdirectory("geo-").FullName, "zones");
        if (brokenFolder)
        {
            File.WriteAllText(folder, "");
        }

        var host = new GeoHost(connection, identity, folder, options, TimeProvider.System, NullLoggerFactory.Instance);
        var running = new GeoInstance(host, folder);
        _running.Add(running);
        return running;
    }

    private void PutZones() => _server.Store.Put("configmaps", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = "zones", ["namespace"] = "default" },
    });

    private void PutService(string name, string region, int index) => _server.Store.Put("services", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = "shop",
            ["annotations"] = new JsonObject
            {
                ["dns.aikernel.io/geo-hostname"] = $"api.{GeoExample.Zone}",
                ["dns.aikernel.io/geo-region"] = region,
                ["dns.aikernel.io/geo-addresses"] = Address(index),
                ["dns.aikernel.io/health-check-path"] = "/health",
            },
        },
        ["spec"] = new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = _endpoints.Port }) },
    });

    /// <summary>Leaves such requests without an answer.</summary>
    private HeldRequests Hold(string method, string path)
    {
        var held = new HeldRequests();
        _server.Intercept = async context =>
        {
            if (context.Request.Method != method || !context.Request.Path.Value!.Contains(path))
            {
                return false;
            }

            Interlocked.Increment(ref held.Begun);
            try
            {
                await Latency.Of(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }
            finally
            {
                Interlocked.Increment(ref held.Ended);
            }

            return true;
        };
        return held;
    }

    private JsonObject Zones() => _server.Store.Find("configmaps", "default", "zones")!["data"]!.AsObject();

    private uint Serial() => uint.Parse(Zones()["serial"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private int Writes() => _server.Log.Count(line =>
        line.StartsWith("PATCH", StringComparison.Ordinal) && line.Contains("configmaps"));

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        try
        {
            await _server.Store.WaitForAsync(condition, Limit);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what}: not within the test's time");
        }
    }
}
