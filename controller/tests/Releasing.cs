using PlatformGitOps.Controller.Commands;

namespace PlatformGitOps.Controller.Tests;

/// <summary>The command that restores everything before a controller is uninstalled.</summary>
public sealed class Releasing : ClusterFixture
{
    private const string LeaseName = "dns-health-controller";

    [Test]
    public async Task It_restores_all_removed_pods_and_releases_the_Lease()
    {
        await LeaveOutAsync(0);

        (await ReleaseAsync()).ShouldBe((0, "shop/web-0: restored to DNS\n1 restored, 0 failed\n"));

        Serves(0).ShouldBeTrue();
        Holder().ShouldBe("");
        (await ReleaseAsync()).ShouldBe((0, "0 restored, 0 failed\n"), "there is nothing left to do");
    }

    [Test]
    public async Task It_changes_nothing_while_a_controller_runs_and_names_the_leader()
    {
        Deploy(3);
        var one = Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "it is removed");

        var (code, said) = await ReleaseAsync(TimeSpan.FromSeconds(6));

        code.ShouldBe(2);
        said.ShouldBe($"one has held the Lease default/{LeaseName} for 6 s and would remove the endpoints again. " +
            "Scale the Deployment dns-health-controller to 0, then run this again.\n");
        Serves(0).ShouldBeFalse();
        one.Host.IsLeading.ShouldBeTrue();
    }

    [Test]
    public async Task It_waits_for_a_stopping_controller()
    {
        Deploy(3);
        var one = Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "it is removed");

        var release = ReleaseAsync(TimeSpan.FromSeconds(40));
        await UntilAsync(() => Server.Log.Count(IsLookAtTheLease) > 10, "both look at the Lease");
        release.IsCompleted.ShouldBeFalse();
        await one.StopAsync();

        (await release).ShouldBe((0, "shop/web-0: restored to DNS\n1 restored, 0 failed\n"));
        Serves(0).ShouldBeTrue();
    }

    [Test]
    public async Task A_controller_that_starts_meanwhile_waits_for_it()
    {
        await LeaveOutAsync(0, 1);
        var (patching, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Server.Intercept = async context =>
        {
            if (context.Request.Method == "PATCH" && context.Request.Path.Value!.Contains("/pods/"))
            {
                patching.TrySetResult();
                await goOn.Task.WaitAsync(Limit);
            }

            return false;
        };
        var release = ReleaseAsync();
        await patching.Task.WaitAsync(Limit);

        var two = Start("two");
        await UntilAsync(() => two.Host.IsSynced, "it is ready");
        // Longer than the duration of a Lease without renewals.
        await NeverAsync(() => two.Host.IsLeading, "the release holds the Lease", seconds: 6);
        Holder().ShouldBe("release-test");
        goOn.SetResult();

        (await release).Code.ShouldBe(0);
        await UntilAsync(() => two.Host.IsLeading, "and then it leads");
    }

    [Test]
    public async Task It_changes_nothing_without_access_to_the_Lease()
    {
        await LeaveOutAsync(0);
        Server.Intercept = async context =>
        {
            var isWrite = context.Request.Method != "GET" && context.Request.Path.Value!.Contains("/leases");
            if (isWrite)
            {
                await context.WriteStatusAsync(403, "Forbidden", "leases is forbidden");
            }

            return isWrite;
        };

        var (code, said) = await ReleaseAsync(TimeSpan.FromSeconds(2));

        code.ShouldBe(2);
        said.ShouldBe($"The Lease default/{LeaseName} could not be taken within 2 s. The log says why.\n");
        Serves(0).ShouldBeFalse();
    }

    [TestCase(true, 0)]
    [TestCase(false, 2)]
    public async Task Forbidden_EndpointSlices_are_an_error_only_if_networks_are_allowed(bool closed, int expected)
    {
        await LeaveOutAsync(0);
        Server.Intercept = async context =>
        {
            var isSlices = context.Request.Path.Value!.Contains("/endpointslices");
            if (isSlices)
            {
                await context.WriteStatusAsync(403, "Forbidden", "endpointslices is forbidden");
            }

            return isSlices;
        };
        var options = closed ? Options with { Networks = new ProbeNetworks { Denied = [] } } : Options;

        (await CodeOf(() => ReleaseAsync(options: options))).ShouldBe(expected);

        Serves(0).ShouldBe(closed);
        Holder().ShouldBe("", "it is given back whatever happens");
    }

    [Test]
    public async Task It_restores_gates_and_addresses_too()
    {
        PutPod(0, "node-0");
        var pod = Server.Store.Find("pods", "shop", "web-0")!;
        pod["spec"]!["readinessGates"] = new JsonArray(new JsonObject { ["conditionType"] = Annotations.GateCondition });
        pod["status"]!["conditions"]!.AsArray().Add(new JsonObject { ["type"] = Annotations.GateCondition, ["status"] = "False" });
        Server.Store.Put("pods", pod);
        PutService("far", "shop", null, 80, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, "192.0.2.1,192.0.2.2"));
        var service = new V1Service
        {
            Metadata = new V1ObjectMeta { Name = "far", NamespaceProperty = "shop" },
            Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80, TargetPort = 80 }] },
        };
        var readiness = new Dictionary<string, bool> { ["192.0.2.1"] = true, ["192.0.2.2"] = false };
        foreach (var slice in OwnSlices.Build(service, readiness, null, [], new HashSet<string>()).Changed.Values)
        {
            Server.Store.Put("endpointslices", slice);
        }

        (await ReleaseAsync()).ShouldBe((0, "shop/web-0: restored to DNS\nshop/all addresses: restored to DNS\n2 restored, 0 failed\n"));

        Server.Store.Find("pods", "shop", "web-0")!["status"]!["conditions"]!.AsArray()
            .Single(c => c!["type"]!.GetValue<string>() == Annotations.GateCondition)!["status"]!.GetValue<string>().ShouldBe("True");
        Server.Store.List("endpointslices", "shop").SelectMany(slice => slice["endpoints"]!.AsArray())
            .ShouldAllBe(endpoint => endpoint!["conditions"]!["ready"]!.GetValue<bool>());
    }

    /// <summary>Pods that a controller removed before it stopped.</summary>
    private async Task LeaveOutAsync(params int[] failing)
    {
        Deploy(4);
        var one = Start();
        await AskedAsync(4, 2);
        failing.ToList().ForEach(Endpoints.Fail);
        await UntilAsync(() => failing.All(index => !Serves(index)), "they are removed");
        await one.StopAsync();
    }

    private async Task<(int Code, string Said)> ReleaseAsync(TimeSpan? patience = null, ControllerOptions? options = null)
    {
        using var client = new ApiClient(Connection(), TimeProvider.System);
        using var output = new StringWriter { NewLine = "\n" };
        var releaser = new Releaser(client, options ?? Options, TimeProvider.System, NullLogger.Instance)
        {
            Patience = patience ?? TimeSpan.FromSeconds(20),
        };
        var code = await releaser.ReleaseAsync(new ObjectName("default", LeaseName), "release-test", output, Limit);
        return (code, output.ToString());
    }

    /// <summary>As on the command line: an error of the API server is one line and exit code 2.</summary>
    private static async Task<int> CodeOf(Func<Task<(int Code, string Said)>> release)
    {
        try
        {
            return (await release()).Code;
        }
        catch (ApiException)
        {
            return 2;
        }
    }

    private static bool IsLookAtTheLease(string line) =>
        line.StartsWith("GET", StringComparison.Ordinal) && line.Contains("/leases/");

    private string? Holder() => Server.Store.Find("leases", "default", LeaseName)?["spec"]?["holderIdentity"]?.GetValue<string>();
}
