using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>docs/access.md: the rights of everything that the tree delivers, and who can reach it.</summary>
public static class AccessDocument
{
    private const string Source = "acceptance/fixtures/access.yaml";

    private static readonly string[] Policies = ["CiliumNetworkPolicy", "NetworkPolicy"];

    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "Job"];

    /// <summary>The objects of one application in one cluster.</summary>
    private sealed record Delivered(string Application, IReadOnlyList<Resource> Objects);

    public static string Write()
    {
        var everything = DefinedTree.Generated(DefinedTree.Read(Path.Combine(StorySample.Folder, "access.yaml")), null);
        var tree = new FluxTree(everything.Source);
        var (cilium, plain) = (In(tree, "cilium"), In(tree, "plain"));
        var text = new StringBuilder();
        text.Append("<!-- Generated: ACCEPTANCE_WRITE_DOCUMENTS=true dotnet test acceptance --filter Name~access_md -->\n");
        text.Append("# Rights and network policies\n\n");
        text.Append("This page lists the rights of every application of the tree, and who can reach its pods. It is made from the ");
        text.Append($"tree of `{Source}`, in which every application is on, and for CoreDNS and its autoscaler from what the chart gives ");
        text.Append("them. Why it is so: [security baseline](security-baseline.md), [network policy pattern](network-policy.md), ");
        text.Append("[health controller](health-controller.md), [External-DNS](external-dns.md), ");
        text.Append("[geographic routing](geo-routing.md).\n\n");
        text.Append("The tree delivers no monitoring: ServiceMonitor, PrometheusRule and the dashboard's ConfigMap need no account, and ");
        text.Append("scraping is what the policies let in from the namespace observability (`monitoring.namespace`).\n");
        text.Append("\n## Rights\n\n");
        text.Append("`healthController.namespaces` and `geoRouting.namespaces` replace the rights in every namespace by the same ones in ");
        text.Append("those. The sources of an instance of External-DNS decide what it reads. The account `platform` exists with ");
        text.Append("`flux.serviceAccountName`, in place of Flux's own rights.\n\n");
        text.Append("| application | ServiceAccount | in | of | may |\n| --- | --- | --- | --- | --- |\n");
        text.AppendJoin("", cilium.SelectMany(Rights));
        text.Append("\nThe autoscaler's role is the chart's: it may set the replicas of every Deployment and read every ConfigMap. `hpa` ");
        text.Append("needs no such account ([ADR 13](adr/0013-autoscaling.md)).\n");
        text.Append("\n## Pods\n\n");
        text.Append("Of the namespace kube-system. A pod that no policy selects is as open as the cluster is without policies; on the ");
        text.Append("host network a policy selects nothing.\n\n");
        text.Append("| pods | ServiceAccount | token | network | policies |\n| --- | --- | --- | --- | --- |\n");
        text.AppendJoin("", Pods(cilium));
        foreach (var (kind, cluster) in new[] { ("Cilium", cilium), ("Kubernetes", plain) })
        {
            text.Append($"\n## Policies with `networkPolicy: {kind.ToLowerInvariant()}`\n\n");
            text.Append(kind == "Cilium" ? ""
                : "The nodes are 192.168.11.0/24 (`network.nodes`); the kubelet's probes come from there.\n\n");
            text.Append("| policy | pods | lets in | lets out |\n| --- | --- | --- | --- |\n");
            text.AppendJoin("", cluster.SelectMany(application => application.Objects).Where(IsPolicy).Select(Row));
        }

        text.Append("\nA workload's namespace takes `allow-dns` ([how](network-policy.md#in-a-workload-namespace-egress-to-dns)):\n\n");
        text.Append("| policy | pods | lets in | lets out |\n| --- | --- | --- | --- |\n");
        text.AppendJoin("", RenderedCluster.From(everything, "cilium").AllowDns.Select(Row));
        return text.ToString();
    }

    private static bool IsPolicy(Resource resource) => Policies.Contains(resource.Kind);

    private static Delivered[] In(FluxTree tree, string cluster) =>
    [
        .. tree.Cluster(cluster, strict: true).Layers.Select(layer => new Delivered(Application(layer.Name, cluster),
        [
            .. layer.Name == $"cluster-{cluster}-coredns" ? ChartAccess.Objects : [],
            .. layer.Applied.Select(resource => YamlDocuments.Document(resource.Body)),
        ])).OrderBy(delivered => delivered.Application, StringComparer.Ordinal),
    ];

    private static string Application(string layer, string cluster) =>
        layer.StartsWith($"cluster-{cluster}-", StringComparison.Ordinal) ? layer[$"cluster-{cluster}-".Length..] : "Flux";

    /// <summary>A row for each rule, and one for an account without rules.</summary>
    private static IEnumerable<string> Rights(Delivered delivered)
    {
        var bindings = delivered.Objects.Where(resource => resource.Kind.EndsWith("Binding", StringComparison.Ordinal)
            && resource.At("roleRef") is not null).ToArray();
        // Accounts of one application with the same rights are one entry.
        var accounts = delivered.Objects.Where(resource => resource.Kind == "ServiceAccount").GroupBy(account => string.Concat(
            bindings.Where(binding => binding.Parts("subjects")
                    .Any(subject => subject.Text("name") == account.Name && subject.Text("namespace") == account.Namespace))
                .SelectMany(binding => Rules(delivered, binding)).Select(row => $"{row} |\n")));
        foreach (var several in accounts)
        {
            var names = string.Join(", ", several.Select(account => $"`{account.Namespace}/{account.Name}`"));
            foreach (var row in (several.Key.Length == 0 ? "– | – | nothing |\n" : several.Key)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return $"| {delivered.Application} | {names} | {row}\n";
            }
        }
    }

    private static IEnumerable<string> Rules(Delivered delivered, Resource binding)
    {
        var role = delivered.Objects.Single(resource => resource.Kind == binding.Text("roleRef.kind")
            && resource.Name == binding.Text("roleRef.name") && resource.Namespace == binding.Namespace);
        var where = binding.Namespace is { } name ? $"namespace {name}" : "every namespace";
        return role.Parts("rules").Select(rule =>
        {
            var resources = rule.Texts("apiGroups").SelectMany(group => rule.Texts("resources")
                .Select(resource => group.Length == 0 ? resource : $"{resource}.{group}"));
            var names = rule.Texts("resourceNames");
            var of = string.Join(", ", resources) + (names.Count == 0 ? "" : $" named {string.Join(", ", names)}");
            return $"{where} | {of.Replace("*.*", "everything")} | " +
                string.Join(", ", rule.Texts("verbs")).Replace("*", "everything");
        });
    }

    private static IEnumerable<string> Pods(Delivered[] cluster)
    {
        var policies = cluster.SelectMany(application => application.Objects).Where(IsPolicy).ToArray();
        var accounts = cluster.SelectMany(application => application.Objects).Where(resource => resource.Kind == "ServiceAccount")
            .ToDictionary(account => account.ToString());
        var workloads = cluster.SelectMany(application => application.Objects).Where(resource => Workloads.Contains(resource.Kind));
        return workloads.Select(workload =>
        {
            var pod = workload.Part("spec.template.spec")!;
            var account = pod.Text("serviceAccountName") ?? "default";
            var own = pod.Flag("automountServiceAccountToken")
                ?? accounts.GetValueOrDefault($"ServiceAccount {workload.Namespace}/{account}")?.Flag("automountServiceAccountToken");
            var projected = pod.Parts("volumes").Any(volume =>
                volume.Parts("projected.sources").Any(source => source.At("serviceAccountToken") is not null));
            var host = pod.Flag("hostNetwork") == true;
            var selecting = host ? [] : policies.Where(policy => policy.Namespace == workload.Namespace && Selectors.Matches(
                PolicyText.Selector(policy), workload.Map("spec.template.metadata.labels"))).Select(policy => policy.Name).ToArray();
            return $"| {workload.Kind} `{workload.Name}` | {account} " +
                $"| {(projected ? "one container's" : own == false ? "none" : "yes")} | {(host ? "the host's" : "its own")} " +
                $"| {(selecting.Length == 0 ? "none" : string.Join(", ", selecting))} |\n";
        });
    }

    private static string Row(Resource policy) =>
        $"| {policy.Kind} `{policy.Name}` | {PolicyText.Labels(PolicyText.Selector(policy))} | {PolicyText.In(policy)} " +
        $"| {PolicyText.Out(policy)} |\n";
}

