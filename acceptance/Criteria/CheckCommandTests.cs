using PlatformGitOps.Acceptance.Criteria.Health;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Users type the commands that the report shows for checks, so these must name objects of the tree.</summary>
public sealed partial class CheckCommandTests
{
    /// <summary>Namespaces of the suite, and of software that users install themselves.</summary>
    private static readonly string[] OtherNamespaces = [Fleet.Namespace, "default", "cert-manager"];

    private static readonly string[] OtherLabels = ["app.kubernetes.io/name=spegel"];

    /// <summary>Objects of kubeadm and Flux.</summary>
    private static readonly string[] OtherObjects = ["configmap kube-proxy", "deployment notification-controller"];

    /// <summary>By kubectl's resource names.</summary>
    private static readonly Dictionary<string, string> Words = new()
    {
        ["svc"] = "service",
        ["pdb"] = "poddisruptionbudget",
        ["hpa"] = "horizontalpodautoscaler",
        ["deploy"] = "deployment",
    };

    private static IReadOnlyList<RenderedCluster> Clusters { get; } = Everything();

    private static IEnumerable<TestCaseData> Commands() =>
        from check in Catalog.Checks
        where check.Line.Command?.StartsWith("kubectl ", StringComparison.Ordinal) == true
        select new TestCaseData(check.Line.Command).SetArgDisplayNames(check.Id);

    [TestCaseSource(nameof(Commands))]
    public void Commands_of_checks_name_what_the_tree_has(string command) => Problems(command).ShouldBeEmpty(command);

    [TestCase("kubectl --context {context} -n dns-system get pods", "namespace dns-system")]
    [TestCase("kubectl --context {context} -n kube-system get pods -l app=coredns", "label app=coredns")]
    [TestCase("kubectl --context {context} -n flux-system get pods -l k8s-app=kube-dns", "label k8s-app=kube-dns")]
    [TestCase("kubectl --context {context} -n kube-system get lease -l app.kubernetes.io/name=dns-health-controller",
        "label app.kubernetes.io/name=dns-health-controller")]
    [TestCase("kubectl --context {context} -n kube-system get deployment core-dns", "deployment core-dns")]
    [TestCase("kubectl --context {context} -n kube-system exec daemonset/coredns -- true", "daemonset coredns")]
    public void Others_are_found(string command, string problem) => Problems(command).ShouldBe([problem]);

    private static List<string> Problems(string command)
    {
        var place = Namespace().Match(command).Groups[1].Value;
        var known = Clusters.SelectMany(Objects).Where(resource => place == "" || resource.Namespace == place).ToList();
        if (OtherNamespaces.Contains(place))
        {
            return [];
        }

        if (known.Count == 0)
        {
            return [$"namespace {place}"];
        }

        var read = Read().Match(command);
        return
        [
            .. from Match label in Label().Matches(command)
               let wanted = label.Groups[1].Value
               where !OtherLabels.Contains(wanted)
               let kinds = read.Success ? read.Groups[1].Value.Split(',') : ["pods"]
               where kinds.Any(kind => !known.Where(resource => Is(resource, kind)).Any(resource => Carries(resource, wanted)))
               select $"label {wanted}",
            .. from Match named in OfName().Matches(command)
               from kind in named.Groups["kind"].Value.Split(',')
               let name = named.Groups["name"].Value
               where !OtherObjects.Contains($"{Word(kind)} {name}")
                   && !known.Any(resource => Is(resource, kind) && resource.Name == name)
               select $"{Word(kind)} {name}",
        ];
    }

    private static bool Carries(Resource resource, string label) =>
        resource.Labels.Any(entry => $"{entry.Key}={entry.Value}" == label);

    private static bool Is(Resource resource, string kind) =>
        string.Equals(resource.Kind, Word(kind), StringComparison.OrdinalIgnoreCase);

    private static string Word(string kind)
    {
        var one = kind.Split('.')[0];
        return Words.TryGetValue(one, out var word) ? word : one.EndsWith('s') && one.Length > 3 ? one[..^1] : one;
    }

    /// <summary>The objects of the tree, the pods of its templates, and objects that the chart and the controller create.</summary>
    private static IEnumerable<Resource> Objects(RenderedCluster tree) =>
    [
        .. tree.Flux, .. tree.Everything, .. Pods(tree.Everything), .. OfChart(tree),
        .. tree.HealthController.Count > 0 ? [Named("Lease", ControllerInTree.Name)] : Array.Empty<Resource>(),
    ];

    private static IEnumerable<Resource> Pods(IEnumerable<Resource> resources) =>
        from resource in resources
        let template = resource.Part("spec.template")
        where template is not null
        select Named("Pod", resource.Name, template.Labels, resource.Namespace!);

    private static IEnumerable<Resource> OfChart(RenderedCluster tree)
    {
        foreach (var kind in new[] { "Deployment", "ConfigMap", "ServiceMonitor" })
        {
            yield return Named(kind, "coredns", tree.SelectorLabels);
        }

        yield return Named("Pod", "coredns", tree.PodLabels);
        yield return Named("Service", tree.Values.Text("service.name")!, tree.SelectorLabels);
        // The control plane copies the labels of their Service.
        yield return Named("EndpointSlice", "kube-dns", tree.SelectorLabels);
        if (tree.Values.Flag("hpa.enabled") == true)
        {
            yield return Named("HorizontalPodAutoscaler", "coredns");
        }
    }

    private static Resource Named(
        string kind, string name, IReadOnlyDictionary<string, string>? labels = null, string place = "kube-system")
    {
        var metadata = new JsonObject { ["name"] = name, ["namespace"] = place };
        metadata["labels"] = new JsonObject((labels ?? new Dictionary<string, string>()).Select(
            label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        return new Resource(new JsonObject { ["kind"] = kind, ["metadata"] = metadata });
    }

    /// <summary>All features enabled, and once the step before the controller is switched off.</summary>
    private static IReadOnlyList<RenderedCluster> Everything()
    {
        var platform = DefinedTree.Read(StorySample.Definition("everything"));
        var leaving = platform.InEachCluster(cluster => cluster with
        {
            HealthController = cluster.HealthController! with { Release = true },
        });
        return
        [
            .. new[] { OptionalFeature.Of(Feature.Notifications)!.Enable(platform), leaving }
                .Select(one => DefinedTree.Generated(one, null))
                .SelectMany(tree => tree.Clusters.Select(cluster => RenderedCluster.From(tree, cluster))),
        ];
    }

    [GeneratedRegex(@" -n ([\w-]+) ")]
    private static partial Regex Namespace();

    [GeneratedRegex(@" get ([\w.,]+)")]
    private static partial Regex Read();

    [GeneratedRegex(@" -l ([\w./-]+=[\w.-]+)")]
    private static partial Regex Label();

    /// <summary>"get kind name", "restart deployment name" and "deploy/name"; without names that contain a placeholder.</summary>
    [GeneratedRegex(@" (get|restart|scale|edit) (?<kind>[a-z.,]+) (?<name>[a-z][\w.-]*)"
        + @"| (?<kind>deploy\w*|daemonset)/(?<name>[\w-]+)(?![\w<-])", RegexOptions.ExplicitCapture)]
    private static partial Regex OfName();
}
