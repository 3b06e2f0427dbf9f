using PlatformGitOps.Generator.Apps.Dashboard;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC3Observability
{
    /// <summary>Series in alerts that a healthy CoreDNS does not export yet: the first eviction from the cache creates them.</summary>
    private static readonly HashSet<string> AfterAnEvent = ["coredns_cache_evictions_total"];

    [LiveCheck("AC3.1",
        "GET /metrics of each pod, from the monitoring's namespace: requests are counted, and every coredns_* series is in the list " +
            "that alerts are checked against")]
    public static async Task Endpoint(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await AC2Resolution.ClusterIP(cluster, cancellationToken); // so that there is a request to count
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            var answer = await Eventually.Within(
                TimeSpan.FromSeconds(20),
                async token =>
                {
                    var scrape = await ProbeOrigin.FromMonitoring(cluster, pod, 9153, "/metrics", token);
                    scrape.Status.ShouldBe(200, $"{pod.Name}: {scrape.Body}");
                    return scrape;
                },
                "the metrics of each pod can be read",
                cancellationToken);
            var names = answer.Body.Split('\n').Where(line => line.StartsWith("coredns_", StringComparison.Ordinal))
                .Select(line => line.Split('{', ' ')[0]).Distinct().ToList();
            names.ShouldContain("coredns_build_info");
            names.Except(Exported(cluster.Tree)).ShouldBeEmpty(
                $"{pod.Name} exports series that are missing in the generator's list of exported metrics");
        }
    }

    [LiveCheck("AC3.2", "the targets that follow from the live ServiceMonitor: one for each ready DNS pod, and each answers")]
    public static Task Monitor(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(30),
        async token =>
        {
            var monitor = await cluster.Require(ResourceKind.ServiceMonitor.Named("coredns", "kube-system"), token);
            var services = (await cluster.Api.List(ResourceKind.Service, "kube-system", null, token))
                .Where(service => Selectors.Matches(monitor.Part("spec.selector"), service.Labels)).ToList();
            services.Select(service => service.Name).ShouldBe(["coredns-metrics"], "Services that the ServiceMonitor selects");
            var slices = await cluster.Api.List(
                ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=coredns-metrics", token);
            slices.SelectMany(slice => slice.Parts("ports")).Select(port => port.Text("name"))
                .ShouldContain(monitor.Text("spec.endpoints[0].port"));
            var targets = slices.SelectMany(slice => slice.Parts("endpoints")).Where(endpoint => endpoint.Flag("conditions.ready") == true)
                .Select(endpoint => endpoint.Text("targetRef.name")!).ToList();
            targets.Count.ShouldBe(await Rollout.Replicas(cluster, token), "targets that can be scraped");
            foreach (var name in targets)
            {
                var pod = await cluster.Require(ResourceKind.Pod.Named(name, "kube-system"), token);
                (await ProbeOrigin.FromMonitoring(cluster, pod, 9153, "/metrics", token)).Status.ShouldBe(200, name);
            }
        },
        "the ServiceMonitor leads to every DNS pod",
        cancellationToken);

    [LiveCheck("AC3.3", "a VictoriaMetrics that scrapes what the ServiceMonitor selects, and the series that it gives back")]
    public static async Task Series(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await VictoriaMetrics.Ensure(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var series = await VictoriaMetrics.Query(cluster, "count by (job) (coredns_dns_requests_total)", token);
                series.Select(sample => sample.Labels.GetValueOrDefault("job"))
                    .ShouldBe(["coredns-metrics"], "the job label that the alerts name");
                (await VictoriaMetrics.Query(cluster, "count(up{job=\"coredns-metrics\"} == 1)", token))
                    .ShouldHaveSingleItem().Value
                    .ShouldBe(await Rollout.Replicas(cluster, token), "targets that are up");
            },
            "the series of every DNS pod are scraped",
            cancellationToken);
    }

    [LiveCheck("AC3.4",
        "the live PrometheusRule loaded and evaluated by vmalert: no error, nothing fires, and each expression reads series that were " +
            "scraped")]
    public static async Task Rules(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var rule = await cluster.Require(ResourceKind.PrometheusRule.Named("coredns", "kube-system"), cancellationToken);
        var alerts = rule.Parts("spec.groups").SelectMany(group => group.Parts("rules"))
            .Where(entry => entry.Text("alert") is not null).ToList();
        Alerts.Except(alerts.Select(alert => alert.Text("alert")!)).ShouldBeEmpty("alerts of the story that are missing");
        // A name outside of the cluster creates the series of forwarded queries, with any answer.
        await ClientPods.Ensure(cluster, cancellationToken);
        await Ask.From(cluster, Ask.ByHand, $"{Delivery.UpstreamDns.ExternalName}.", cancellationToken, "--via", "udp");
        await AlertEvaluation.Ensure(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(45),
            async token =>
            {
                var rules = await AlertEvaluation.AsDelivered(cluster, token);
                rules.Select(loaded => loaded.Alert)
                    .ShouldBe(alerts.Select(alert => alert.Text("alert")!), "rules that vmalert has loaded");
                rules.Where(loaded => !loaded.Evaluated || loaded.Problem.Length > 0).Select(loaded => $"{loaded.Alert}: {loaded.Problem}")
                    .ShouldBeEmpty("rules that cannot be evaluated");
                rules.Where(loaded => loaded.Firing.Count > 0).Select(loaded => loaded.Alert)
                    .ShouldBeEmpty("alerts that fire in a healthy cluster");
                foreach (var alert in alerts)
                {
                    await ReadsSeries(cluster, alert.Text("alert")!, alert.Text("expr")!, token);
                }
            },
            "every rule is evaluated and none fires",
            cancellationToken);
    }

    [LiveCheck("AC3.5",
        "vmalert with seconds in place of the minutes of `for`: the metrics of one pod are blocked, then no pod is left, then all are back",
        Disruptive = true)]
    public static async Task Firing(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var (pod, process) = (await NodeProcesses.OfDnsPods(cluster, cancellationToken))[0];
        await Series(cluster, cancellationToken);
        await AlertEvaluation.Ensure(cluster, cancellationToken);
        await Fires([], "nothing is wrong yet");
        await using (await MetricsCut.Of(cluster, process, cancellationToken))
        {
            await Fires([$"CoreDNSDown {pod.Name}"], "one pod does not answer its scrape");
        }

        await Fires([], "the pod answers again");
        await Outage.While(cluster, _ => Fires(["CoreDNSAbsent "], "no pod is left"), cancellationToken);
        await Fires([], "the pods are back");

        // Only these two: on a slow machine answers can be slow for seconds, which over minutes would be worth an alert.
        Task Fires(string[] expected, string because) => Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await AlertEvaluation.WithShortenedFor(cluster, token))
                .Where(rule => rule.Alert is "CoreDNSDown" or "CoreDNSAbsent")
                .SelectMany(rule => rule.Firing.Select(labels => $"{rule.Alert} {labels.GetValueOrDefault("pod")}"))
                .ShouldBe(expected, "alerts that fire"),
            because,
            cancellationToken);
    }

    [LiveCheck("AC3.6", "the queries of these panels, asked of the VictoriaMetrics that scrapes CoreDNS")]
    public static async Task Panels(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await VictoriaMetrics.Ensure(cluster, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token =>
            {
                // Queries an external name twice, so that one query is forwarded and one is answered from the cache.
                await Ask.Expect(cluster, Delivery.UpstreamDns.ExternalName, [Delivery.UpstreamDns.ExternalAddress], token);
                foreach (var panel in DashboardModel.Panels.Where(panel => panel.Row == DashboardModel.CoreDnsRow))
                {
                    foreach (var (expression, _) in panel.Queries)
                    {
                        var asked = DashboardModel.Asked(expression, "5m");
                        (await VictoriaMetrics.Query(cluster, asked, token)).ShouldNotBeEmpty($"'{panel.Title}' shows nothing: {asked}");
                    }
                }
            },
            "every panel shows series",
            cancellationToken);
    }

    /// <summary>
    /// An expression has no result if all is well, and also if its series do not exist: only the selectors distinguish the two.
    /// </summary>
    private static async Task ReadsSeries(LiveCluster cluster, string alert, string expression, CancellationToken cancellationToken)
    {
        var metrics = MetricNames().Matches(expression).Select(match => match.Value).Distinct().ToList();
        var known = metrics.Except(AfterAnEvent).ToList();
        foreach (var metric in known)
        {
            (await Found(metric)).ShouldBeTrue($"{alert} reads no series of '{metric}': it never fires");
        }

        // A matcher such as rcode="SERVFAIL" selects nothing in a healthy cluster, so one of several selectors is enough. An alert on
        // kube-state-metrics, which the suite does not run, has none.
        var selectors = MetricSelectors().Matches(expression).Select(match => match.Value).Distinct().ToList();
        if (known.Count == metrics.Count && selectors.Count > 0)
        {
            (await Found(string.Join(" or ", selectors)))
                .ShouldBeTrue($"{alert} reads no series of '{expression}': it never fires");
        }

        async Task<bool> Found(string selector) => (await VictoriaMetrics.Query(cluster, selector, cancellationToken)).Count > 0;
    }
}
