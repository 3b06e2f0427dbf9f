namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Types in plain objects: a text must still be a text after substitution; the same for numbers and addresses.</summary>
internal static class TypeRules
{
    public const string Substituted = "substituted-type";
    public const string About = "The value of a variable has the wrong type for its place; quotes around the variable do not help.";
    private const string WrongType = "object-type";

    public static readonly LintRule Rule = LintRule.Of("type", Check, (WrongType, "A field of a Kubernetes object has the wrong type."));

    private static readonly string[] ContainerLists = ["containers", "initContainers"];

    private static readonly string[] Pods = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];

    private static readonly string[] ContainerPlaces = ["env/*/value", "args/*", "command/*"];

    private static readonly Shape Metadata = new FreeShape(ValueShapes.Text);

    private static readonly Shape Ports = ValueShapes.ListOf(new FreeShape(ValueShapes.TextOrNumber));

    /// <summary>The types by kind and path; a star is every item of a list.</summary>
    private static readonly (string Kind, string Path, Shape Shape)[] Places =
    [
        ("*", "metadata/labels", Metadata),
        ("*", "metadata/annotations", Metadata),
        ("ConfigMap", "data", Metadata),
        ("Secret", "stringData", Metadata),
        ("Kustomization", "spec/postBuild/substitute", Metadata),
        .. ContainerTexts("Pod", "spec"),
        .. Pods.SelectMany(kind => ContainerTexts(kind, "spec/template/spec").Append((kind, "spec/template/metadata/labels", Metadata))
            .Append((kind, "spec/template/metadata/annotations", Metadata))
            .Append((kind, "spec/template/spec/containers/*/ports/*/containerPort", ValueShapes.Whole))),
        ("Service", "spec/ports/*/port", ValueShapes.Whole),
        .. ContainerTexts("CronJob", "spec/jobTemplate/spec/template/spec"),
        ("PodDisruptionBudget", "spec/minAvailable", ValueShapes.IntegerOrPercent),
        ("PodDisruptionBudget", "spec/maxUnavailable", ValueShapes.IntegerOrPercent),
        ("PodDisruptionBudget", "spec/selector", ValueShapes.Selector),
        ("NetworkPolicy", "spec/podSelector", ValueShapes.Selector),
        ("NetworkPolicy", "spec/ingress/*/from/*/ipBlock/cidr", ValueShapes.Range),
        ("NetworkPolicy", "spec/egress/*/to/*/ipBlock/cidr", ValueShapes.Range),
        ("NetworkPolicy", "spec/ingress/*/from/*/namespaceSelector", ValueShapes.Selector),
        ("NetworkPolicy", "spec/ingress/*/ports", Ports),
        ("NetworkPolicy", "spec/egress/*/ports", Ports),
        ("PrometheusRule", "spec/groups/*/rules/*/labels", Metadata),
        ("PrometheusRule", "spec/groups/*/rules/*/annotations", Metadata),
        ("PrometheusRule", "spec/groups/*/interval", ValueShapes.PrometheusDuration),
        ("PrometheusRule", "spec/groups/*/rules/*/for", ValueShapes.PrometheusDuration),
        ("PrometheusRule", "spec/groups/*/rules/*/keep_firing_for", ValueShapes.PrometheusDuration),
        ("CiliumNetworkPolicy", "spec/endpointSelector", ValueShapes.Selector),
        ("Kustomization", "spec/interval", ValueShapes.Duration),
        ("Kustomization", "spec/timeout", ValueShapes.Duration),
        ("Kustomization", "spec/prune", ValueShapes.Switch),
        ("HelmRelease", "spec/interval", ValueShapes.Duration),
    ];

    private static readonly ILookup<string, (string[] Path, Shape Shape)> ByKind =
        Places.ToLookup(place => place.Kind, place => (place.Path.Split('/'), place.Shape), StringComparer.Ordinal);

    private static IEnumerable<(string Kind, string Path, Shape Shape)> ContainerTexts(string kind, string pod) =>
        from containers in ContainerLists
        from place in ContainerPlaces
        select (kind, $"{pod}/{containers}/*/{place}", ValueShapes.Text);

    /// <summary>A value that was not substituted has no type yet; the rules on variables report it.</summary>
    internal static bool IsUnsubstituted(Node node) => node is Scalar scalar && scalar.Value.Contains("${");

    /// <summary>A finding about a type, with the variable that caused it.</summary>
    internal static Finding Mismatch(ShapeProblem problem, string expected, Node? written, string rule)
    {
        var variable = written is Scalar { Value: var text } && text.Contains("${") ? text : null;
        return variable is null
            ? Report.At(
                problem.Node,
                problem.Position,
                rule,
                $"'{problem.Path}' is {ScalarKind.Describe(problem.Node)}, not {expected}.",
                $"Write {expected}.")
            : Report.At(
                problem.Node,
                problem.Position,
                Substituted,
                $"'{problem.Path}' becomes '{(problem.Node as Scalar)?.Value ?? "a structure"}' through {variable}: "
                + $"{ScalarKind.Describe(problem.Node)}, not {expected}.",
                expected == "a text" ? "Write other text beside the variable, or use a value that YAML reads as a text."
                    : $"Set the variable to {expected}.");
    }

    private static readonly NodeFact<Finding[]> Judged = new();

    // If an object is equal after substitution, it was also equal before.
    private static IEnumerable<Finding> Check(ClusterView cluster) =>
        from layer in cluster.Layers
        from index in Enumerable.Range(0, layer.Applied.Length)
        from finding in Judged.Of(layer.Applied[index].Body, _ => [.. Check(layer.Applied[index], layer.Built[index].Body)])
        select finding;

    private static IEnumerable<Finding> Check(Manifest resource, Mapping built) =>
        from place in ByKind["*"].Concat(ByKind[resource.Kind])
        from found in At(resource.Body, built, place.Path, "")
        from problem in ShapeCheck.CheckValues(found.Applied, place.Shape, found.Path)
        where !IsUnsubstituted(problem.Node)
        let written = Written(found.Built, problem.Path[found.Path.Length..])
        let finding = Mismatch(problem, problem.Expected ?? "known here", written, WrongType)
        select finding with { File = resource.FileOf(problem.Node) };

    private static IEnumerable<(Node Applied, Node? Built, string Path)> At(Node applied, Node? built, string[] keys, string path) =>
        (keys, applied) switch
        {
            ([], _) => [(applied, built, path)],
            (["*", .. var rest], Sequence sequence) => sequence.Items
                .SelectMany((item, index) => At(item, (built as Sequence)?.Items.ElementAtOrDefault(index), rest, $"{path}[{index}]")),
            ([var key, .. var rest], Mapping mapping) when mapping[key] is { } value =>
                At(value, (built as Mapping)?[key], rest, path.Length == 0 ? key : $"{path}.{key}"),
            _ => [],
        };

    /// <summary>
    /// The value of an object at a path before substitution; null if it is not found. Keys of labels have dots, so the last part is first
    /// taken as a whole.
    /// </summary>
    internal static Node? Written(Node? node, string path) => (node, path.TrimStart('.')) switch
    {
        (_, "") => node,
        (Mapping mapping, var rest) when mapping[rest] is { } whole => whole,
        (Sequence sequence, ['[', .. var rest]) when rest.IndexOf(']', StringComparison.Ordinal) is var end and > 0
            && int.TryParse(rest[..end], CultureInfo.InvariantCulture, out var index) =>
            Written(sequence.Items.ElementAtOrDefault(index), rest[(end + 1)..]),
        (Mapping mapping, var rest) when rest.IndexOfAny(['.', '[']) is var end and > 0 => Written(mapping[rest[..end]], rest[end..]),
        _ => null,
    };
}
