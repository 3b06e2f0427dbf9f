namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Overlays under <c>flux.serviceAccountName</c>: what the account may deliver, and what not.</summary>
public sealed class AccountTests
{
    private const string Definition = "repository: { url: https://github.com/example/platform.git }\nclusters:\n"
        + "  - { name: ulm, network: { pods: 10.42.0.0/16, services: 10.43.0.0/16 }, "
        + "flux: { serviceAccountName: dns-flux } }\n";

    [TestCase("{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: apps}}", "ConfigMap apps/own")]
    [TestCase("{apiVersion: v1, kind: Namespace, metadata: {name: apps}}", "Namespace apps")]
    [TestCase("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: own, namespace: apps}}", "NetworkPolicy apps/own")]
    [TestCase("{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: kube-system}}", null)]
    [TestCase("{apiVersion: monitoring.coreos.com/v1, kind: Probe, metadata: {name: own, namespace: kube-system}}", null)]
    [TestCase("{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: own, namespace: flux-system}, spec: "
        + "{interval: 10m, prune: true, path: ./kubernetes/overlays/ulm/apps, sourceRef: {kind: GitRepository, name: platform}}}", null)]
    [TestCase("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: own}}", null)]
    [TestCase("{apiVersion: discovery.example.org/v1, kind: Probe, metadata: {name: own, namespace: apps}}", "Probe apps/own")]
    [TestCase("{apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: own}}", "ClusterIssuer own")]
    [TestCase("{apiVersion: cert-manager.io/v1, kind: Issuer, metadata: {name: own}}", null)]
    [TestCase("{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: own}}",
        "CiliumClusterwideNetworkPolicy own")]
    [TestCase("{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: own}}", "GatewayClass own")]
    public async Task An_object_outside_of_the_rights_of_the_account_is_found(string manifest, string? refused)
    {
        var output = await Lint(manifest);

        if (refused is null)
        {
            output.ShouldNotContain("account-without-rights");
        }
        else
        {
            output.ShouldContain("kubernetes/overlays/ulm/own.yaml:1:");
            output.ShouldContain($"account-without-rights: cluster-ulm-overlays acts as the ServiceAccount dns-flux, which may not write "
                + $"{refused}: Flux is refused for the whole layer.");
        }
    }

    [Test]
    public async Task Of_several_objects_the_first_is_named_and_the_others_are_counted()
    {
        var output = await Lint(string.Join("\n---\n", Enumerable.Range(1, 3).Select(number =>
            $"{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: own-{number}}}, "
                + "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]}")));

        output.ShouldContain("for ClusterRole own-1: Flux is refused for the whole layer. The same holds for 2 more of its objects. Let a "
            + "Flux Kustomization of your own in flux-system deliver what it may not, with an account that may; or");
    }

    [TestCase("Cluster", "", "Wares own")]
    [TestCase("Cluster", ", namespace: kube-system", "Wares kube-system/own")]
    [TestCase("Namespaced", "", null)]
    [TestCase("Namespaced", ", namespace: kube-system", null)]
    public async Task The_definition_of_a_kind_says_whether_it_is_in_a_namespace(string scope, string placed, string? refused)
    {
        var output = await Lint($$"""
            {apiVersion: shop.example.org/v1, kind: Wares, metadata: {name: own{{placed}}} }
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: wares.shop.example.org}
            spec: {group: shop.example.org, scope: {{scope}}, names: {kind: Wares, plural: wares }, versions: []}
            """);

        (output.Contains("which may not write ")
            ? output.Split("which may not write ")[1].Split(": ")[0] : null).ShouldBe(refused, output);
    }

