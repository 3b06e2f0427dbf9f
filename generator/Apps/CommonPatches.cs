using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps;

/// <summary>Patches from a cluster's keys that any application gets, besides its own.</summary>
internal static class CommonPatches
{
    /// <summary>The patches of an application in one cluster, in the order in which they apply.</summary>
    public static IEnumerable<Node> Of(App app, Cluster cluster)
    {
        var own = cluster.Adjustments.Patches.GetValueOrDefault(app.Name, []);
        if (app.Chart is { } chart)
        {
            foreach (var patch in OfRelease(app, cluster, chart, [.. own.Where(patch => patch.IsForHelm)]))
            {
                yield return patch;
            }

            own = [.. own.Where(patch => !patch.IsForHelm)];
        }

        foreach (var patch in own)
        {
            yield return patch.ToNode();
        }
    }

    /// <summary>Patches for scheduling of pods, their labels and the pull of their images.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="kind">The kind of the workloads; all of them in the Kustomization are patched.</param>
    /// <param name="placed">False for a workload that runs on every node, which gets no scheduling.</param>
    public static IEnumerable<Node> OfPods(Cluster cluster, string kind, bool placed = true)
    {
        var workloads = cluster.Workloads;
        var operations = new[]
        {
            Add("imagePullSecrets", workloads.PullSecrets.IsEmpty ? null
                : Sequence.Of(workloads.PullSecrets.Select(secret => new Mapping { { "name", secret.Text } }))),
            Add("nodeSelector", placed ? Pairs(workloads.NodeSelector) : null),
            Add("tolerations", placed && !workloads.Tolerations.IsEmpty
                ? Sequence.Of(workloads.Tolerations.Select(toleration => toleration.ToNode())) : null),
        }.OfType<Mapping>().ToArray();
        if (operations.Length > 0)
        {
            yield return Patch(kind, operations);
        }
    }

    /// <summary>A mapping from pairs; null if there are none.</summary>
    public static Mapping? Pairs(IReadOnlyCollection<(string Key, string Value)> pairs) =>
        pairs.Count == 0 ? null : new Mapping(pairs.Select(pair => new Entry(pair.Key, pair.Value!)));

    /// <summary>A patch of the requests and limits of a workload's first container.</summary>
    public static Node OfResources(string kind, ResourceSettings resources) => Patch(kind, new Mapping
    {
        { "op", "replace" },
        { "path", "/spec/template/spec/containers/0/resources" },
        { "value", resources.ToNode() },
    });

    private static IEnumerable<Node> OfRelease(
        App app, Cluster cluster, AppChart chart, IReadOnlyCollection<UserPatch> patches)
    {
        if (cluster.Adjustments.Values.TryGetValue(chart.Key, out var values))
        {
            // kustomize ignores the name if there is a target.
            yield return new Mapping
            {
                { "target", new Mapping { { "kind", "HelmRelease" } } },
                { "patch", YamlWriter.WriteFragment(Resources.Object(FluxApi.HelmRelease, "HelmRelease",
                    Resources.Metadata("any", null), new Mapping { { "values", app.WithRequiredValues(values) } })) },
            };
        }

        if (cluster.Flux.ServiceAccount is { } account)
        {
            yield return Patch("HelmRelease", Operation("/spec/serviceAccountName", account.Text));
        }

        Node[] rendered =
        [
            .. OfPulledImages(cluster),
            .. patches.Select(patch => patch.ToNode()),
        ];
        if (rendered.Length > 0)
        {
            yield return Patch("HelmRelease", Operation("/spec/postRenderers", Sequence.Of(new Mapping
            {
                { "kustomize", new Mapping { { "patches", Sequence.Of(rendered) } } },
            })));
        }
    }

    /// <summary>
    /// Not with the chart's value imagePullSecrets: chart 1.38.0 writes it into the ServiceAccount in another form than into the pods.
    /// </summary>
    private static IEnumerable<Node> OfPulledImages(Cluster cluster) => OfPods(cluster, "Deployment", placed: false);

    private static Mapping Patch(string kind, params IEnumerable<Node> operations) => new()
    {
        { "target", new Mapping { { "kind", kind } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(operations)) },
    };

    private static Mapping? Add(string member, Node? value) => value is null ? null : Operation($"/spec/template/spec/{member}", value);

    private static Mapping Operation(string path, Node value) => new() { { "op", "add" }, { "path", path }, { "value", value } };
}
