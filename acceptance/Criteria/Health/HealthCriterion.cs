using PlatformGitOps.Controller.Policies;
using static PlatformGitOps.Acceptance.Criteria.Health.ControllerInTree;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>Static checks use a tree with the controller, which checks CoreDNS's own pods.</summary>
[Criterion("Health",
    "With the DNS health controller, an endpoint that stops answering leaves DNS within seconds and returns when it answers; the last " +
        "endpoint stays",
    SwitchesOn = Feature.HealthController)]
[Check("Health.1", "Two instances run on two nodes, and exactly one acts for each shard", "2 pods, 1 leader of each shard",
    Command = "kubectl --context {context} -n kube-system get pods,leases -o wide | grep dns-health-controller")]
[Check("Health.2", "A failing endpoint leaves DNS in time, and returns within 5 s of its recovery",
    "under 30 s, under 5 s with profile fast",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.3", "Removal by readiness gate works as well", "under 5 s with profile fast",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.4", "Own EndpointSlices are updated too (Service without selector)", "under 5 s with profile fast",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.5", "If everything fails, no endpoint is removed", "every endpoint stays, with Event RemovalHeldBack",
    Command = "kubectl --context {context} get events -A")]
[Check("Health.6", "A Service without the annotation is never changed", "no change, no Event",
    Command = "kubectl --context {context} get events -A")]
[Check("Health.7", "After a leader crash the standby takes over, and no endpoint changes", "another leader within 15 s",
    Command = "kubectl --context {context} -n kube-system get leases | grep dns-health-controller")]
[Check("Health.8", "A restart of the API server removes no endpoint", "no change of the answers",
    Command = "kubectl --context {context} get endpointslices -A -o wide")]
[Check("Health.9", "Metrics and health pages have their documented names",
    "the metrics of docs/health-controller.md, 200 of /healthz and /readyz",
    Command = "kubectl --context {context} -n kube-system port-forward deploy/dns-health-controller 8080 & curl " +
        "localhost:8080/metrics")]
[Check("Health.10", "Service and pod say why an endpoint was removed",
    "Events EndpointRemoved and EndpointRestored, and the pod's annotation",
    Command = "kubectl --context {context} get events -A --field-selector reason=EndpointRemoved")]
[Check("Health.11", "The controller has the access that it needs and no other", "the rules of its ClusterRole and Role",
    Command = "kubectl --context {context} get clusterroles,roles -A -o yaml")]
[Check("Health.12", "The controller runs without root, without a writable root and without any capability",
    "uid 65532, root mounted ro, no capability",
    Command = "kubectl --context {context} -n kube-system get pods -l app.kubernetes.io/name=dns-health-controller -o " +
        "jsonpath={.items[0].spec.containers[0].securityContext}")]
[Check("Health.13", "Only the monitoring reaches the controller", "no connection from a workload",
    Command = TypedCommands.FromWorkload + "nc -zv -w 2 <pod-ip> 8080", Needs = Feature.NetworkPolicy)]
[Check("Health.14", "The controller can check CoreDNS's own pods", "no failed query, and a dead node's endpoint leaves within 5 s",
    Command = "kubectl --context {context} get endpointslices -A -o wide", Needs = Feature.HealthChecksOfCoreDns)]
public static class HealthCriterion
{
    /// <summary>From the write to every DNS pod's uncached answer: the EndpointSlice and CoreDNS's watch.</summary>
    private static readonly TimeSpan ToTheAnswer = TimeSpan.FromSeconds(0.5);

    [StaticCheck(
        "Health.1", "replicas, shards, spread and budget, the image of the settings, and that each instance takes part in the election " +
            "under its own name")]
    public static void TwoInstances(RenderedCluster tree)
    {
        var deployment = Find(tree, "Deployment");
        var wanted = tree.Definition.HealthController!.Replicas;
        wanted.ShouldBeGreaterThanOrEqualTo(2, "with one instance nothing is checked while it restarts");
        deployment.Number("spec.replicas").ShouldBe(wanted, "not as many as the definition says");
        Config(tree).Shards.ShouldBe(
            tree.Definition.HealthController!.Shards, "the config divides the namespaces otherwise than the definition");
        var pod = Pod(tree);
        var spread = pod.Parts("spec.topologySpreadConstraints")
            .FirstOrDefault(entry => entry.Text("topologyKey") == "kubernetes.io/hostname");
        spread.ShouldNotBeNull("both instances may be lost with one node");
        Selectors.Matches(spread.Part("labelSelector"), pod.Labels).ShouldBeTrue("the spread counts no pods");
        Selectors.Matches(Find(tree, "PodDisruptionBudget").Part("spec.selector"), pod.Labels).ShouldBeTrue("the budget protects no pod");
        Container(tree).Text("image").ShouldBe(tree.Settings["HEALTH_CONTROLLER_IMAGE"], "not the image of the cluster's settings");
        Container(tree).Texts("args").ShouldNotContain("--dry-run", "it would write nothing");
        Container(tree).Parts("env").SingleOrDefault(entry => entry.Text("name") == "POD_NAME")?.Text("valueFrom.fieldRef.fieldPath")
            .ShouldBe("metadata.name", "instances of one name would hold the Lease together");
        Container(tree).Parts("env").ShouldContain(entry => entry.Text("name") == "POD_NAME", "the instances have no name");
    }