public sealed class AccessDocumentTests
{
    [Test]
    public async Task The_committed_access_md_equals_the_tree()
    {
        var path = Path.Combine(Repository.Root, "docs", "access.md");
        if (SuiteSettings.Current.WriteDocuments)
        {
            await File.WriteAllTextAsync(path, AccessDocument.Write());
        }

        (await File.ReadAllTextAsync(path)).ShouldBe(
            AccessDocument.Write(), "run again with ACCEPTANCE_WRITE_DOCUMENTS=true and commit the file");
    }

    [Test]
    public void The_rows_of_allow_dns_have_the_caches_of_the_same_tree()
    {
        var rows = AccessDocument.Write().Split('\n')
            .Where(line => line.Contains("Policy `allow-dns`")).ToList();
        rows.Single(row => row.StartsWith("| Cilium", StringComparison.Ordinal)).ShouldContain("`host`: 53");
        rows.Single(row => row.StartsWith("| NetworkPolicy", StringComparison.Ordinal)).ShouldContain("169.254.");
    }

    [TestCase("kind: CiliumNetworkPolicy\nspec: { endpointSelector: {}, ingress: [{ fromGroups: [] }] }", "fromGroups")]
    [TestCase("kind: CiliumNetworkPolicy\nspec: { endpointSelector: {}, ingress: [{ toPorts: [{ ports: [], rules: {} }] }] }", "rules")]
    [TestCase("kind: NetworkPolicy\nspec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ other: {} }] }] }", "other")]
    public void A_rule_without_words_is_not_passed_over(string policy, string key) =>
        Should.Throw<InvalidOperationException>(() => PolicyText.In(YamlDocuments.Resources(policy)[0])).Message.ShouldContain($"'{key}'");
}
