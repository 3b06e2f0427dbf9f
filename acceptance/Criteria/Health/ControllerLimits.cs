using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using static PlatformGitOps.Acceptance.Criteria.Health.ControllerInTree;
using static PlatformGitOps.Acceptance.Criteria.Health.HealthSabotages;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The controller does nothing for users that they may not do themselves.</summary>
[ChecksOf(typeof(HealthCriterion))]
[Check("Health.15", "The controller's account can change the serve label, the gate and its own annotations of a pod, and nothing else",
    "every other change is refused", Needs = Feature.AdmissionPolicies,
    Command = "kubectl --context {context} get validatingadmissionpolicy,validatingadmissionpolicybinding")]
[Check("Health.16", "Services may declare addresses in the networks that the definition opens, and no others",
    "Event InvalidHealthCheck, and no EndpointSlice",
    Command = "kubectl --context {context} get events -A")]
public static class ControllerLimits
{
    private const string PodPolicy = Name + "-pods";

    private static readonly ResourceAddress PodBinding = ResourceKind.ValidatingAdmissionPolicyBinding.Named(PodPolicy);

    [StaticCheck("Health.15", "the admission policy of pods: whom and what it is about, what it compares, and that its binding denies")]
    public static void Admission(RenderedCluster tree)
    {
        var policy = Find(tree, "ValidatingAdmissionPolicy", PodPolicy);
        policy.Text("spec.failurePolicy").ShouldBe("Fail", "a policy that cannot be evaluated would allow everything");
        policy.Parts("spec.matchConditions").Select(condition => condition.Text("expression"))
            .ShouldBe([$"request.userInfo.username == '{User}'"], "the policy is about other accounts, or not about this one");
        var rule = policy.Parts("spec.matchConstraints.resourceRules").Single();
        rule.Texts("resources").ShouldBe(["pods", "pods/status"], ignoreOrder: true, "changes of a pod that the policy does not see");
        rule.Texts("operations").ShouldContain("UPDATE", "a patch is an update, and the policy does not see it");
        var compared = string.Join('\n', policy.Parts("spec.validations").Select(validation => validation.Text("expression")));
        foreach (var part in new[] { "object.spec ==", "object.metadata", "variables.labels", "variables.annotations", "object.status",
            "variables.conditions" })
        {
            compared.ShouldContain(part, customMessage: "a part of a pod that the account may change");
        }

        Find(tree, "ValidatingAdmissionPolicyBinding", PodPolicy).Texts("spec.validationActions")
            .ShouldBe(["Deny"], "the policy denies nothing");
    }

    [StaticCheck("Health.16", "the networks of the config and the rights for EndpointSlices, against the definition")]
    public static void Networks(RenderedCluster tree)
    {
        var (config, settings) = (Config(tree), tree.Definition.HealthController!);
        config.Networks.Declarable.Select(network => network.ToString())
            .ShouldBe(settings.EndpointSliceNetworks.Select(range => range.ToString()), "Services may declare other networks' addresses");
        config.IsServeLabel("app").ShouldBeFalse("a Service can have any label taken off its pods");
        foreach (var role in Places(tree).Select(place => Everywhere(tree, "Role", place)))
        {
            role.Parts("rules").Any(rule => rule.Texts("resources").Contains("endpointslices")).ShouldBe(
                config.Networks.Declarable.Count > 0, $"its rights for EndpointSlices are not as the definition says: {role}");
        }
    }

    [LiveCheck("Health.15", "dry runs of changes of a pod as the controller's account: its own are accepted, all others refused",
        Disruptive = true)]
    public static async Task Admission(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        cluster.Needs(
            await CheckedCluster.Kubernetes(cluster, cancellationToken) >= ControllerAdmission.Since,
            $"Kubernetes before {ControllerAdmission.Since} has no admission policies");
        var fleet = await Fleet.Deploy(cluster, "deputy", 1, null, cancellationToken);
        try
        {
            var pod = fleet.Pods[0];
            var container = pod.Parts("spec.containers").First().Text("name")!;
            (string Change, string? Subresource, bool Allowed)[] changes =
            [
                ($$$$"""{"metadata": {"labels": {"{{{{Annotations.DefaultServeLabel}}}}": null}}}""", null, true),
                ($$$$"""{"metadata": {"annotations": {"{{{{Annotations.Removed}}}}": "{}"}}}""", null, true),
                ($$$$"""{"metadata": {"annotations": {"{{{{Annotations.RemovedEarlierName}}}}": "{}"}}}""", null, true),
                (Condition(Annotations.GateCondition), "status", true),
                ($$$$"""{"spec": {"containers": [{"name": "{{{{container}}}}", "image": "example.com/other:1"}]}}""", null, false),
                ("""{"metadata": {"labels": {"app": "another"}}}""", null, false),
                ($$$$"""{"metadata": {"labels": {"{{{{Annotations.DefaultServeLabel}}}}": "another"}}}""", null, false),
                ("""{"metadata": {"annotations": {"example.com/note": "another"}}}""", null, false),
                ("""{"metadata": {"finalizers": ["example.com/held"]}}""", null, false),
                ("""{"status": {"podIP": "192.0.2.1"}}""", "status", false),
                (Condition("PodScheduled"), "status", false),
            ];
            // The API server applies new policies within seconds.
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                async token =>
                {
                    foreach (var (change, subresource, allowed) in changes)
                    {
                        (await TryPatch(cluster, pod, change, subresource, token)).ShouldBe(allowed, change);
                    }
                },
                "the account may change what it needs and nothing else",
                cancellationToken);
        }
        finally
        {
            await fleet.Remove();
        }

