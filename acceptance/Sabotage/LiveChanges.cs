namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>Manual changes to the delivered objects of a running cluster.</summary>
internal static class LiveChanges
{
    public static readonly bool IsCilium = SuiteSettings.Current.NetworkPolicy == NetworkPolicyFlavour.Cilium;
    public static readonly ResourceAddress Deployment = ResourceKind.Deployment.Named("coredns", "kube-system");
    public static readonly ResourceAddress Budget = ResourceKind.PodDisruptionBudget.Named("coredns-pdb", "kube-system");
    public static readonly ResourceAddress IngressPolicy =
        (IsCilium ? ResourceKind.CiliumNetworkPolicy : ResourceKind.NetworkPolicy).Named("coredns-ingress", "kube-system");

    private static readonly ResourceAddress Rules = ResourceKind.PrometheusRule.Named("coredns", "kube-system");
    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    /// <summary>Applies a merge patch and restores what it changed. WORKER in it is replaced by the name of a worker node.</summary>
    public static LiveSabotage Patched(
        string name, string check, string expectedMessage, ResourceAddress address, string change, bool rolls) => LiveSabotage.Restoring(
        name,
        check,
        expectedMessage,
        async (cluster, token) => Inverse(Parsed(change), (await cluster.Require(address, token)).Document),
        (cluster, _, token) => Patch(cluster, address, change, rolls, token),
        (cluster, before, token) => Patch(cluster, address, before.ToJsonString(), rolls, token));

    /// <summary>The merge patch that restores what a merge patch changes in the document.</summary>
    internal static JsonObject Inverse(JsonObject patch, JsonObject document) => new(patch.Select(entry => KeyValuePair.Create(
        entry.Key,
        (entry.Value, document[entry.Key]) is (JsonObject inner, JsonObject there) ? Inverse(inner, there)
            : document[entry.Key]?.DeepClone())));

    /// <summary>Changes a field of the container's security context.</summary>
    public static LiveSabotage Container(string name, string check, string expectedMessage, string field, string change) =>
        LiveSabotage.Changed(
            name, check, expectedMessage, Deployment, "spec.template.spec.containers",
            containers =>
            {
                containers[0]!["securityContext"]![field] = JsonNode.Parse(change);
                return containers;
            },
            Rollout.Done);

    public static LiveSabotage Corefile(string name, string check, string expectedMessage, Func<string, string> change) =>
        LiveSabotage.Restoring(
        name,
        check,
        expectedMessage,
        async (cluster, token) => (await cluster.Require(Configuration, token)).Text("data.Corefile")!,
        (cluster, before, token) => WriteCorefile(cluster, change(before), token),
        WriteCorefile);

    /// <summary>Changes the expression of one alert in the live rules. A merge patch replaces the whole list of groups.</summary>
    public static LiveSabotage Alert(string name, string check, string expectedMessage, string alert, Func<string, string> change)
    {
        return LiveSabotage.Restoring(
            name,
            check,
            expectedMessage,
            async (cluster, token) => (await cluster.Require(Rules, token)).At("spec.groups")!,
            (cluster, groups, token) => Write(cluster, Changed(groups.DeepClone()), token),
            Write);

        JsonNode Changed(JsonNode groups)
        {
            var rule = groups.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Single(entry => (string?)entry!["alert"] == alert)!;
            rule["expr"] = change((string)rule["expr"]!);
            return groups;
        }

        static Task Write(LiveCluster cluster, JsonNode groups, CancellationToken cancellationToken) => cluster.Api.Patch(
            Rules, JsonPath.Patch("spec.groups", groups.DeepClone()), cancellationToken);
    }

    public static async Task Patch(
        LiveCluster cluster, ResourceAddress address, string patch, bool rolls, CancellationToken cancellationToken)
    {
        var text = !patch.Contains("WORKER") ? patch : patch.Replace(
            "WORKER",
            (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken))
                .First(node => !Clusters.Nodes.IsControlPlane(node)).Name);
        await cluster.Api.Patch(address, Parsed(text), cancellationToken);
        if (rolls)
        {
            await Rollout.Done(cluster, cancellationToken);
        }
    }

    public static string Lines(string text, Func<string, string?> change) =>
        string.Join('\n', text.Split('\n').Select(change).Where(line => line is not null));

    public static string WithoutBlock(string text, string opening)
    {
        var inside = false;
        return Lines(text, line =>
        {
            var was = inside;
            inside = inside ? line.Trim() != "}" : line.Trim() == opening;
            return was || inside ? null : line;
        });
    }

    /// <summary>
    /// Writes the Corefile and replaces all pods at once: a new pod reads the ConfigMap at start-up, a running one sees a change only
    /// after a minute or more.
    /// </summary>
    public static async Task WriteCorefile(LiveCluster cluster, string text, CancellationToken cancellationToken)
    {
        await cluster.Api.Patch(Configuration, JsonPath.Patch("data.Corefile", text), cancellationToken);
        var before = (await cluster.DnsPods(cancellationToken)).Select(pod => pod.Name).ToHashSet();
        foreach (var pod in before)
        {
            await cluster.Api.Delete(ResourceKind.Pod.Named(pod, "kube-system"), TimeSpan.Zero, cancellationToken);
        }

        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).Count(pod => !before.Contains(pod.Name) && Conditions.Holds(pod, "Ready"))
                .ShouldBe(await Rollout.Replicas(cluster, token)),
            "new pods serve with the changed Corefile",
            cancellationToken);
    }

    private static JsonObject Parsed(string patch) => (JsonObject)JsonNode.Parse(patch)!;
}
