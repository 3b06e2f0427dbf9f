using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>The <c>spec.postBuild</c> of a Flux Kustomization: where its variables come from.</summary>
public static partial class PostBuild
{
    public const string RuleMissingSource = "substitute-from-missing";
    public const string RuleVariableName = "variable-name";

    /// <summary>Collects the variables of one Flux Kustomization.</summary>
    /// <param name="kustomization">The Flux Kustomization.</param>
    /// <param name="find">Looks an object up by kind, namespace and name; null where the tree has none.</param>
    public static VariableSet Collect(Mapping kustomization, Func<string, string, string, Mapping?> find)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var @namespace = kustomization.TextAt("metadata", "namespace") ?? "";
        foreach (var reference in (kustomization.At("spec", "postBuild", "substituteFrom") as Sequence)?.Items.OfType<Mapping>() ?? [])
        {
            var (kind, name) = (reference.TextAt("kind") ?? "", reference.TextAt("name") ?? "");
            if (find(kind, @namespace, name) is { } source)
            {
                Add(source.At("data") as Mapping);
            }
            else if (reference.TextAt("optional") != "true")
            {
                findings.Add(Finding(reference, reference.Position, RuleMissingSource, $"{kind} {name} is nowhere in this cluster's tree, and Flux fails without it.", "Name an object that the cluster has, or say optional: true."));
            }
        }

        // Inline values win over those of objects.
        Add(kustomization.At("spec", "postBuild", "substitute") as Mapping);
        return new VariableSet(values, findings.ToImmutable());

        void Add(Mapping? data)
        {
            foreach (var entry in data?.Entries ?? [])
            {
                if (!Name().IsMatch(entry.Key))
                {
                    findings.Add(Finding(entry.Value, entry.KeyPosition, RuleVariableName, $"'{entry.Key}' is no name of a variable, and one such key fails every object.", "Use letters, digits and '_', not a digit first."));
                }
                else if (PlainScalars.ReadAsSomethingElse(entry.Key))
                {
                    findings.Add(Finding(entry.Value, entry.KeyPosition, RuleVariableName, $"YAML reads the key '{entry.Key}' as true or false, so that no variable of this name is set.", "Take another name."));
                }
                else
                {
                    values[entry.Key] = ((entry.Value as Scalar)?.Value ?? "").Replace("\n", "", StringComparison.Ordinal);
                }
            }
        }
    }

    private static Finding Finding(Node node, Position position, string rule, string message, string mend) =>
        new() { Rule = rule, File = node.File, Position = position, Message = message, Mend = mend };

    // Flux: ^[_[:alpha:]][_[:alpha:][:digit:]]*$, where Go's classes are ASCII.
    [GeneratedRegex(@"\A[_a-zA-Z][_a-zA-Z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
