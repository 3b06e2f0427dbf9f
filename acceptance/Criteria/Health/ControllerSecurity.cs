using PlatformGitOps.Controller.Api;
using static PlatformGitOps.Acceptance.Criteria.Health.ControllerInTree;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The controller's rights, its pod security and network policy.</summary>
[ChecksOf(typeof(HealthCriterion))]
public static class ControllerSecurity
{
    [StaticCheck(
        "Health.11",
        "the rules of its roles against the requests of the controller (which a test of the controller records), in both directions")]
    public static void Access(RenderedCluster tree)
    {
        var places = Places(tree);
        Config(tree).Namespaces.ShouldBe(places.OfType<string>(), ignoreOrder: true, "it watches other namespaces than the definition's");
        foreach (var role in places.Select(place => Everywhere(tree, "Role", place)))
        {
            AccountRights.Of(role).ShouldBe(Rights(Everywhere(tree)), ignoreOrder: true, $"{role} is not what the controller needs");
        }

        AccountRights.Of(Find(tree, "Role"))
            .ShouldBe(Rights(RequiredAccess.OwnNamespace), ignoreOrder: true, "the Role is not what the controller needs");
        if (OfShards(tree) is { Count: > 0 } leases)
        {
            AccountRights.Of(Find(tree, "Role", $"{Name}-shards")).ShouldBe(
                Rights(leases), ignoreOrder: true, "the Role of the shards is not what the controller needs");
        }

        Resource[] bindings =
            [.. places.Select(place => Everywhere(tree, "RoleBinding", place)), Find(tree, "RoleBinding"),
                .. OfShards(tree).Count > 0 ? [Find(tree, "RoleBinding", $"{Name}-shards")] : Array.Empty<Resource>()];
        foreach (var binding in bindings)
        {
            (binding.Text("roleRef.kind"), binding.Text("roleRef.name"))
                .ShouldBe((binding.Kind[..^"Binding".Length], binding.Name), $"{binding} gives another role");
            binding.Parts("subjects").Select(subject => $"{subject.Text("kind")} {subject.Text("namespace")}/{subject.Text("name")}")
                .ShouldBe([$"ServiceAccount kube-system/{Name}"], "other subjects get the controller's access too, or it gets none");
        }

        tree.HealthController.Where(resource => resource.Kind.EndsWith("RoleBinding", StringComparison.Ordinal))
            .Select(binding => binding.ToString()).ShouldBe(bindings.Select(binding => binding.ToString()), ignoreOrder: true,
                "it has access where the definition gives it none");
        Pod(tree).Text("spec.serviceAccountName").ShouldBe(Name, "it runs under an account without access");
    }

    [StaticCheck("Health.12", "the security contexts of pod and container")]
    public static void PodSecurity(RenderedCluster tree)
    {
        var (pod, container) = (Pod(tree), Container(tree));
        (container.Text("securityContext.runAsNonRoot") ?? pod.Text("spec.securityContext.runAsNonRoot"))
            .ShouldBe("true", "it may run as root");
        (container.Text("securityContext.runAsUser") ?? pod.Text("spec.securityContext.runAsUser"))
            .ShouldBe("65532", "not the image's user");
        container.Flag("securityContext.readOnlyRootFilesystem").ShouldBe(true, "the root filesystem can be written to");
        container.Texts("securityContext.capabilities.drop").ShouldBe(["ALL"], "capabilities are kept");
        container.Texts("securityContext.capabilities.add").ShouldBeEmpty("capabilities are added");
        container.Flag("securityContext.allowPrivilegeEscalation").ShouldBe(false, "the process may gain privileges");
        (container.Text("securityContext.seccompProfile.type") ?? pod.Text("spec.securityContext.seccompProfile.type"))
            .ShouldBe("RuntimeDefault", "system calls are not filtered");
        foreach (var shared in new[] { "hostNetwork", "hostPID", "hostIPC" })
        {
            pod.Flag($"spec.{shared}").ShouldNotBe(true, $"it shares the node's {shared}");
        }
    }

