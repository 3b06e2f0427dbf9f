namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// The deprecated <c>vars</c> of a kustomization.yaml: <c>$(NAME)</c> in some fields is replaced by a field of an object, after everything
/// else (kustomize, api/filters/refvar and konfig/builtinpluginconsts/varreference.go).
/// </summary>
internal static partial class KustomizeVariables
{
    private static readonly CommonPath[] Places =
    [
        .. from workload in new[]
           {
               ("Pod", "spec"), ("Deployment", "spec/template/spec"), ("StatefulSet", "spec/template/spec"),
               ("DaemonSet", "spec/template/spec"), ("ReplicaSet", "spec/template/spec"), ("Job", "spec/template/spec"),
               ("CronJob", "spec/jobTemplate/spec/template/spec"),
           }
           from place in new[] { "args", "command", "env/value", "volumeMounts/mountPath" }
           from list in new[] { "containers", "initContainers" }
           select Of(workload.Item1, $"{workload.Item2}/{list}/{place}"),
        .. new[] { "Deployment", "DaemonSet", "Job", "ReplicaSet" }.Select(kind => Of(kind, "spec/template/spec/volumes/nfs/server")),
        Of("Pod", "spec/volumes/nfs/server"), Of("PersistentVolume", "spec/nfs/server"),
        Of("Deployment", "spec/template/metadata/annotations"),
        Of("Ingress", "spec/rules/host"), Of("Ingress", "spec/tls/hosts"), Of("Ingress", "spec/tls/secretName"),
        Of("Service", "spec/ports/port"), Of("Service", "spec/ports/targetPort"), Of("", "metadata/labels"), Of("", "metadata/annotations"),
    ];

    /// <summary>Further fields with variables, from a <c>configurations</c> file.</summary>
    public static IEnumerable<CommonPath> PlacesOf(Mapping configuration) => configuration.MappingsAt("varReference")
        .Select(field => Of(field.TextAt("kind") ?? "", field.TextAt("path") ?? ""));

    /// <exception cref="FormatException">The variable refers to a missing object or field.</exception>
    public static void Check(Mapping variable, ResourceList resources)
    {
        if (ValueOf(variable, resources) is null)
        {
            throw new FormatException($"the variable {variable.TextAt("name")} names a field that does not exist");
        }
    }

    /// <summary>Replaces the variables that have a value.</summary>
    public static void Apply(IReadOnlyCollection<Mapping> variables, IEnumerable<CommonPath> more, ResourceList resources)
    {
        var values = new Dictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            if (ValueOf(variable, resources) is { } value)
            {
                values.TryAdd(variable.TextAt("name") ?? "", value);
            }
        }

        var places = values.Count == 0 ? [] : Places.Concat(more).ToArray();
        for (var index = 0; index < resources.Items.Count && values.Count > 0; index++)
        {
            var resource = resources.Items[index];
            resources.Replace(index, resource with
            {
                Body = places.Where(place => place.Kinds.Length == 0 || place.Kinds.Contains(resource.Kind))
                    .Aggregate(resource.Body, (body, place) =>
                        (Mapping)FieldPath.Change(body, place.Parts, node => Replaced(node, values))),
            });
        }
    }

    private static Scalar? ValueOf(Mapping variable, ResourceList resources)
    {
        var reference = variable["objref"] as Mapping ?? [];
        var path = variable.TextAt("fieldref", "fieldPath") ?? "metadata.name";
        var found = resources.Items.Where(resource => resource.Kind == reference.TextAt("kind")
            && (reference.TextAt("apiVersion") is not { } version || version == resource.ApiVersion)
            && resource.Earlier.Append(resource.Id).Any(id => id.Name == reference.TextAt("name")
                && (reference.TextAt("namespace") is not { } @namespace || @namespace == id.Namespace))).ToArray();
        return found.Length == 1 ? FieldPath.Find(found[0].Body, FieldPath.Split(Brackets().Replace(path, ".$1"))) as Scalar : null;
    }

    private static Node Replaced(Node node, Dictionary<string, Scalar> values) => node switch
    {
        Mapping mapping => mapping.Aggregate(mapping, (changed, entry) =>
            entry.Value is Scalar scalar ? changed.Set(entry.Key, Replaced(scalar, values)) : changed),
        Scalar scalar => Replaced(scalar, values),
        _ => node,
    };

    /// <summary>A text that is only a variable gets the variable's type.</summary>
    private static Scalar Replaced(Scalar scalar, Dictionary<string, Scalar> values) =>
        !scalar.IsString || !scalar.Value.Contains('$') ? scalar
        : Reference().Match(scalar.Value) is { Success: true, Value: var whole } match && whole == scalar.Value
            && values.TryGetValue(match.Groups[1].Value, out var alone)
            ? alone with { Position = scalar.Position, File = scalar.File }
        : scalar with
        {
            IsText = true,
            Value = Reference().Replace(scalar.Value, match => match.Value == "$$" ? "$"
                : values.TryGetValue(match.Groups[1].Value, out var value) ? value.Value : match.Value),
        };

    private static CommonPath Of(string kind, string path) => new(kind.Length == 0 ? [] : [kind], path.Split('/'), Creates: false);

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\$\$|\$\(([^)]*)\)")]
    private static partial Regex Reference();
}
