using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Types of plain objects: what must be a text is one even after substitution, numbers and addresses are such.</summary>
internal static class TypeRules
{
    public const string Substituted = "substituted-type";
    public const string About = "A variable's value is of another type than its place takes, quotes around the variable notwithstanding.";
    private const string Written = "object-type";

    public static readonly LintRule Rule = LintRule.Of(Check, (Written, "A field of a Kubernetes object takes another type."));

    private static readonly Shape Metadata = new FreeShape(ValueShapes.Text);

    private static readonly Shape Ports = ValueShapes.ListOf(new FreeShape(ValueShapes.TextOrNumber));

    /// <summary>What stands where, by kind; a star stands for every item of a list.</summary>
    private static readonly (string Kind, string Path, Shape Shape)[] Places =
    [
        ("*", "metadata/labels", Metadata),
        ("*", "metadata/annotations", Metadata),
        ("ConfigMap", "data", Metadata),
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
        ("PrometheusRule", "spec/groups/*/rules/*/for", ValueShapes.Duration),
        ("CiliumNetworkPolicy", "spec/endpointSelector", ValueShapes.Selector),
        ("Kustomization", "spec/interval", ValueShapes.Duration),
        ("Kustomization", "spec/timeout", ValueShapes.Duration),
        ("Kustomization", "spec/prune", ValueShapes.Switch),
        ("HelmRelease", "spec/interval", ValueShapes.Duration),
    ];

    /// <summary>What was never substituted has no type yet; the rules on variables speak about it.</summary>
    internal static bool IsUnsubstituted(Node node) => node is Scalar scalar && scalar.Value.Contains("${", StringComparison.Ordinal);

    /// <summary>A finding about a type, which says when a variable is behind it.</summary>
    internal static Finding Mismatch(ShapeProblem problem, string expected, Node? written, string rule)
    {
        var variable = written is Scalar { Value: var text } && text.Contains("${", StringComparison.Ordinal) ? text : null;
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
                $"'{problem.Path}' becomes '{(problem.Node as Scalar)?.Value ?? "a structure"}' through {variable}: {ScalarKind.Describe(problem.Node)}, not {expected}.",
                expected == "a text" ? "Put other text beside the variable, or give it a value that reads as a text." : $"Set the variable to {expected}.");
    }

    private static IEnumerable<Finding> Check(ClusterView cluster) =>
        from layer in cluster.Layers
        from index in Enumerable.Range(0, layer.Applied.Length)
        from place in Places
        where place.Kind == "*" || place.Kind == layer.Applied[index].Kind
        from found in At(layer.Applied[index].Body, layer.Raw[index].Body, place.Path.Split('/'), "")
        from problem in ShapeCheck.CheckValues(found.Applied, place.Shape, found.Path)
        where !IsUnsubstituted(problem.Node)
        select Mismatch(problem, problem.Expected ?? "known here", Descend(found.Raw, problem.Path[found.Path.Length..]), Written) with { File = FileOf(problem.Node, layer.Applied[index]) };

    private static string FileOf(Node node, Resource resource) => node.File.Length > 0 ? node.File : resource.File;

    private static IEnumerable<(Node Applied, Node? Raw, string Path)> At(Node applied, Node? raw, string[] keys, string path) => (keys, applied) switch
    {
        ([], _) => [(applied, raw, path)],
        (["*", .. var rest], Sequence sequence) => sequence.Items.SelectMany((item, index) => At(item, (raw as Sequence)?.Items.ElementAtOrDefault(index), rest, $"{path}[{index}]")),
        ([var key, .. var rest], Mapping mapping) when mapping[key] is { } value => At(value, (raw as Mapping)?[key], rest, path.Length == 0 ? key : $"{path}.{key}"),
        _ => [],
    };

    /// <summary>Keys of labels have dots, so the last part is taken as a whole first.</summary>
    private static Node? Descend(Node? node, string path) => path.TrimStart('.') switch
    {
        "" => node,
        var rest when node is Mapping mapping && mapping[rest] is { } whole => whole,
        var rest when node is Mapping mapping && rest.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 => Descend(mapping[rest[..dot]], rest[dot..]),
        _ => null,
    };
}
