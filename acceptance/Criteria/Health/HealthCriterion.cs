using System.Globalization;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The static halves look at the tree as it is generated where the controller is switched on, with CoreDNS under it.</summary>
[Criterion("Health", "Where the DNS health controller is switched on, what stops answering is out of DNS within seconds and back when it answers, and the last endpoint never goes")]
public static partial class HealthCriterion
{
    private const string Name = "dns-health-controller";

    /// <summary>From the write to every DNS pod's answer, where no answer is kept: the EndpointSlice and CoreDNS's watch.</summary>
    private static readonly TimeSpan ToTheAnswer = TimeSpan.FromSeconds(0.5);

    [Row("Health.1", "Two instances run on two nodes, and exactly one acts",
        Sees = "replicas, spread and budget, the image of the settings, and that each instance stands for election under its own name")]
    public static void TwoInstances(RenderedCluster tree)
    {
        var deployment = Find(tree, "Deployment");
        deployment.Number("spec.replicas").ShouldBe(2, "one instance is nobody while it restarts");
        var pod = Pod(tree);
        var spread = pod.Parts("spec.topologySpreadConstraints").FirstOrDefault(entry => entry.Text("topologyKey") == "kubernetes.io/hostname");
        spread.ShouldNotBeNull("both instances may die with one node");
        Selectors.Matches(spread.Part("labelSelector"), pod.Labels).ShouldBeTrue("the spread counts no pods");
        Selectors.Matches(Find(tree, "PodDisruptionBudget").Part("spec.selector"), pod.Labels).ShouldBeTrue("the budget protects no pod");
        Container(tree).Text("image").ShouldBe(tree.Settings["HEALTH_CONTROLLER_IMAGE"], "not the image of the cluster's settings");
        Container(tree).Texts("args").ShouldNotContain("--dry-run", "it would write nothing");
        Container(tree).Parts("env").SingleOrDefault(entry => entry.Text("name") == "POD_NAME")?.Text("valueFrom.fieldRef.fieldPath")
            .ShouldBe("metadata.name", "instances of one name would hold the Lease together");
        Container(tree).Parts("env").ShouldContain(entry => entry.Text("name") == "POD_NAME", "nothing names the instances");
    }

    [Row("Health.2", "An endpoint that stops answering leaves DNS within its bar, and is back within 5 s of its recovery",
        Sees = "the slowest way from failure to answer that the config allows, and that CoreDNS keeps no answer about cluster names")]
    public static void TimeBudget(RenderedCluster tree)
    {
        var config = Config(tree);
        Slowest(config.Defaults).ShouldBeLessThan(TimeSpan.FromSeconds(30), "the default profile cannot keep its bar");
        Slowest(config.Profiles["fast"]).ShouldBeLessThan(TimeSpan.FromSeconds(5), "the fast profile cannot keep its bar");
        foreach (var policy in new[] { config.Defaults, config.Profiles["fast"] })
        {
            (policy.RetryInterval * policy.SuccessThreshold).ShouldBeLessThan(TimeSpan.FromSeconds(5) - ToTheAnswer, "it comes back too late");
        }

        var cache = CorefilePlugins.Find(tree.Corefile, "cache").ShouldNotBeNull("the Corefile has no cache plugin");
        cache.Block.Where(option => option[0] == "disable").Select(option => string.Join(' ', option))
            .ShouldBe([$"disable success {tree.Settings["CLUSTER_DOMAIN"]}", $"disable denial {tree.Settings["CLUSTER_DOMAIN"]}"], ignoreOrder: true, "a kept answer names an endpoint that is out");
    }

    [Row("Health.5", "Where everything fails, nothing is taken out", Sees = "the guards of the config: the share that must stay, and what counts as blindness")]
    public static void Panic(RenderedCluster tree)
    {
        var config = Config(tree);
        config.Guards.VantageShare.ShouldBeLessThanOrEqualTo(0.5, "more than half of everything may fail and still be taken out");
        config.Guards.VantageMinimum.ShouldBeLessThanOrEqualTo(6, "small fleets are not guarded");
        foreach (var policy in config.Profiles.Values.Append(config.Defaults))
        {
            policy.MinHealthy.Of(10).ShouldBeGreaterThanOrEqualTo(5, "less than half of a Service may be left");
        }
    }

