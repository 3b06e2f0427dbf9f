using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Flux.Definitions;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// Fields and types in plain objects: a text must be one even after substitution, and so must numbers and addresses. Kubernetes' own kinds
/// are held against its OpenAPI.
/// </summary>
internal static class TypeRules
{
    public const string Substituted = "substituted-type";
    public const string About = "The value of a variable has the wrong type for its place; quotes around the variable do not help.";
    private const string WrongType = "object-type";
    internal const string Unknown = "object-field-unknown";

    public static readonly LintRule Rule = LintRule.Of("type", Check,
        (WrongType, "A field of a Kubernetes object has the wrong type."),
        (Unknown, "Kubernetes has no such field, and Flux, which applies on the server's side, fails."));

    private const string Every = "*";

    private const int MostFields = 12;

    private static readonly Shape Metadata = new FreeShape(ValueShapes.Text);

    /// <summary>The types by kind and path; a star is every item of a list. Of kinds whose definition is known, what that does not
    /// say.</summary>
    private static (string Kind, string Path, Shape Shape)[] Places =>
    [
        (Every, "metadata/labels", Metadata),
        (Every, "metadata/annotations", Metadata),
        ("Kustomization", "spec/postBuild/substitute", Metadata),
        ("PodDisruptionBudget", "spec/minAvailable", ValueShapes.IntegerOrPercent),
        ("PodDisruptionBudget", "spec/maxUnavailable", ValueShapes.IntegerOrPercent),
        ("NetworkPolicy", "spec/ingress/*/from/*/ipBlock/cidr", ValueShapes.Range),
        ("NetworkPolicy", "spec/egress/*/to/*/ipBlock/cidr", ValueShapes.Range),
        ("PrometheusRule", "spec/groups/*/rules/*/labels", Metadata),
        ("PrometheusRule", "spec/groups/*/rules/*/annotations", Metadata),
        ("PrometheusRule", "spec/groups/*/interval", ValueShapes.PrometheusDuration),
        ("PrometheusRule", "spec/groups/*/rules/*/for", ValueShapes.PrometheusDuration),
        ("PrometheusRule", "spec/groups/*/rules/*/keep_firing_for", ValueShapes.PrometheusDuration),
        ("CiliumNetworkPolicy", "spec/endpointSelector", KubernetesDefinitions.Of("LabelSelector")),
        ("Kustomization", "spec/interval", ValueShapes.Duration),
        ("Kustomization", "spec/timeout", ValueShapes.Duration),
        ("Kustomization", "spec/prune", ValueShapes.Switch),
        ("HelmRelease", "spec/interval", ValueShapes.Duration),
    ];

    // The definitions are read where something is checked.
    private static readonly Lazy<ILookup<string, (string[] Path, Shape Shape)>> ByKind = new(() =>
        Places.ToLookup(place => place.Kind, place => (place.Path.Split('/'), place.Shape), StringComparer.Ordinal));

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
        where finding.Rule != Unknown || !IsLater(cluster)
        select finding;

    /// <summary>A later Kubernetes may have more fields.</summary>
    private static bool IsLater(ClusterView cluster) => cluster.Options.Kubernetes.GetValueOrDefault(cluster.Name) is { } own
        && KubernetesDefinitions.Newest is var newest && (own.Major, own.Minor).CompareTo((newest.Major, newest.Minor)) > 0;

    private static IEnumerable<Finding> Check(Manifest resource, Mapping built) =>
        KubernetesDefinitions.Of(resource.ApiVersion, resource.Kind) is { } shape
            ? Check(resource, ByKind.Value[resource.Kind], built).Concat(
                from problem in ShapeCheck.CheckValues(resource.Body, shape)
                where !IsUnsubstituted(problem.Node) && !SopsText.Explains(resource.Body, problem)
                let finding = problem.IsUnknownField ? OfField(resource, problem) : Mismatch(problem, built)
                select finding with { File = resource.FileOf(problem.Node) })
            : Check(resource, ByKind.Value[Every].Concat(ByKind.Value[resource.Kind]), built);

    private static IEnumerable<Finding> Check(Manifest resource, IEnumerable<(string[] Path, Shape Shape)> places, Mapping built) =>
        from place in places
        from found in At(resource.Body, built, place.Path, "")
        from problem in ShapeCheck.CheckValues(found.Applied, place.Shape, found.Path)
        where !IsUnsubstituted(problem.Node) && !SopsText.Explains(resource.Body, problem)
        let written = Written(found.Built, problem.Path[found.Path.Length..])
        let finding = problem.IsUnknownField ? OfField(resource, problem)
            : Mismatch(problem, problem.Expected ?? "known here", written, WrongType)
        select finding with { File = resource.FileOf(problem.Node) };

    private static Finding Mismatch(ShapeProblem problem, Mapping built) =>
        Mismatch(problem, problem.Expected ?? "known here", Written(built, problem.Path), WrongType);

    private static Finding OfField(Manifest resource, ShapeProblem problem) => Report.At(
        problem.Node, problem.Position, Unknown,
        $"{resource.Id.Title} has '{Printable.Of(problem.Path)}', which is not a field of Kubernetes: Flux fails on it.",
        FixOfField(problem)) with
    {
        Subject = "/" + problem.Path.Replace(".", "/").Replace("[", "/").Replace("]", ""),
    };

    /// <summary>What patches of a release write into the chart's objects.</summary>
    internal static IEnumerable<Finding> OfPatched(Manifest release, DnsObjects plain, DnsObjects patched) =>
        from pair in plain.All.Zip(patched.All)
        where pair.Second.Object is not null && !ReferenceEquals(pair.First.Object?.Body, pair.Second.Object.Body)
        let known = Problems(pair.First.Object).Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal)
        from problem in Problems(pair.Second.Object)
        where !known.Contains(problem.Path)
        let title = $"A patch in spec.postRenderers gives the {pair.Second.Object.Kind} of the chart '{Printable.Of(problem.Path)}'"
        select problem.IsUnknownField
            ? Report.At(release, ["spec", "postRenderers"], Unknown,
                $"{title}, which is not a field of Kubernetes: it has no effect, or the release fails.", FixOfField(problem))
            : Report.At(release, ["spec", "postRenderers"], WrongType,
                $"{title} as {ScalarKind.Describe(problem.Node)}, not {problem.Expected}: the release fails.",
                $"Write {problem.Expected}.");

    private static IEnumerable<ShapeProblem> Problems(Manifest? resource) =>
        resource is null || KubernetesDefinitions.Of(resource.ApiVersion, resource.Kind) is not { } shape ? []
            : ShapeCheck.CheckValues(resource.Body, shape).Where(problem => !IsUnsubstituted(problem.Node));

    /// <summary>What to write instead of a field that Kubernetes does not have.</summary>
    internal static string FixOfField(ShapeProblem problem) => Suggestion.For(problem.Key, problem.Siblings) is { } near
        ? $"{Suggestion.Begins} '{near}'?" : $"Known here: {ListText.First([.. problem.Siblings], MostFields)}.";

    private static IEnumerable<(Node Applied, Node? Built, string Path)> At(Node applied, Node? built, string[] keys, string path) =>
        (keys, applied) switch
        {
            ([], _) => [(applied, built, path)],
            ([Every, .. var rest], Sequence sequence) => sequence.Items
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
