namespace PlatformGitOps.Controller.Tests;

public sealed class RemovingEndpoints : ClusterFixture
{
    [Test]
    public async Task A_failing_pod_loses_its_serve_label_with_a_note_and_gets_it_back()
    {
        Deploy(3);
        Start();
        await AskedAsync(3, 1);

        Endpoints.Fail(1);
        await UntilAsync(() => !Serves(1), "the failing pod is removed");
        var note = Server.Store.Find("pods", "shop", "web-1")!["metadata"]!["annotations"]![Annotations.Removed]!.GetValue<string>();
        note.ShouldContain("HTTP 503");
        note.ShouldContain("shop/web");
        Serving(3).ShouldBe(2);
        await UntilAsync(() => HasEvent("EndpointRemoved"), "an event says so");

        Endpoints.Recover(1);
        await UntilAsync(() => Serves(1), "it comes back");
        Server.Store.Find("pods", "shop", "web-1")!["metadata"]!["annotations"]![Annotations.Removed].ShouldBeNull();
        await UntilAsync(() => HasEvent("EndpointRestored"), "an event says so");
    }

    /// <summary>Prometheus only sees a step between two samples: a counter whose first sample is 1 has a rate of 0.</summary>
    [Test]
    public async Task Counters_of_a_Service_start_at_zero()
    {
        Deploy(2);
        var one = Start();
        await UntilAsync(
            () => one.Host.Metrics.Healthy.Value(("namespace", "shop"), ("service", "web")) == 2, "the Service is under health checks");
        var text = one.Host.Metrics.Write();

        foreach (var counter in (string[])["dns_endpoints_removed_total", "dns_endpoints_added_total"])
        {
            text.ShouldContain($"{counter}{{namespace=\"shop\",service=\"web\"}} 0\n");
        }

        text.ShouldContain("dns_health_controller_held_back_total{namespace=\"shop\",service=\"web\",guard=\"last-endpoint\"} 0\n");
    }

    [Test]
    public async Task The_metrics_have_the_names_of_the_issue()
    {
        Deploy(3);
        var one = Start();
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "the failing pod is removed");
        await UntilAsync(() => one.Host.Metrics.Removed.Value(("namespace", "shop"), ("service", "web")) == 1, "the removal is counted");
        var text = one.Host.Metrics.Write();