    [Row("Health.6", "A Service that did not ask is never touched", Sees = "the Services of the tree that ask: kube-dns, because the definition says so, and no other")]
    public static void OnlyThoseThatAsk(RenderedCluster tree) => tree.All.Concat(tree.HealthController)
        .Where(resource => resource.Kind == "Service" && resource.Annotations.GetValueOrDefault(Annotations.Enabled) == "true")
        .Select(service => service.Name).ShouldBe(["kube-dns"], "Services that ask for health checks");

    [Row("Health.7", "A leader that dies without a word is followed, and nothing flaps",
        Sees = "the election's times: no two leaders, and another one within 5 s")]
    public static void Succession(RenderedCluster tree)
    {
        var election = Config(tree).LeaderElection;
        election.RenewDeadline.ShouldBeLessThan(election.LeaseDuration, "two would act at once");
        (election.LeaseDuration + election.RetryPeriod).ShouldBeLessThan(TimeSpan.FromSeconds(5), "nobody acts for too long");
    }

    [Row("Health.9", "Metrics and health pages are there under their names",
        Sees = "what is scraped: ServiceMonitor, Service and port; what the kubelet asks: /healthz and /readyz")]
    public static void Metrics(RenderedCluster tree)
    {
        var service = Find(tree, "Service");
        var monitor = Find(tree, "ServiceMonitor");
        Selectors.Matches(monitor.Part("spec.selector"), service.Labels).ShouldBeTrue("the ServiceMonitor selects no Service");
        Selectors.Matches(service.Map("spec.selector"), Pod(tree).Labels).ShouldBeTrue("the Service selects no pod");
        monitor.Text("spec.endpoints[0].port").ShouldBe(service.Text("spec.ports[0].name"), "the ServiceMonitor names a port that the Service lacks");
        monitor.Text("spec.endpoints[0].path").ShouldBe("/metrics");
        monitor.Flag("spec.endpoints[0].honorLabels").ShouldBe(true, "the scraper would overwrite the namespace and service that a series is about");
        Container(tree).Text("livenessProbe.httpGet.path").ShouldBe("/healthz");
        Container(tree).Text("readinessProbe.httpGet.path").ShouldBe("/readyz");
    }

    [Row("Health.14", "CoreDNS's own pods can be put under it",
        Sees = "kube-dns asks for a DNS query and selects a label that its pods carry and that their ReplicaSet does not select")]
    public static void CoreDnsUnderIt(RenderedCluster tree)
    {
        var notes = tree.DnsService.Annotations;
        notes.GetValueOrDefault(Annotations.Scheme).ShouldBe("dns", "CoreDNS is asked something else than DNS");
        notes.GetValueOrDefault(Annotations.DnsName).ShouldBe($"kubernetes.default.svc.{tree.Settings["CLUSTER_DOMAIN"]}.");
        var selector = tree.DnsService.Map("spec.selector");
        selector.GetValueOrDefault(Annotations.DefaultServeLabel).ShouldBe("true", "taking the label off would change nothing");
        Selectors.Matches(selector, tree.PodTemplate.Labels).ShouldBeTrue("the Service kube-dns selects no pod: DNS is gone");
        tree.Deployment.Map("spec.selector.matchLabels").Keys.ShouldNotContain(Annotations.DefaultServeLabel, "a pod that loses the label would be replaced");
    }

    /// <summary>The longest way: just asked when it fails, every attempt times out, each retry as late as may be.</summary>
    private static TimeSpan Slowest(HealthPolicy policy) =>
        policy.Interval + ((policy.FailureThreshold - 1) * Longer(policy.RetryInterval, policy.Timeout)) + policy.Timeout + ToTheAnswer;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static ControllerOptions Config(RenderedCluster tree)
    {
        var name = Pod(tree).Parts("spec.volumes").Select(volume => volume.Text("configMap.name")).Single(text => text is not null);
        return ConfigFile.Read(Find(tree, "ConfigMap", name).Map("data")["config.yaml"]);
    }

    private static Resource Pod(RenderedCluster tree) =>
        Find(tree, "Deployment").Part("spec.template") ?? throw new MissingException("the Deployment has no pod template");

    private static Resource Container(RenderedCluster tree) => Pod(tree).Parts("spec.containers").Single();

    private static Resource Find(RenderedCluster tree, string kind, string? name = Name) =>
        tree.HealthController.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException(string.Create(CultureInfo.InvariantCulture, $"there is no {kind} {name}"));
}