    [StaticCheck(
        "Health.2", "the longest time from failure to answer that the config allows, and that CoreDNS caches no answer about cluster " +
            "names")]
    public static void TimeBudget(RenderedCluster tree)
    {
        var config = Config(tree);
        Slowest(config.Defaults).ShouldBeLessThan(TimeSpan.FromSeconds(30), "the default profile cannot keep its bar");
        Slowest(config.Profiles["fast"]).ShouldBeLessThan(TimeSpan.FromSeconds(5), "the fast profile cannot keep its bar");
        foreach (var policy in new[] { config.Defaults, config.Profiles["fast"] })
        {
            (policy.RetryInterval * policy.SuccessThreshold)
                .ShouldBeLessThan(TimeSpan.FromSeconds(5) - ToTheAnswer, "it comes back too late");
        }

        var cache = tree.Plugins.FirstOrDefault(plugin => plugin.Name == "cache").ShouldNotBeNull("the Corefile has no cache plugin");
        cache.Block.Where(option => option[0] == "disable").Select(option => string.Join(' ', option))
            .ShouldBe([$"disable success {tree.Settings["CLUSTER_DOMAIN"]}", $"disable denial {tree.Settings["CLUSTER_DOMAIN"]}"],
                ignoreOrder: true, "a cached answer contains a removed endpoint");
    }

    [StaticCheck("Health.5", "the guards of the config: the share that must stay, and what counts as a local network fault")]
    public static void Panic(RenderedCluster tree)
    {
        var config = Config(tree);
        config.Guards.PartitionShare.ShouldBeLessThanOrEqualTo(0.5, "more than half of all endpoints may fail and still be removed");
        config.Guards.PartitionMinimum.ShouldBeLessThanOrEqualTo(6, "small fleets are not guarded");
        foreach (var policy in config.Profiles.Values.Append(config.Defaults))
        {
            policy.MinHealthy.Of(10).ShouldBeGreaterThanOrEqualTo(5, "less than half of a Service may be left");
        }
    }

    [StaticCheck("Health.6", "the Services of the tree with the annotation: kube-dns, because the definition says so, and no other")]
    public static void OnlyThoseThatAsk(RenderedCluster tree)
    {
        var expected = tree.Definition.HealthController is { CoreDns: true } ? "true" : null;
        tree.Values.Map("service.annotations").GetValueOrDefault(Annotations.Enabled)
            .ShouldBe(expected, "health checks of kube-dns are not as the definition says");
        tree.Delivered.Concat(tree.HealthController)
            .Where(resource => resource.Kind == "Service" && resource.Annotations.GetValueOrDefault(Annotations.Enabled) == "true")
            .Select(service => service.Name).ShouldBeEmpty("Services beside kube-dns that have health checks");
    }

    [StaticCheck("Health.7", "the election's times: no two leaders, and another one within 5 s")]
    public static void Succession(RenderedCluster tree)
    {
        var election = Config(tree).LeaderElection;
        election.RenewDeadline.ShouldBeLessThan(election.LeaseDuration, "two would be leaders at once");
        (election.LeaseDuration + election.RetryPeriod).ShouldBeLessThan(TimeSpan.FromSeconds(5), "no instance leads for too long");
    }

    [StaticCheck("Health.9", "ServiceMonitor, Service and port of the metrics, and the probes of /healthz and /readyz")]
    public static void Metrics(RenderedCluster tree)
    {
        var service = Find(tree, "Service");
        var monitor = Find(tree, "ServiceMonitor");
        Selectors.Matches(monitor.Part("spec.selector"), service.Labels).ShouldBeTrue("the ServiceMonitor selects no Service");
        Selectors.Matches(service.Map("spec.selector"), Pod(tree).Labels).ShouldBeTrue("the Service selects no pod");
        monitor.Text("spec.endpoints[0].port")
            .ShouldBe(service.Text("spec.ports[0].name"), "the ServiceMonitor names a port that the Service lacks");
        monitor.Text("spec.endpoints[0].path").ShouldBe("/metrics");
        monitor.Flag("spec.endpoints[0].honorLabels")
            .ShouldBe(true, "the scraper would overwrite the namespace and service that a series is about");
        Container(tree).Text("livenessProbe.httpGet.path").ShouldBe("/healthz");
        Container(tree).Text("readinessProbe.httpGet.path").ShouldBe("/readyz");
    }

    [StaticCheck("Health.14", "kube-dns has DNS probes, and selects a label that its pods have and that their ReplicaSet does not select")]
    public static void CoreDnsUnderIt(RenderedCluster tree)
    {
        var notes = tree.Values.Map("service.annotations");
        notes.GetValueOrDefault(Annotations.Scheme).ShouldBe("dns", "CoreDNS is probed by something else than a DNS query");
        notes.GetValueOrDefault(Annotations.DnsName).ShouldBe($"kubernetes.default.svc.{tree.Settings["CLUSTER_DOMAIN"]}.");
        var selector = tree.ServiceSelector;
        selector.GetValueOrDefault(Annotations.DefaultServeLabel).ShouldBe("true", "removing the label would change nothing");
        Selectors.Matches(selector, tree.PodLabels).ShouldBeTrue("the Service kube-dns selects no pod: DNS is gone");
        tree.SelectorLabels.Keys.Concat(tree.Values.Map("deployment.selector.matchLabels").Keys).ShouldNotContain(
            Annotations.DefaultServeLabel, "a pod that loses the label would be replaced");
    }

    /// <summary>
    /// The longest time: the endpoint fails just after a probe, every attempt times out, each retry is as late as possible.
    /// </summary>
    private static TimeSpan Slowest(HealthPolicy policy) =>
        policy.Interval + ((policy.FailureThreshold - 1) * Longer(policy.RetryInterval, policy.Timeout)) + policy.Timeout + ToTheAnswer;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
