namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Bootstrap", "What must start before DNS does, and what needs DNS waits for it and continues by itself")]
[Check("Bootstrap.1", "An image mirror on the nodes starts without DNS", "Spegel's pods run with 0 restarts",
    Command = "kubectl --context {context} -n kube-system get pods -l app.kubernetes.io/name=spegel")]
[Check("Bootstrap.2", "An issuer that needs DNS waits for it and continues by itself", "cert-manager's look-ups succeed with 0 restarts",
    Command = "kubectl --context {context} -n cert-manager logs -l app=cert-manager --tail=50 | grep -i dns")]
public static class BootstrapCriterion
{
    public const string Namespace = "acceptance-bootstrap";
    private const string LookUp = "resolve";
    private static readonly TimeSpan InVain = TimeSpan.FromSeconds(10);

    [StaticCheck(
        "Bootstrap.1",
        "the Flux Kustomization of CoreDNS waits for nothing that needs DNS: at most the definitions, and what the definition names")]
    public static void Mirror(RenderedCluster tree)
    {
        var kustomization = tree.Flux.Single(resource => resource.Name == $"cluster-{tree.Role}-coredns");
        var named = tree.Definition.DependsOn.Select(name => name.Text);
        kustomization.Parts("spec.dependsOn").Select(dependency => dependency.Text("name"))
            .Except(named).Except([$"cluster-{tree.Role}-crds"]).ShouldBeEmpty("DNS waits for what may itself need DNS");
    }

    [LiveCheck("Bootstrap.1", "a pod like Spegel's (the node's network and resolver), started while no CoreDNS runs", Disruptive = true)]
    public static Task Mirror(LiveCluster cluster, CancellationToken cancellationToken) => WithoutDns(
        cluster,
        Pod("mirror", new JsonObject { ["hostNetwork"] = true, ["dnsPolicy"] = "Default" }, null),
        token => Ready(cluster, "mirror", token),
        _ => Task.CompletedTask,
        cancellationToken);

    [LiveCheck("Bootstrap.2",
        "a pod like cert-manager's: without DNS its look-up runs and it stays unready for ten seconds, without crashing; it becomes " +
            "ready when CoreDNS is back", Disruptive = true)]
    public static Task Issuer(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        return WithoutDns(
            cluster,
            Pod("issuer", [],
                ["/prober", "resolve", UpstreamDns.NewName(), "--via", "system", "--timeout", "1000", "--within", "120000"]),
            token => StaysUnready(cluster, "issuer", token),
            token => Ready(cluster, "issuer", token),
            cancellationToken);
    }

    private static async Task WithoutDns(
        LiveCluster cluster, JsonObject pod, Func<CancellationToken, Task> without, Func<CancellationToken, Task> after,
        CancellationToken cancellationToken)
    {
        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        var address = ResourceKind.Pod.Named((string)pod["metadata"]!["name"]!, Namespace);
        await cluster.Api.Delete(address, TimeSpan.Zero, cancellationToken);
        await Outage.While(
            cluster,
            async token =>
            {
                await cluster.Api.Apply(ResourceKind.Pod, new Resource(pod), token);
                await without(token);
            },
            cancellationToken);
        await after(cancellationToken);
        await cluster.Api.Delete(address, TimeSpan.Zero, cancellationToken);
    }

    private static Task Ready(LiveCluster cluster, string name, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(45),
        async token =>
        {
            var pod = await cluster.Require(ResourceKind.Pod.Named(name, Namespace), token);
            Conditions.Holds(pod, "Ready").ShouldBeTrue(Conditions.Say(pod, "Ready"));
            NeverCrashed(pod);
            var dns = await cluster.StayingDnsPods(token);
            EvidenceLog.Observed(
                $"{Conditions.Say(pod, "Ready").TrimEnd()} on {pod.Text("spec.nodeName")}, beside {dns.Count} pods of CoreDNS");
        },
        $"{name} runs",
        cancellationToken);

    /// <summary>A pod that still starts is not ready either: its look-up must have run, and must keep failing.</summary>
    private static async Task StaysUnready(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        await Eventually.Within(TimeSpan.FromSeconds(45), Waits, $"the look-up of {name} runs", cancellationToken);
        await Throughout.For(InVain, Waits, $"{name} waits for DNS", cancellationToken);

        async Task Waits(CancellationToken token)
        {
            var pod = await cluster.Require(ResourceKind.Pod.Named(name, Namespace), token);
            var lookUp = pod.Parts("status.initContainerStatuses").SingleOrDefault(container => container.Text("name") == LookUp);
            (lookUp?.Part("state.running"))
                .ShouldNotBeNull($"the look-up does not run: {lookUp?.At("state")?.ToJsonString() ?? "it has not started"}");
            Conditions.Holds(pod, "Ready").ShouldBeFalse(Conditions.Say(pod, "Ready"));
            NeverCrashed(pod);
        }
    }

    private static void NeverCrashed(Resource pod) =>
        pod.Parts("status.initContainerStatuses").Concat(pod.Parts("status.containerStatuses"))
            .ShouldAllBe(container => container.Number("restartCount") == 0, "it waited by crashing");

    private static JsonObject Pod(string name, JsonObject spec, IReadOnlyList<string>? firstOf)
    {
        var image = SuiteSettings.Current.ProberImage;
        spec["terminationGracePeriodSeconds"] = 0;
        spec["containers"] = new JsonArray(
            new JsonObject { ["name"] = name, ["image"] = image, ["command"] = new JsonArray("/prober", "wait") });
        if (firstOf is not null)
        {
            spec["initContainers"] = new JsonArray(new JsonObject
            {
                ["name"] = LookUp,
                ["image"] = image,
                ["command"] = new JsonArray([.. firstOf.Select(word => (JsonNode)word)]),
            });
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
            ["spec"] = spec,
        };
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("DNS waits for certificates", "Bootstrap.1", "may itself need DNS",
            tree => tree.Flux.Single(resource => resource.Name.EndsWith("-coredns", StringComparison.Ordinal))
                .Document["spec"]!["dependsOn"] =
                new JsonArray(new JsonObject { ["name"] = "cert-manager" })),
    ];
}