    [StaticCheck("Health.13", "the policies of its layer, tried with the monitoring, a workload and the world")]
    public static void Policy(RenderedCluster tree)
    {
        var labels = Pod(tree).Labels;
        Allows(Source.Monitoring(tree.Settings["MONITORING_NAMESPACE"])).ShouldBeTrue("the monitoring cannot scrape");
        Allows(Source.Workload).ShouldBeFalse("any workload reaches it");
        Allows(Source.World).ShouldBeFalse("the world reaches it");

        bool Allows(Source source) => IngressDecision.Allows(tree.HealthController, labels, source, "TCP", 8080);
    }

    private static IReadOnlyList<RequiredAccess> OfShards(RenderedCluster tree) =>
        RequiredAccess.ForShards(tree.Definition.HealthController!.Shards);

    private static IEnumerable<RequiredAccess> AtHome(RenderedCluster tree) => RequiredAccess.OwnNamespace.Concat(OfShards(tree));

    private static IEnumerable<string> Rights(IEnumerable<RequiredAccess> needed) =>
        from access in needed
        from verb in access.Verbs
        select $"{verb} {access.Group}/{access.Resource} {access.Name ?? "any"}";

    /// <summary>Requests that a stolen token must not allow, in kube-system and in a workload's namespace.</summary>
    private static readonly (string Verb, string Group, string Resource)[] Forbidden =
    [
        ("get", "", "secrets"), ("list", "", "secrets"), ("get", "", "configmaps"), ("delete", "", "pods"), ("create", "", "pods"),
        ("update", "", "pods"),
        ("create", "", "pods/exec"), ("create", "", "pods/eviction"), ("get", "", "pods/log"), ("update", "", "pods/status"),
        ("get", "", "services"), ("patch", "", "services"), ("update", "", "services"), ("delete", "", "services"),
        ("patch", "", "endpoints"), ("list", "", "events"),
        ("get", "discovery.k8s.io", "endpointslices"), ("deletecollection", "discovery.k8s.io", "endpointslices"),
        ("patch", "apps", "deployments"), ("delete", "coordination.k8s.io", "leases"), ("list", "coordination.k8s.io", "leases"),
        ("create", "", "serviceaccounts/token"), ("list", "", "nodes"), ("impersonate", "", "users"),
        ("bind", "rbac.authorization.k8s.io", "clusterroles"),
    ];

    [LiveCheck("Health.11",
        "the API server's own list of its account's rights (SelfSubjectRulesReview), and what it answers for each needed and each " +
            "forbidden request (SubjectAccessReview)", Disruptive = true)]
    public static async Task Access(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        await cluster.Api.ApplyNamespace(Fleet.Namespace, cancellationToken);
        (await AccountRights.In(cluster, User, Fleet.Namespace, cancellationToken)).ShouldBe(
            Rights(Everywhere(cluster.Tree)), ignoreOrder: true, "its rights in a workload's namespace are not what it needs");
        (await AccountRights.In(cluster, User, "kube-system", cancellationToken)).ShouldBe(
            Rights(Everywhere(cluster.Tree).Concat(AtHome(cluster.Tree))), ignoreOrder: true,
            "its rights in its own namespace are not what it needs");

        var needed = Everywhere(cluster.Tree).SelectMany(
            access => access.Verbs.Select(verb => Question(verb, access.Group, access.Resource, Fleet.Namespace, access.Name)))
            .Concat(AtHome(cluster.Tree).SelectMany(
                access => access.Verbs.Select(verb => Question(verb, access.Group, access.Resource, "kube-system", access.Name))));
        (await Answers(cluster, needed, cancellationToken)).Where(answer => !answer.Allowed).Select(answer => answer.Question)
            .ShouldBeEmpty("needed, and refused");
        var forbidden = from entry in Forbidden
                        from place in new[] { Fleet.Namespace, "kube-system" }
                        select Question(entry.Verb, entry.Group, entry.Resource, place, null);
        (await Answers(
            cluster, forbidden.Append(Question("patch", "coordination.k8s.io", "leases", "kube-system", "another")), cancellationToken))
            .Where(answer => answer.Allowed).Select(answer => answer.Question).ShouldBeEmpty("forbidden, and allowed");
    }

