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

    /// <summary>
    /// Applies a merge patch, and another one to undo it. The placeholders WORKER, INGRESS and SPREAD are replaced by values of the cluster
    /// and its tree.
    /// </summary>
    public static LiveSabotage Patched(
        string name, string check, string expectedMessage, ResourceAddress address, string change, string back, bool rolls) => new(
        name,
        check,
        expectedMessage,
        (cluster, token) => Patch(cluster, address, change, rolls, token),
        (cluster, token) => Patch(cluster, address, back, rolls, token));

    /// <summary>Changes a field of the container's security context.</summary>
    public static LiveSabotage Container(
        string name, string check, string expectedMessage, string field, string change, string back) => new(
        name,
        check,
        expectedMessage,
        (cluster, token) => SetInContainer(cluster, field, change, token),
        (cluster, token) => SetInContainer(cluster, field, back, token));

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
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        var ingress = cluster.Tree.Delivered.FirstOrDefault(resource => resource.Name == IngressPolicy.Name)?.At("spec.ingress");
        var text = patch.Replace("WORKER", nodes.First(node => !Clusters.Nodes.IsControlPlane(node)).Name)
            .Replace("INGRESS", ingress?.ToJsonString() ?? "null")
            .Replace("SPREAD", cluster.Tree.Values.At("topologySpreadConstraints")!.ToJsonString());
        await cluster.Api.Patch(address, (JsonObject)JsonNode.Parse(text)!, cancellationToken);
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
    /// Writes the Corefile and replaces both pods at once: a new pod reads the ConfigMap at start-up, a running one sees a change only
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

    /// <summary>A merge patch replaces the whole list of containers, so the whole changed container is sent.</summary>
    private static async Task SetInContainer(LiveCluster cluster, string field, string value, CancellationToken cancellationToken)
    {
        var containers = (await cluster.Require(Deployment, cancellationToken)).At("spec.template.spec.containers")!.DeepClone();
        containers[0]!["securityContext"]![field] = JsonNode.Parse(value);
        await cluster.Api.Patch(Deployment, JsonPath.Patch("spec.template.spec.containers", containers), cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }
}
