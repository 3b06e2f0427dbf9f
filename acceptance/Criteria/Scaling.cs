using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Static checks use a tree with a HorizontalPodAutoscaler.</summary>
[Criterion("Scaling", "With a HorizontalPodAutoscaler, CoreDNS grows under load and shrinks after it, and no query fails",
    SwitchesOn = Feature.Autoscaling)]
[Check("Scaling.1", "The autoscaler alone decides how many pods there are",
    "bounds and targets of the settings; drift detection leaves the replicas alone",
    Command = "kubectl --context {context} -n kube-system get hpa coredns")]
[Check("Scaling.2", "Load brings more pods, its end takes them away, and no query fails",
    "more pods than the least number, then the least number again; 0 failed queries",
    Command = "kubectl --context {context} -n kube-system get hpa,deployment coredns")]
public static class ScalingCriterion
{
    public const string Namespace = "acceptance-load";

    /// <summary>Each pod queries each of its names a thousand times a second.</summary>
    private const int NamesOfAPod = 4;

    private const int MostPods = 4;

    private static readonly ResourceAddress Metrics = ResourceKind.ApiService.Named("v1beta1.metrics.k8s.io");
    private static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    private static readonly ResourceAddress Upstream =
        ResourceKind.Service.Named(NodeLocalDnsNames.UpstreamService, NodeLocalDnsNames.Namespace);

    private static readonly ResourceAddress Autoscaler = ResourceKind.HorizontalPodAutoscaler.Named("coredns", "kube-system");

    /// <summary>The probers' own queries must keep the minimum number of pods below the target.</summary>
    private static readonly TimeSpan Cadence = TimeSpan.FromMilliseconds(60);

    /// <summary>How long more load can take to add a pod of CoreDNS: two rounds of metrics and of the autoscaler.</summary>
    private static readonly TimeSpan Reaction = TimeSpan.FromSeconds(60);

    /// <summary>The maximum number of pods; a sabotage sets it to the minimum.</summary>
    private static int? most;

    [StaticCheck("Scaling.1", "hpa, autoscaler and driftDetection of the release, and the requests that the targets are shares of")]
    public static void OneDecides(RenderedCluster tree)
    {
        var scaling = tree.Values.Part("hpa");
        scaling.ShouldNotBeNull("the release has no autoscaler");
        scaling.Flag("enabled").ShouldBe(true, "the autoscaler is off");
        (tree.Values.Flag("autoscaler.enabled") ?? false).ShouldBeFalse("two autoscalers undo each other's work");
        scaling.Number("minReplicas").ToString().ShouldBe(tree.Settings[CoreDnsVariables.Replicas], "not the least of the settings");
        scaling.Number("maxReplicas").ToString().ShouldBe(tree.Settings[CoreDnsVariables.MaxReplicas], "not the most of the settings");
        scaling.Number("maxReplicas").ShouldNotBeNull().ShouldBeGreaterThan(scaling.Number("minReplicas")!.Value);
        foreach (var metric in scaling.Parts("metrics"))
        {
            tree.Values.Text($"resources.requests.{metric.Text("resource.name")}")
                .ShouldNotBeNull($"{metric.Text("resource.name")} is a share of nothing: the pods request none");
        }

        scaling.Number("behavior.scaleDown.stabilizationWindowSeconds").ShouldNotBeNull("a lull of a moment takes pods away")
            .ShouldBeGreaterThanOrEqualTo(300, "a lull of a moment takes pods away");
        tree.Release.Parts("spec.driftDetection.ignore").SelectMany(entry => entry.Texts("paths"))
            .ShouldContain("/spec/replicas", "Flux undoes what the autoscaler does");
    }