    [LiveCheck("Health.12", "the running processes, as the kernel of their node shows them", Disruptive = true)]
    public static async Task PodSecurity(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        foreach (var (pod, process) in await NodeProcesses.Of(
            cluster, await CheckedCluster.Pods(cluster, cancellationToken), CheckedCluster.Process, cancellationToken))
        {
            process.Status["Uid"].ShouldBe("65532", pod.Name);
            process.Status["Gid"].ShouldBe("65532", pod.Name);
            process.RootOptions.Split(',').ShouldContain("ro", $"{pod.Name}: the root filesystem can be written to");
            Convert.ToUInt64(process.Status["CapBnd"], 16).ShouldBe(0UL, $"{pod.Name}: capabilities in the bounding set");
            Convert.ToUInt64(process.Status["CapEff"], 16).ShouldBe(0UL, $"{pod.Name}: capabilities in effect");
            process.Status["NoNewPrivs"].ShouldBe("1", $"{pod.Name}: privileges can be gained");
            process.Status["Seccomp"].ShouldBe("2", $"{pod.Name}: no seccomp filter is in effect");
        }
    }

    [LiveCheck("Health.13",
        "connections of the monitoring and of a workload to each instance, where a trial shows that the CNI enforces policies at all",
        Disruptive = true)]
    public static async Task Policy(LiveCluster live, CancellationToken cancellationToken)
    {
        var cluster = await CheckedCluster.Of(live, cancellationToken);
        foreach (var policy in cluster.Tree.HealthController.Where(
            resource => resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal)))
        {
            (await cluster.Api.Get(ResourceKind.Of(policy).Named(policy.Name, "kube-system"), cancellationToken))
                .ShouldNotBeNull($"{policy} was not delivered");
        }

        var pods = await CheckedCluster.Pods(cluster, cancellationToken);
        foreach (var pod in pods)
        {
            await CheckedCluster.Metrics(cluster, pod, cancellationToken);
        }

        await ClientPods.Ensure(cluster, cancellationToken);
        cluster.Needs(
            await PolicyEnforcement.IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        foreach (var pod in pods)
        {
            (await PolicyEnforcement.Connects(cluster, Fleet.Address(pod), CheckedCluster.Port, cancellationToken))
                .ShouldBeFalse($"a workload reaches {pod.Name}");
        }
    }

    private static JsonObject Question(string verb, string group, string resource, string place, string? name)
    {
        var attributes = new JsonObject
        {
            ["verb"] = verb,
            ["group"] = group,
            ["resource"] = resource.Split('/')[0],
            ["namespace"] = place,
        };
        if (resource.Split('/') is [_, var below])
        {
            attributes["subresource"] = below;
        }

        if (name is not null)
        {
            attributes["name"] = name;
        }

        return new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = User,
                ["groups"] = new JsonArray("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
                ["resourceAttributes"] = attributes,
            },
        };
    }

    private static async Task<IReadOnlyList<(string Question, bool Allowed)>> Answers(
        LiveCluster cluster, IEnumerable<JsonObject> questions, CancellationToken cancellationToken)
    {
        var asked = questions.ToList();
        var printed = (await AccountRights.Create(cluster, asked, cancellationToken)).StandardOutput;
        using var output = new MemoryStream(Encoding.UTF8.GetBytes(printed));
        var answered = new List<Resource>();
        // kubectl prints one object after the other.
        await foreach (
            var answer in JsonSerializer.DeserializeAsyncEnumerable<JsonObject>(
                output, topLevelValues: true, cancellationToken: cancellationToken))
        {
            answered.Add(new Resource(answer!));
        }

        answered.Count.ShouldBe(asked.Count, "answers of the API server");
        return [.. answered.Select(
            answer => (answer.Part("spec.resourceAttributes")!.Document.ToJsonString(), answer.Flag("status.allowed") == true))];
    }
}
