namespace PlatformGitOps.Controller.Tests;

/// <summary>Pods of several Services: one state for each pod, decided for all its Services.</summary>
public sealed class SharedPods : ClusterFixture
{
    private const string OtherLabel = "dns.aikernel.io/serve-other";

    [Test]
    public async Task Two_Services_with_different_verdicts_write_their_gate_once()
    {
        Deploy(3, null, (Annotations.Removal, "readiness-gate"));
        for (var index = 0; index < 3; index++)
        {
            var pod = Server.Store.Find("pods", "shop", $"web-{index}")!.DeepClone().AsObject();
            pod["spec"]!["readinessGates"] = new JsonArray(new JsonObject { ["conditionType"] = Annotations.GateCondition });
            Server.Store.Put("pods", pod);
        }

        // The second Service probes a path that fails on the first pod only.
        PutService("other", new JsonObject { ["app"] = "web" }, (Annotations.Removal, "readiness-gate"), (Annotations.Path, "/other"));
        Start();
        await UntilAsync(() => Enumerable.Range(0, 3).All(index => Gate(index) == "True"), "all serve");

        FailOn(0, "/other");
        await UntilAsync(() => Gate(0) == "False", "the pod that fails for one of them is removed");
        var written = StatusPatches();
        await NeverAsync(() => StatusPatches() > written, "the verdicts of two Services must not fight over one pod");
        written.ShouldBeLessThanOrEqualTo(4, "one for each pod, and one for the removal");

        Endpoints.Recover(0);
        await UntilAsync(() => Gate(0) == "True", "both agree that it is back");
    }

    [Test]
    public async Task Two_serve_labels_of_one_pod_are_both_restored()
    {
        Deploy(3);
        foreach (var index in Enumerable.Range(0, 3))
        {
            Label(index, OtherLabel);
        }

        PutService("other", new JsonObject { ["app"] = "web", [OtherLabel] = "true" }, (Annotations.ServeLabel, OtherLabel));
        Start();
        await AskedAsync(3, 2);

        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0) && !Has(0, OtherLabel), "it is out of both");
        Endpoints.Recover(0);

        await UntilAsync(() => Serves(0) && Has(0, OtherLabel), "it is back in both");
    }

    [Test]
    public async Task The_only_endpoint_of_a_Service_without_health_checks_stays()
    {
        Deploy(3);
        Server.Store.Put("services", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "single", ["namespace"] = "shop" },
            ["spec"] = new JsonObject
            {
                ["selector"] = new JsonObject { ["only"] = "true", [Annotations.DefaultServeLabel] = "true" },
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = Endpoints.Port }),
            },
        });
        Label(0, "only");
        Start();
        await AskedAsync(3, 2);

        Endpoints.Fail(0);
        await AskedAsync(3, 5);

        await NeverAsync(() => !Serves(0), "it is the last endpoint of another Service");
    }

    [Test]
    public async Task A_slow_patch_never_leaves_less_than_the_minimum()
    {
        Deploy(4, index => $"node-{index}");
        Server.Intercept = async context =>
        {
            if (context.Request.Method == "PATCH" && context.Request.Path.Value!.Contains("/pods/"))
            {
                await Latency.Of(TimeSpan.FromMilliseconds(1500), context.RequestAborted);
            }

            return false;
        };
        Start();
        await AskedAsync(4, 2);

        for (var index = 0; index < 4; index++)
        {
            Endpoints.Fail(index);
        }

        await NeverAsync(() => Serving(4) < 2, "half of four stay", seconds: 6);
    }

    [Test]
    public async Task A_stalled_watch_never_leaves_less_than_the_minimum()
    {
        Deploy(4, index => $"node-{index}");
        Start();
        await AskedAsync(4, 2);

        Server.WatchesAreSilent = true;
        Endpoints.Fail(0);
        Endpoints.Fail(1);
        Endpoints.Fail(2);

        await NeverAsync(() => Serving(4) < 2, "half of four stay", seconds: 6);
    }

    [Test]
    public async Task The_pods_of_a_deleted_Service_are_restored()
    {
        Deploy(3);
        Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "it is removed");

        Server.Store.Remove("services", "shop", "web");

        await UntilAsync(() => Serves(0), "nobody excludes it any more");
    }

    [Test]
    public async Task Pods_are_restored_if_the_annotation_is_deleted_between_two_leaders()
    {
        Deploy(3);
        var one = Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "it is removed");
        await one.StopAsync();
        var service = Server.Store.Find("services", "shop", "web")!.DeepClone().AsObject();
        service["metadata"]!["annotations"] = new JsonObject();
        Server.Store.Put("services", service);

        Start("two");

        await UntilAsync(() => Serves(0), "the new leader restores what the old one removed");
    }

    [Test]
    public async Task Pods_of_a_ReplicaSet_that_selects_the_serve_label_are_not_removed()
    {
        Deploy(3);
        for (var index = 0; index < 3; index++)
        {
            Own(index, "ReplicaSet", "app", Annotations.DefaultServeLabel);
        }

        Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await AskedAsync(3, 5);

        await NeverAsync(() => !Serves(0), "the ReplicaSet would start another pod");
        await UntilAsync(() => HasEvent("RemovalRefused") || HasEvent("RemovalHeldBack"), "an Event says so");
    }

    private void PutService(string name, JsonObject selector, params (string Key, string Value)[] annotations)
    {
        var notes = new JsonObject { [Annotations.Enabled] = "true" };
        foreach (var (key, value) in annotations)
        {
            notes[key] = value;
        }

        Server.Store.Put("services", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["annotations"] = notes },
            ["spec"] = new JsonObject
            {
                ["selector"] = selector,
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = Endpoints.Port }),
            },
        });
    }

    private void FailOn(int index, string path) => Endpoints.Behave(index, context =>
    {
        context.Response.StatusCode = context.Request.Path == path ? 503 : 200;
        return Task.CompletedTask;
    });

    private void Label(int index, string label)
    {
        var pod = Server.Store.Find("pods", "shop", $"web-{index}")!.DeepClone().AsObject();
        pod["metadata"]!["labels"]![label] = "true";
        Server.Store.Put("pods", pod);
    }

    private bool Has(int index, string label) =>
        Server.Store.Find("pods", "shop", $"web-{index}")!["metadata"]!["labels"]![label]?.GetValue<string>() == "true";

    private string? Gate(int index) => Server.Store.Find("pods", "shop", $"web-{index}")!["status"]!["conditions"]!.AsArray()
        .FirstOrDefault(condition => condition!["type"]!.GetValue<string>() == Annotations.GateCondition)?["status"]?.GetValue<string>();

    private int StatusPatches() => Server.Log.Count(line =>
        line.StartsWith("PATCH", StringComparison.Ordinal) && line.Contains("/status"));
}
