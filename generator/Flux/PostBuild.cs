namespace PlatformGitOps.Generator.Flux;

/// <summary>The variables of a Flux Kustomization.</summary>
/// <param name="Values">The values by name; null for a value that is set but unknown, for example an encrypted one.</param>
/// <param name="Findings">Why Flux would refuse the variables.</param>
public sealed record VariableSet(IReadOnlyDictionary<string, string?> Values, ImmutableArray<Finding> Findings)
{
    public static readonly VariableSet None = new(new Dictionary<string, string?>(), []);

    /// <summary>Variables without findings.</summary>
    public static VariableSet Of(IEnumerable<KeyValuePair<string, string>> values) =>
        new(values.ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal), []);

    /// <summary>True if Flux substitutes at all.</summary>
    public bool Substitutes => Values.Count > 0 || Always || HasUnknown;

    /// <summary>True if more variables come from a Secret that is not in the tree.</summary>
    public bool HasUnknown { get; init; }

    /// <summary>True for <c>substituteStrategy: Always</c>, which needs no variable.</summary>
    public bool Always { get; init; }
}

/// <summary>The variables of a Flux Kustomization (<c>spec.postBuild</c>), and the data of ConfigMaps and Secrets.</summary>
public static partial class PostBuild
{
    public const string RuleMissingSource = "substitute-from-missing";
    public const string RuleVariableName = "variable-name";

    /// <summary>Collects the variables of one Flux Kustomization.</summary>
    /// <param name="kustomization">The Flux Kustomization.</param>
    /// <param name="find">Finds an object by kind, namespace and name; returns null if the tree does not contain it.</param>
    public static VariableSet Collect(Mapping kustomization, Func<string, string, string, Mapping?> find)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        var (findings, unknown) = (ImmutableArray.CreateBuilder<Finding>(), false);
        var @namespace = kustomization.TextAt("metadata", "namespace") ?? "";
        foreach (var reference in kustomization.MappingsAt("spec", "postBuild", "substituteFrom"))
        {
            var (kind, name) = (reference.TextAt("kind") ?? "", reference.TextAt("name") ?? "");
            if (find(kind, @namespace, name) is { } source)
            {
                DataOf(source).ToList().ForEach(Add);
            }
            else if (kind == "Secret")
            {
                // Most Secrets are created in the cluster, since a repository should not contain them in plain text.
                unknown = true;
            }
            else if (reference.TextAt("optional") != "true")
            {
                findings.Add(Finding(
                    reference,
                    reference.Position,
                    RuleMissingSource,
                    $"{kind} {@namespace}/{name} is not in this cluster's tree, and Flux fails without it.",
                    "Name an object of the cluster, or set optional: true."));
            }
        }

        // Inline values override those of objects.
        foreach (var entry in kustomization.EntriesAt("spec", "postBuild", "substitute"))
        {
            Add((entry, (entry.Value as Scalar)?.Value ?? ""));
        }

        return new VariableSet(values, findings.ToImmutable())
        {
            HasUnknown = unknown,
            Always = kustomization.TextAt("spec", "postBuild", "substituteStrategy") == "Always",
        };

        void Add((Entry Entry, string? Value) item)
        {
            var (entry, value) = item;
            if (!Name().IsMatch(entry.Key))
            {
                findings.Add(Finding(
                    entry.Value,
                    entry.KeyPosition,
                    RuleVariableName,
                    $"'{entry.Key}' is not a valid variable name, so Flux rejects the whole Kustomization.",
                    "Use letters, digits and '_'; do not begin with a digit."));
            }
            else
            {
                values[entry.Key] = value?.Replace("\n", "");
            }
        }
    }

    /// <summary>The decoded data of a ConfigMap or Secret; null for a value that is encrypted or cannot be decoded.</summary>
    public static IEnumerable<(Entry Entry, string? Value)> DataOf(Mapping source)
    {
        var isSecret = source.TextAt("kind") == "Secret";
        foreach (var entry in source.EntriesAt("data"))
        {
            yield return (entry, Known(entry.Value) is { } text && isSecret ? Decoded(text) : Known(entry.Value));
        }

        // The API server copies stringData over data.
        foreach (var entry in isSecret ? source.EntriesAt("stringData") : [])
        {
            yield return (entry, Known(entry.Value));
        }
    }

    /// <summary>SOPS keeps the keys and encrypts the values.</summary>
    private static string? Known(Node value) => value is Scalar { Value: var text } && !SopsText.IsValue(text) ? text : null;

    private static string? Decoded(string base64) =>
        SopsText.Decoded(base64) is { } text && !SopsText.IsValue(text) && !SopsText.IsFile(text) ? text : null;

    private static Finding Finding(Node node, Position position, string rule, string message, string fix) =>
        new() { Rule = rule, File = node.File, Position = position, Message = message, Fix = fix };

    // Flux: ^[_[:alpha:]][_[:alpha:][:digit:]]*$, where Go's classes are ASCII.
    [GeneratedRegex(@"\A[_a-zA-Z][_a-zA-Z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