        static string Condition(string type) =>
            $$$$"""{"status": {"conditions": [{"type": "{{{{type}}}}", "status": "False", "reason": "Tried"}]}}""";
    }

    [LiveCheck("Health.16",
        "Services that declare the cloud's metadata address, an address of the API server and one outside of the opened networks: their " +
            "Events and EndpointSlices", Disruptive = true)]
    public static async Task Networks(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        await cluster.Api.ApplyNamespace(Fleet.Namespace, cancellationToken);
        foreach (var (name, address) in new[] { ("metadata", "169.254.169.254"), ("translated", "64:ff9b::a9fe:a9fe"),
            ("cluster", cluster.Tree.Definition.Services.AddressAt(1)!.ToString()), ("elsewhere", "192.0.2.1") })
        {
            var service = Pods.Manifest("Service", name, Fleet.Namespace, new JsonObject
            {
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }),
            });
            service["metadata"]!["annotations"] = new JsonObject
            {
                [Annotations.Enabled] = "true",
                [Annotations.Removal] = "endpoint-slices",
                [Annotations.Addresses] = address,
            };
            await cluster.Api.Apply(ResourceKind.Service, new Resource(service), cancellationToken);
            var made = await cluster.Require(ResourceKind.Service.Named(name, Fleet.Namespace), cancellationToken);
            try
            {
                await Eventually.Within(
                    TimeSpan.FromSeconds(30),
                    async token => (await cluster.Api.List(ResourceKind.Event, Fleet.Namespace, null, token))
                        .ShouldContain(
                            entry => entry.Text("involvedObject.uid") == made.Uid && entry.Text("reason") == "InvalidHealthCheck",
                            $"{address} is not refused"),
                    $"an Event says that {address} may not be declared",
                    cancellationToken);
                (await cluster.Api.List(
                    ResourceKind.EndpointSlice, Fleet.Namespace, $"kubernetes.io/service-name={name}", cancellationToken))
                    .ShouldBeEmpty($"{address} is published");
            }
            finally
            {
                await cluster.Api.Delete(ResourceKind.Service.Named(name, Fleet.Namespace), null, CancellationToken.None);
            }
        }
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the policy only warns", "Health.15", "denies nothing",
            tree => JsonPath.Set(
                Policy(tree, "ValidatingAdmissionPolicyBinding").Document, "spec.validationActions", new JsonArray("Warn"))),
        new("images may be changed", "Health.15", "a part of a pod",
            tree => Policy(tree, "ValidatingAdmissionPolicy").At("spec.validations")!.AsArray().RemoveAt(0)),
        new("the status is not compared", "Health.15", "does not see",
            tree => Policy(tree, "ValidatingAdmissionPolicy")
                .At("spec.matchConstraints.resourceRules[0].resources")!.AsArray().RemoveAt(1)),
        new("every network is open", "Health.16", "other networks' addresses",
            tree => Config(tree, text => text + "endpointSlices: {networks: [0.0.0.0/0]}\n")),
        new("rights for EndpointSlices that are switched off", "Health.16", "not as the definition says",
            tree => Rules(tree, "ClusterRole").Add(Rule("discovery.k8s.io", "endpointslices", "patch"))),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Deleted("admission policy without a binding", "Health.15", "nothing else", PodBinding),
        Configured("every network is open", "Health.16", "may not be declared", text => System.Text.RegularExpressions.Regex.Replace(
            text, @"(?s)endpointSlices:\n.*?(?=\n\S)", "endpointSlices: {networks: [0.0.0.0/0, \"::/0\"]}")),
    ];

    private static Resource Policy(SabotagedTree tree, string kind) =>
        tree.HealthController.Single(resource => resource.Kind == kind && resource.Name == PodPolicy);

    /// <summary>A dry run on the API server; false if an admission policy refuses it.</summary>
    private static async Task<bool> TryPatch(
        LiveCluster cluster, Resource pod, string patch, string? subresource, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Api.TryPatch(ResourceKind.Pod.Named(pod.Name, Fleet.Namespace), subresource, User, patch, cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.Message.Contains(PodPolicy))
        {
            return false;
        }
    }
}
