namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// The types of the values of a kustomization.yaml (kustomize, api/types). Go's JSON converts none of them: kustomize refuses the file, and
/// with it the build of Flux.
/// </summary>
internal static class KustomizationTypes
{
    private enum Kind
    {
        Text,
        Switch,
        Number,
    }

    private static readonly Dictionary<string, Kind> Plain = new(StringComparer.Ordinal)
    {
        ["namespace"] = Kind.Text,
        ["namePrefix"] = Kind.Text,
        ["nameSuffix"] = Kind.Text,
        ["resources[]"] = Kind.Text,
        ["components[]"] = Kind.Text,
        ["bases[]"] = Kind.Text,
        ["configurations[]"] = Kind.Text,
        ["commonLabels.*"] = Kind.Text,
        ["commonAnnotations.*"] = Kind.Text,
        ["labels[].pairs.*"] = Kind.Text,
        ["labels[].includeSelectors"] = Kind.Switch,
        ["labels[].includeTemplates"] = Kind.Switch,
        ["labels[].fields[].path"] = Kind.Text,
        ["labels[].fields[].create"] = Kind.Switch,
        ["images[].name"] = Kind.Text,
        ["images[].newName"] = Kind.Text,
        ["images[].newTag"] = Kind.Text,
        ["images[].digest"] = Kind.Text,
        ["replicas[].name"] = Kind.Text,
        ["replicas[].count"] = Kind.Number,
        ["patches[].patch"] = Kind.Text,
        ["patches[].path"] = Kind.Text,
        ["patches[].target.*"] = Kind.Text,
        ["patches[].options.*"] = Kind.Switch,
        ["patchesStrategicMerge[]"] = Kind.Text,
        ["patchesJson6902[].patch"] = Kind.Text,
        ["patchesJson6902[].path"] = Kind.Text,
        ["patchesJson6902[].target.*"] = Kind.Text,
        ["generatorOptions.labels.*"] = Kind.Text,
        ["generatorOptions.annotations.*"] = Kind.Text,
        ["generatorOptions.disableNameSuffixHash"] = Kind.Switch,
        ["generatorOptions.immutable"] = Kind.Switch,
        ["generator[].name"] = Kind.Text,
        ["generator[].namespace"] = Kind.Text,
        ["generator[].behavior"] = Kind.Text,
        ["generator[].type"] = Kind.Text,
        ["generator[].env"] = Kind.Text,
        ["generator[].envs[]"] = Kind.Text,
        ["generator[].files[]"] = Kind.Text,
        ["generator[].literals[]"] = Kind.Text,
        ["generator[].options.labels.*"] = Kind.Text,
        ["generator[].options.annotations.*"] = Kind.Text,
        ["generator[].options.disableNameSuffixHash"] = Kind.Switch,
        ["generator[].options.immutable"] = Kind.Switch,
    };

    private static readonly ImmutableHashSet<string> Generators = ["configMapGenerator", "secretGenerator"];

    /// <summary>Each value of another type: where it is, what is wrong, and what to do.</summary>
    public static IEnumerable<(Node At, string Message, string Fix)> Problems(Mapping kustomization) => kustomization.Entries
        .SelectMany(entry => Under(entry.Value, Generators.Contains(entry.Key) ? "generator" : entry.Key, entry.Key));

    private static IEnumerable<(Node At, string Message, string Fix)> Under(Node node, string path, string shown) => node switch
    {
        Mapping mapping => mapping.Entries.SelectMany(entry => Under(entry.Value,
            Plain.ContainsKey($"{path}.*") ? $"{path}.*" : $"{path}.{entry.Key}", $"{shown}.{entry.Key}")),
        Sequence sequence => sequence.Items.SelectMany(item => Under(item, $"{path}[]", shown)),
        Scalar scalar when Plain.TryGetValue(path, out var kind) && Problem(scalar, kind, shown) is { } problem =>
            [(scalar, problem.Message, problem.Fix)],
        _ => [],
    };

    private static (string Message, string Fix)? Problem(Scalar scalar, Kind kind, string shown)
    {
        var type = scalar.IsText ? PlainType.Text : PlainScalars.Resolve(scalar.Value);
        var value = Printable.Of(scalar.Value);
        return (kind, type) switch
        {
            (_, PlainType.Null) or (Kind.Text, PlainType.Text) or (Kind.Switch, PlainType.Boolean) or (Kind.Number, PlainType.Number) => null,
            (Kind.Text, _) => ($"'{shown}' is the {(type == PlainType.Number ? "number" : "boolean")} {value}, and kustomize wants a text.",
                $"Write \"{value}\"."),
            (Kind.Switch, _) => ($"'{shown}' is {value}, and kustomize wants a boolean.", "Write true or false, without quotes."),
            _ => ($"'{shown}' is {value}, and kustomize wants a number.", "Write a number, without quotes."),
        };
    }
}