    [LiveCheck("Scaling.2",
        "the replicas of the Deployment while pods ask for names as fast as they can, one pod more each minute until the autoscaler " +
            "acts, and after they are gone (the wait before it shrinks is shortened for the check); the queries of probers on each node",
        Disruptive = true, ZeroLoss = true)]
    public static async Task UpAndDown(LiveCluster live, CancellationToken cancellationToken)
    {
        live.NeedsDelivery();
        live.Needs(await live.Api.Get(Metrics, cancellationToken) is { } metrics && Conditions.Holds(metrics, "Available"),
            "the autoscaler needs the metrics of pods; install metrics-server");
        await ProberImage.Bring(live, SuiteSettings.Current.ProberImage, cancellationToken);
        var cluster = live.With(Switched(live.Platform, most));
        JsonObject? delivered = null;
        var least = int.Parse(cluster.Tree.Settings[CoreDnsVariables.Replicas], CultureInfo.InvariantCulture);
        try
        {
            await DisruptionCriterion.Judge(
                cluster, LossBudget.Zero, [],
                async (run, token) =>
                {
                    run.Note(Autoscaler.Name, "switched on");
                    await cluster.Deliver(token);
                    await Settled(cluster, least, TimeSpan.FromSeconds(90), "the autoscaler begins with the least number", token);
                    delivered = (JsonObject?)(await cluster.Require(Autoscaler, token)).At("spec.behavior.scaleDown")?.DeepClone();
                    await ShortenStabilization(cluster, token);
                    await Grow(cluster, run, least, token);
                    run.Note(Namespace, "load ends");
                    await cluster.DeleteNamespace(Namespace, token);
                    await Settled(cluster, least, TimeSpan.FromMinutes(5), "the autoscaler goes back to the least number", token);
                },
                cancellationToken, Cadence);
        }
        finally
        {
            await cluster.DeleteNamespace(Namespace, CancellationToken.None);
            await live.Deliver(CancellationToken.None);
            if (delivered is not null && await live.Api.Get(Autoscaler, CancellationToken.None) is not null)
            {
                // Helm only changes differences from the last release, which already has the definition's wait.
                await live.Api.Patch(Autoscaler, JsonPath.Patch("spec.behavior.scaleDown", delivered), CancellationToken.None);
            }

            await Rollout.Done(live, CancellationToken.None);
        }
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("an autoscaler that is off", "Scaling.1", "the autoscaler is off", tree => tree.Value("hpa.enabled", false)),
        new("both autoscalers", "Scaling.1", "two autoscalers", tree => tree.Value("autoscaler.enabled", true)),
        new("one pod at least", "Scaling.1", "not the least", tree => tree.Value("hpa.minReplicas", 1)),
        new("no request for CPU", "Scaling.1", "a share of nothing", tree => tree.Value("resources.requests.cpu", null)),
        new("no wait before it shrinks", "Scaling.1", "a lull of a moment",
            tree => tree.Value("hpa.behavior.scaleDown.stabilizationWindowSeconds", 0)),
        new("drift detection sets the replicas back", "Scaling.1", "Flux undoes",
            tree => JsonPath.Set(tree.Release.Document, "spec.driftDetection.ignore", new JsonArray())),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        new("an autoscaler that may not grow", "Scaling.2", "brings one more pod", (_, _) => Most(0), (_, _) => Most(null))
        {
            IsDrift = false,
        },
    ];

    /// <summary>The platform with a HorizontalPodAutoscaler in every cluster that lacks one.</summary>
    /// <param name="above">The maximum of additional pods; null for the definition's own limit, or the default.</param>
    internal static Platform Switched(Platform platform, int? above = null) => platform.InEachCluster(cluster => cluster with
    {
        Dns = cluster.Dns with
        {
            Autoscaling = cluster.Dns.Autoscaling is Autoscaling.Horizontal given && above is null ? given
                : new Autoscaling.Horizontal(cluster.Dns.Replicas + (above ?? cluster.Dns.Replicas), CpuPercent: 70),
        },
    });

    private static Task Most(int? above)
    {
        most = above;
        return Task.CompletedTask;
    }

    /// <summary>The delivered wait of ten minutes is for users; scaling down works the same after fifteen seconds.</summary>
    private static Task ShortenStabilization(LiveCluster cluster, CancellationToken cancellationToken) => cluster.Api.Patch(
        Autoscaler,
        JsonPath.Patch("spec.behavior.scaleDown", new JsonObject
        {
            ["stabilizationWindowSeconds"] = 15,
            ["policies"] = new JsonArray(new JsonObject { ["type"] = "Pods", ["value"] = 1, ["periodSeconds"] = 15 }),
        }),
        cancellationToken);

    private static async Task Grow(LiveCluster cluster, DisruptionRun run, int least, CancellationToken cancellationToken)
    {
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        // A cache on the node would answer most of the load, so it goes to the Service that the caches use.
        string[] server = cluster.Tree.NodeLocalDns.Count == 0 ? []
            : ["--server", (await cluster.Require(Upstream, cancellationToken)).Text("spec.clusterIP")!];
        for (var pod = 1; ; pod++)
        {
            var manifest = Pods.Prober(
                Namespace, $"load-{pod}", SuiteSettings.Current.ProberImage, []);
            manifest["spec"]!["containers"]![0]!["command"] = new JsonArray(
            [
                "/prober", "follow",
                .. Enumerable.Range(0, NamesOfAPod).Select(name =>
                    (JsonNode)$"kubernetes.default.svc.{cluster.Domain}.{(name % 2 == 0 ? "" : "/AAAA")}"),
                "--cadence", "1", .. server.Select(word => (JsonNode)word),
            ]);
            run.Note(Namespace, $"{pod} pods ask");
            await cluster.Api.Apply(ResourceKind.Pod, new Resource(manifest), cancellationToken);
            try
            {
                var grown = await Eventually.Within(
                    Reaction,
                    async token =>
                    {
                        var replicas = (await cluster.Require(Deployment, token)).Number("status.readyReplicas");
                        replicas.ShouldNotBeNull().ShouldBeGreaterThan(least);
                        return replicas.Value;
                    },
                    "load brings one more pod", cancellationToken);
                EvidenceLog.Observed(
                    $"{grown} pods after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s, with {pod} pods of load; "
                        + $"before {least}");
                return;
            }
            catch (WaitTimeoutException) when (pod < MostPods)
            {
                // More load.
            }
        }
    }

    private static Task Settled(
        LiveCluster cluster, int replicas, TimeSpan within, string because, CancellationToken cancellationToken) => Eventually.Within(
        within,
        async token =>
        {
            var deployment = await cluster.Require(Deployment, token);
            deployment.Number("spec.replicas").ShouldBe(replicas, "replicas that the autoscaler asks for");
            deployment.Number("status.availableReplicas").ShouldBe(replicas, "available pods");
            deployment.Number("status.replicas").ShouldBe(replicas, "pods of all revisions");
        },
        because,
        cancellationToken);
}