        text.ShouldContain("dns_endpoints_removed_total{namespace=\"shop\",service=\"web\"} 1");
        text.ShouldContain("dns_updates_total{namespace=\"shop\",service=\"web\",result=\"success\"} 1");
        text.ShouldContain("dns_healthy_endpoints{namespace=\"shop\",service=\"web\"} 2");
        text.ShouldContain("dns_unhealthy_endpoints{namespace=\"shop\",service=\"web\"} 1");
        text.ShouldContain("dns_health_checks_total{namespace=\"shop\",service=\"web\",result=\"unhealthy\"}");
        text.ShouldContain("dns_health_check_duration_seconds_bucket{scheme=\"http\",le=\"+Inf\"}");
        text.ShouldContain("# TYPE dns_endpoints_added_total counter");
        text.ShouldContain("dns_health_controller_leader 1");
    }

    [Test]
    public async Task A_Service_without_the_annotation_is_never_written_or_probed()
    {
        Deploy(2, null, (Annotations.Enabled, "false"));
        Start();
        Endpoints.Fail(0);

        await NeverAsync(() => Written() > 0 || Endpoints.Asked(0) > 0, "the Service did not ask");
    }

    [Test]
    public async Task A_pod_that_another_client_removed_is_not_restored()
    {
        Deploy(3);
        var pod = Server.Store.Find("pods", "shop", "web-2")!;
        pod["metadata"]!["labels"]!.AsObject().Remove(Annotations.DefaultServeLabel);
        Server.Store.Put("pods", pod);
        Start();
        await AskedAsync(2, 4);

        Serves(2).ShouldBeFalse();
        Written().ShouldBe(0);
    }

    [Test]
    public async Task A_Service_without_its_annotation_gets_its_pods_back()
    {
        Deploy(3);
        Start();
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "the failing pod is removed");

        var service = Server.Store.Find("services", "shop", "web")!;
        service["metadata"]!["annotations"]!.AsObject().Remove(Annotations.Enabled);
        Server.Store.Put("services", service);

        await UntilAsync(() => Serves(0), "the label comes back although the pod still fails");
    }

    [Test]
    public async Task A_new_leader_restores_pods_that_an_earlier_one_removed()
    {
        Deploy(3);
        var one = Start();
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "the failing pod is removed");
        await one.StopAsync();
        Endpoints.Recover(0);

        Start("two");

        await UntilAsync(() => Serves(0), "the note tells the new one that it may");
    }

    /// <summary>The controller that wrote it was replaced while the pod was removed.</summary>
    [Test]
    public async Task A_pod_with_a_note_under_the_earlier_annotation_is_restored()
    {
        Deploy(3);
        var pod = Server.Store.Find("pods", "shop", "web-0")!;
        pod["metadata"]!["labels"]!.AsObject().Remove(Annotations.DefaultServeLabel);
        pod["metadata"]!["annotations"] = new JsonObject
        {
            [Annotations.RemovedEarlierName] =
                $$"""[{"services":["shop/web"],"label":"{{Annotations.DefaultServeLabel}}","since":"","reason":""}]""",
        };
        Server.Store.Put("pods", pod);
        Start();

        await UntilAsync(() => Serves(0), "it is healthy");
        Server.Store.Find("pods", "shop", "web-0")!["metadata"]!["annotations"]!.AsObject().ShouldBeEmpty("no name keeps the note");
    }

    [Test]
    public async Task A_removed_pod_without_an_address_stays_removed()
    {
        Deploy(3);
        var pod = Server.Store.Find("pods", "shop", "web-0")!;
        pod["metadata"]!["labels"]!.AsObject().Remove(Annotations.DefaultServeLabel);
        pod["metadata"]!["annotations"] = new JsonObject
        {
            [Annotations.Removed] = $$"""{"service":"shop/web","label":"{{Annotations.DefaultServeLabel}}","since":"","reason":""}""",
        };
        pod["status"]!.AsObject().Remove("podIP");
        Server.Store.Put("pods", pod);
        Start();

        await NeverAsync(() => Serves(0), "it was never seen healthy");

        pod["status"]!["podIP"] = Endpoints.Address(0).ToString();
        Server.Store.Put("pods", pod);
        await UntilAsync(() => Serves(0), "with an address it can be probed, and is healthy");
    }

    [Test]
    public async Task A_dry_run_writes_nothing()
    {
        Deploy(3);
        Start(dryRun: true);
        Endpoints.Fail(0);

        await AskedAsync(3, 6);

        Server.Log.ShouldAllBe(line => line.StartsWith("GET", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_readiness_gate_is_true_after_success_and_false_after_failure()
    {
        Deploy(3, null, (Annotations.Removal, "readiness-gate"));
        for (var i = 0; i < 3; i++)
        {
            var pod = Server.Store.Find("pods", "shop", $"web-{i}")!;
            pod["spec"]!["readinessGates"] = new JsonArray(new JsonObject { ["conditionType"] = Annotations.GateCondition });
            Server.Store.Put("pods", pod);
        }

        Start();
        await UntilAsync(() => Enumerable.Range(0, 3).All(i => Gate(i) == "True"), "probes succeed, gates open");

        Endpoints.Fail(2);
        await UntilAsync(() => Gate(2) == "False", "the gate of the failing pod shuts");
        Server.Store.Find("pods", "shop", "web-2")!["status"]!["conditions"]!.AsArray().Count.ShouldBe(3, "the kubelet's conditions stay");

        Endpoints.Recover(2);
        await UntilAsync(() => Gate(2) == "True", "and opens again");
        Serving(3).ShouldBe(3, "labels are not this way's business");
    }

    [Test]
    public async Task Declared_addresses_are_ready_in_the_slices_if_they_are_healthy()
    {
        var addresses = string.Join(',', Enumerable.Range(0, 3).Select(i => Endpoints.Address(i)));
        Deploy(0, null, (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, addresses));
        var service = Server.Store.Find("services", "shop", "web")!;
        service["spec"]!.AsObject().Remove("selector");
        Server.Store.Put("services", service);
        Start();
        await UntilAsync(() => Ready() == 3, "all are healthy");
        var slice = Slice()!;
        slice["metadata"]!["labels"]!["endpointslice.kubernetes.io/managed-by"]!.GetValue<string>().ShouldBe(Annotations.ManagedBy);
        slice["metadata"]!["labels"]!["kubernetes.io/service-name"]!.GetValue<string>().ShouldBe("web");

        Endpoints.Fail(1);
        await UntilAsync(() => Ready() == 2, "the failing address is not ready");
        Endpoints.Recover(1);
        await UntilAsync(() => Ready() == 3, "and ready again");

        service = Server.Store.Find("services", "shop", "web")!;
        service["metadata"]!["annotations"]![Annotations.Addresses] = $"{Endpoints.Address(0)},{Endpoints.Address(1)}";
        Server.Store.Put("services", service);
        await UntilAsync(() => Slice()!["endpoints"]!.AsArray().Count == 2, "an address that is no longer declared goes");
    }

    private JsonObject? Slice() => Server.Store.Find("endpointslices", "shop", "web-health-ipv4-0");

    private int Ready() => Slice()?["endpoints"]!.AsArray().Count(e => e!["conditions"]!["ready"]!.GetValue<bool>()) ?? 0;

    private string? Gate(int index) => Server.Store.Find("pods", "shop", $"web-{index}")!["status"]!["conditions"]!.AsArray()
        .FirstOrDefault(c => c!["type"]!.GetValue<string>() == Annotations.GateCondition)?["status"]!.GetValue<string>();
}
