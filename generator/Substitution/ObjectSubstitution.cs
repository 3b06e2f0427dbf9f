using System.Text;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>
/// Flux writes the whole object as YAML, puts the variables in and reads it again (fluxcd/pkg, kustomize_varsub.go). So quotes around
/// a lone <c>"${NAME}"</c> are gone and the value decides the type.
/// </summary>
public static class ObjectSubstitution
{
    public const string RuleMalformed = "substitution-malformed";
    public const string RuleUndefined = "variable-undefined";
    public const string RuleBreaksYaml = "substitution-breaks-yaml";

    private const string OptOut = "kustomize.toolkit.fluxcd.io/substitute";

    /// <summary>True where the object says that it must not be touched.</summary>
    public static bool IsDisabled(Mapping resource) =>
        resource.TextAt("metadata", "labels", OptOut) == "disabled" || resource.TextAt("metadata", "annotations", OptOut) == "disabled";

    /// <summary>Puts variables into one object.</summary>
    /// <param name="resource">The object as kustomize built it.</param>
    /// <param name="variables">What the Flux Kustomization substitutes; with none Flux leaves the object alone (kustomize-controller#1011).</param>
    /// <param name="strict">True where an unset variable fails the Flux Kustomization.</param>
    public static SubstitutedObject Apply(Mapping resource, IReadOnlyDictionary<string, string> variables, bool strict)
    {
        if (variables.Count == 0 || IsDisabled(resource))
        {
            return new SubstitutedObject(resource, []);
        }

        var text = YamlWriter.WriteFragment(resource);
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return new SubstitutedObject(resource, []);
        }

        var expansion = Template.Parse(text).Expand(variables, strict);
        if (expansion.Fault is { } fault)
        {
            return new SubstitutedObject(resource, [Refused(resource, fault)]);
        }

        var read = YamlReader.Read(resource.File, Encoding.UTF8.GetBytes(expansion.Text), YamlOptions.Tree);
        return read is { Findings: [], Documents: [Mapping substituted] }
            ? new SubstitutedObject((Mapping)WithPositionsOf(resource, substituted), [])
            : new SubstitutedObject(resource, [BreaksYaml(resource)]);
    }

    /// <summary>Positions of the text that was substituted mean nothing to a reader; those of the files do.</summary>
    private static Node WithPositionsOf(Node original, Node substituted) => substituted switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select((entry, index) => Placed(original, entry, index))) { Position = original.Position, File = original.File },
        Sequence sequence => new Sequence([.. sequence.Items.Select((item, index) => WithPositionsOf((original as Sequence)?.Items.ElementAtOrDefault(index) ?? original, item))])
        {
            Position = original.Position,
            File = original.File,
        },
        _ => substituted with { Position = original.Position, File = original.File },
    };

    /// <summary>A variable in a key changes the key, but not its place among the others.</summary>
    private static Entry Placed(Node original, Entry entry, int index)
    {
        var entries = (original as Mapping)?.Entries ?? [];
        var source = entries.FirstOrDefault(candidate => candidate.Key == entry.Key) ?? entries.ElementAtOrDefault(index);
        return entry with { Value = WithPositionsOf(source?.Value ?? original, entry.Value), KeyPosition = source?.KeyPosition ?? original.Position };
    }

    private static Finding Refused(Mapping resource, TemplateFault fault) => new()
    {
        Rule = fault.Reason.EndsWith("is not set", StringComparison.Ordinal) ? RuleUndefined : RuleMalformed,
        File = resource.File,
        Position = resource.Position,
        Message = $"Flux refuses {resource.TextAt("kind")} {resource.TextAt("metadata", "name")}: {fault.Reason}.",
        Mend = "Set the variable, or write $${...} where the text itself is meant.",
    };

    private static Finding BreaksYaml(Mapping resource) => new()
    {
        Rule = RuleBreaksYaml,
        File = resource.File,
        Position = resource.Position,
        Message = $"With its variables put in, {resource.TextAt("kind")} {resource.TextAt("metadata", "name")} is no YAML any more.",
        Mend = "Check the values for quotes, colons, '#', and a first character that YAML reserves.",
    };
}
