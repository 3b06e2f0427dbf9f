namespace PlatformGitOps.Generator.Flux.Substitution;

/// <summary>An object as the cluster receives it.</summary>
/// <param name="Manifest">The object; if substitution failed, the original object.</param>
/// <param name="Findings">Why Flux would refuse it.</param>
public sealed record SubstitutedObject(Mapping Manifest, ImmutableArray<Finding> Findings);

/// <summary>
/// Flux writes the whole object as YAML, replaces the variables and parses it again (fluxcd/pkg, kustomize_varsub.go). So the quotes of
/// <c>"${NAME}"</c> are lost, and the value decides the type.
/// </summary>
public static class ObjectSubstitution
{
    public const string RuleMalformed = "substitution-malformed";
    public const string RuleUndefined = "variable-undefined";
    public const string RuleBreaksYaml = "substitution-breaks-yaml";

    private const string OptOut = "kustomize.toolkit.fluxcd.io/substitute";

    // Clusters share the objects of a base, so each text is parsed once.
    private static readonly NodeFact<Written> Parsed = new();

    /// <summary>True if the object opts out of substitution.</summary>
    public static bool IsDisabled(Mapping resource) =>
        resource.TextAt("metadata", "labels", OptOut) == "disabled" || resource.TextAt("metadata", "annotations", OptOut) == "disabled";

    /// <summary>Replaces the variables of one object.</summary>
    /// <param name="resource">The object as kustomize built it.</param>
    /// <param name="variables">The variables of the Flux Kustomization.</param>
    /// <param name="strict">True if an undefined variable fails the Flux Kustomization.</param>
    public static SubstitutedObject Apply(Mapping resource, VariableSet variables, bool strict) =>
        Apply(resource, variables, strict, planned: true);

    /// <summary>The same; without a plan, the whole text is parsed again for each set of values, as Flux does.</summary>
    internal static SubstitutedObject Apply(Mapping resource, VariableSet variables, bool strict, bool planned)
    {
        // Without any variable Flux does not change the object (kustomize-controller#1011).
        if (!variables.Substitutes || Parsed.Of(resource, Written.Of) is not { Template: { } template } written)
        {
            return new SubstitutedObject(resource, []);
        }

        var (values, fault) = template.Values(variables.HasUnknown ? WithUnknown(variables, template) : variables.Values, strict);
        return fault is not null ? new SubstitutedObject(resource, [Refused(resource, fault)])
            : ((planned ? written.Plan?.Apply(values) : null) ?? Read(resource, template.With(values))) is { } substituted
                ? new SubstitutedObject(substituted, [])
            : new SubstitutedObject(resource, [BreaksYaml(resource)]);
    }

    /// <summary>The object in a substituted text; null if it is not valid YAML.</summary>
    private static Mapping? Read(Mapping resource, string text) =>
        YamlReader.Read(resource.File, text, YamlOptions.Tree) is { Findings: [], Documents: [Mapping substituted] }
            ? (Mapping)WithPositionsOf(resource, substituted) : null;

    /// <summary>All names of a template; unknown ones have the value null.</summary>
    private static Dictionary<string, string?> WithUnknown(VariableSet variables, Template template) =>
        template.References().Where(reference => !reference.HasDefault || variables.Values.ContainsKey(reference.Name))
            .Select(reference => reference.Name).Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, name => variables.Values.GetValueOrDefault(name), StringComparer.Ordinal);

    /// <summary>Restores the positions of the original file: those of the substituted text do not help a user.</summary>
    private static Node WithPositionsOf(Node original, Node substituted) => substituted switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select((entry, index) => Placed(original, entry, index)))
        {
            Position = original.Position,
            File = original.File,
        },
        Sequence sequence => new Sequence([.. sequence.Items.Select((item, index) => WithPositionsOf(ItemOf(original, index), item))])
        {
            Position = original.Position,
            File = original.File,
        },
        Scalar scalar => Resolved(scalar with { Position = original.Position, File = original.File }),
        _ => substituted with { Position = original.Position, File = original.File },
    };

    /// <summary>The scalar that a cluster gets: 4 for the substituted text 004.</summary>
    internal static Scalar Resolved(Scalar scalar) =>
        !scalar.IsText && PlainScalars.Resolve(scalar.Value) is PlainType.Number or PlainType.Boolean
            ? scalar with { Value = PlainScalars.Canonical(scalar.Value) } : scalar;

    private static Node ItemOf(Node original, int index) => (original as Sequence)?.Items.ElementAtOrDefault(index) ?? original;

    /// <summary>A variable in a key changes the key, but not its index.</summary>
    private static Entry Placed(Node original, Entry entry, int index)
    {
        var entries = (original as Mapping)?.Entries ?? [];
        var source = entries.FirstOrDefault(candidate => candidate.Key == entry.Key) ?? entries.ElementAtOrDefault(index);
        return entry with
        {
            Value = WithPositionsOf(source?.Value ?? original, entry.Value),
            KeyPosition = source?.KeyPosition ?? original.Position,
        };
    }

    private static Finding Refused(Mapping resource, TemplateFault fault) => new()
    {
        Rule = fault.IsUnset ? RuleUndefined : RuleMalformed,
        File = resource.File,
        Position = resource.Position,
        Message = $"Flux refuses {resource.TextAt("kind")} {resource.TextAt("metadata", "name")}: {fault.Reason}.",
        Fix = "Set the variable, or write $${...} if the text itself is meant.",
    };

    private static Finding BreaksYaml(Mapping resource) => new()
    {
        Rule = RuleBreaksYaml,
        File = resource.File,
        Position = resource.Position,
        Message = $"{resource.TextAt("kind")} {resource.TextAt("metadata", "name")} is not valid YAML after substitution.",
        Fix = "Check the values for quotes, colons, '#', and a first character that YAML reserves.",
    };

    /// <summary>The text of an object; without a template if substitution does not change it.</summary>
    private sealed record Written(Template? Template, Lazy<SubstitutionPlan?> Planned)
    {
        private static readonly Written Unchanged = new(null, new Lazy<SubstitutionPlan?>());

        public SubstitutionPlan? Plan => Planned.Value;

        public static Written Of(Mapping resource)
        {
            var text = IsDisabled(resource) ? "" : YamlWriter.WriteFragment(resource);
            if (!text.Contains('$'))
            {
                return Unchanged;
            }

            var template = Template.Parse(text);
            return new Written(template, new(() => SubstitutionPlan.Of(template, marked => Read(resource, marked))));
        }
    }
}