    /// <summary>Nobody may give rights that he does not have, but with a verb on the role.</summary>
    [TestCase("kind: ClusterRole", "metadata: {name: own}", "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]",
        "give 'get secrets' by ClusterRole own, as it neither has that right nor the verb escalate for ClusterRole own")]
    [TestCase("kind: ClusterRole", "metadata: {name: own}", "rules: [{nonResourceURLs: [/metrics], verbs: [get]}]", "give 'get /metrics'")]
    [TestCase("kind: ClusterRole", "metadata: {name: own}", "aggregationRule: {clusterRoleSelectors: []}", "give '* *' by ClusterRole own")]
    [TestCase("kind: Role", "metadata: {name: own, namespace: apps}",
        "rules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}]",
        "give 'get deployments' by Role apps/own, as it neither has that right nor the verb escalate for Role own")]
    [TestCase("kind: ClusterRoleBinding", "metadata: {name: own}",
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}",
        "give '* *' by ClusterRoleBinding own, as it neither has that right nor the verb bind for ClusterRole cluster-admin")]
    [TestCase("kind: Role", "metadata: {name: own, namespace: kube-system}",
        "rules: [{apiGroups: [apps], resources: [deployments, pods/log], verbs: ['*']}]", null)]
    [TestCase("kind: RoleBinding", "metadata: {name: own, namespace: kube-system}",
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}", null)]
    [TestCase("kind: ClusterRoleBinding", "metadata: {name: own}",
        "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}", null, TestName = "Rights_of_view_are_not_known")]
    [TestCase("kind: ClusterRole", "metadata: {name: own}",
        "rules: [{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [get], resourceNames: [a.b]}]", null)]
    public async Task Rights_that_the_account_does_not_have_are_not_its_to_give(string kind, string metadata, string rest, string? refused)
    {
        var output = await Lint($"apiVersion: rbac.authorization.k8s.io/v1\n{kind}\n{metadata}\n{rest}\n"
            + "subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]\n");

        if (refused is null)
        {
            output.ShouldNotContain("account-without-rights");
        }
        else
        {
            output.ShouldContain($"acts as the ServiceAccount dns-flux, which may not {refused}");
        }
    }

    [TestCase("{kind: ServiceAccount, name: dns-flux, namespace: flux-system}", "cluster-admin", "", false, TestName = "Role_elsewhere")]
    [TestCase("{kind: ServiceAccount, name: dns-flux, namespace: apps}", "cluster-admin", "", true)]
    [TestCase("{kind: User, name: 'system:serviceaccount:flux-system:dns-flux'}", "own", "rules: [{RULE}]", false)]
    [TestCase("{kind: User, name: 'system:serviceaccount:apps:dns-flux'}", "own", "rules: [{RULE}]", true)]
    [TestCase("{kind: Group, name: 'system:serviceaccounts'}", "own", "rules: [{RULE}]", false)]
    [TestCase("{kind: Group, name: 'system:serviceaccounts:flux-system'}", "own", "rules: [{RULE}]", false)]
    [TestCase("{kind: Group, name: 'system:serviceaccounts:apps'}", "own", "rules: [{RULE}]", true)]
    [TestCase("{kind: Group, name: 'system:masters'}", "cluster-admin", "", true, TestName = "No_account_is_in_this_group")]
    [TestCase("{kind: Group, name: 'system:serviceaccounts'}", "own", "rules: []", true)]
    [TestCase("{kind: Group, name: 'system:serviceaccounts'}", "own", "rules: [], aggregationRule: {clusterRoleSelectors: []}", false)]
    public async Task Rights_come_by_every_way_and_are_unknown_where_the_role_is(string subject, string role, string rules, bool found)
    {
        const string Rule = "apiGroups: [''], resources: [configmaps], verbs: [create, patch]";
        var given = rules.Length == 0 ? "rules: []" : rules.Replace("RULE", Rule);
        var output = await Lint($$"""
            {apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: apps} }
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: own}, {{given}} }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: own}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{role}}}
            subjects: [{{subject}}]
            """);

        output.Contains("which may not write ConfigMap apps/own").ShouldBe(found, output);
    }

    [TestCase("v1", "Endpoints", "endpoints", false)]
    [TestCase("v1", "Endpoints", "endpointses", true)]
    [TestCase("shop.example.org/v1", "Wares", "wares", false)]
    [TestCase("shop.example.org/v1", "Wares", "wareses", true, TestName = "The_definition_of_the_kind_has_its_plural")]
    [TestCase("other.example.org/v1", "Wares", "whatever", false, TestName = "A_kind_without_a_definition_has_no_known_plural")]
    public async Task The_plural_of_a_kind_is_not_guessed(string version, string kind, string plural, bool found)
    {
        var output = await Lint($$"""
            {apiVersion: {{version}}, kind: {{kind}}, metadata: {name: own, namespace: apps} }
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: wares.shop.example.org}
            spec: {group: shop.example.org, scope: Namespaced, names: {kind: Wares, plural: wares }, versions: []}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: own}
            rules: [{apiGroups: ['', shop.example.org, other.example.org], resources: [{{plural}}], verbs: ['*'] }]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: own}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: own}
            subjects: [{kind: ServiceAccount, name: dns-flux, namespace: flux-system}]
            """);

        output.Contains($"which may not write {kind} apps/own").ShouldBe(found, output);
    }

    /// <summary>What lint says of a tree with an object of an overlay.</summary>
    private static async Task<string> Lint(string manifest)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Definition);
        folder.Write("kubernetes/overlays/ulm/kustomization.yaml", "resources: [own.yaml]\n");
        folder.Write("kubernetes/overlays/ulm/own.yaml", manifest + "\n");
        folder.Write("kubernetes/overlays/ulm/apps/kustomization.yaml", "resources: [own.yaml]\n");
        folder.Write("kubernetes/overlays/ulm/apps/own.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: deep, namespace: a}}\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        return (await Verb.Run("lint", "-f", folder.Path)).Output;
    }
}
