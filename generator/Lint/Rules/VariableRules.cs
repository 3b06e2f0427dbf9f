using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Substitution;
using PlatformGitOps.Generator.Yaml;
using Settings = PlatformGitOps.Generator.Emission.CoreDns.Variables;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Variables per cluster: what is not set, not used, or not meant to be one.</summary>
internal static class VariableRules
{
    private const string Undefined = ObjectSubstitution.RuleUndefined;
    private const string Unescaped = "variable-unescaped";
    private const string Unused = "variable-unused";
    private const string Unsubstituted = "variable-without-substitution";
    private const string Doubled = "dollar-doubled";

    public static readonly LintRule Rule = LintRule.Of(
        Check,
        (Undefined, "A ${VARIABLE} is not set in a cluster: strict Flux fails, lenient Flux puts nothing in."),
        (Unescaped, "A ${...} inside of a longer text is set in no cluster: most likely meant for another program, it needs $${...}."),
        (Unused, "A setting is used by nothing in its cluster."),
        (Unsubstituted, "A ${VARIABLE} reaches the cluster as it is, because its Flux Kustomization substitutes nothing."),
        (Doubled, "A $$ that is not followed by a brace becomes one $ under substitution."),
        (ObjectSubstitution.RuleMalformed, "A ${ that Flux cannot read fails the whole Flux Kustomization."),
        (ObjectSubstitution.RuleBreaksYaml, "With its variables put in, an object is no YAML any more."),
        (PostBuild.RuleMissingSource, "substituteFrom names an object that the tree does not have."),
        (PostBuild.RuleVariableName, "A setting's key is no name of a variable, which fails every object."));

    /// <summary>Every cluster has these, used or not: settings stand in the same lines everywhere, and workloads may use them too.</summary>
    private static readonly HashSet<string> Common = [Settings.ClusterName, Settings.MonitoringNamespace, Settings.MonitoringRelease];

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var layer in cluster.Layers)
        {
            foreach (var finding in layer.Variables.Findings)
            {
                yield return finding;
            }

            foreach (var (resource, scalar) in layer.Raw.Where(resource => !ObjectSubstitution.IsDisabled(resource.Body)).SelectMany(Dollars))
            {
                foreach (var finding in CheckText(cluster, layer, resource, scalar, used))
                {
                    yield return finding;
                }
            }
        }

        foreach (var finding in CheckUnused(cluster, used))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> CheckText(ClusterView cluster, Layer layer, Resource resource, Scalar scalar, HashSet<string> used)
    {
        var template = Template.Parse(scalar.Value);
        if (!layer.Substitutes)
        {
            foreach (var reference in template.References())
            {
                yield return Place(
                    cluster,
                    scalar,
                    reference,
                    Unsubstituted,
                    $"Flux Kustomization {layer.Name} has no variables, so ${{{reference.Name}}} reaches {resource.Id.Spoken} as it is.",
                    "Give it spec.postBuild.substituteFrom, or write the value.");
            }

            yield break;
        }

        if (template.Fault is { } fault)
        {
            yield return Report.At(
                scalar,
                cluster.Text.Place(scalar, fault.Offset, "${"),
                ObjectSubstitution.RuleMalformed,
                $"Flux cannot read this: {fault.Reason}. It fails all of {layer.Name}.",
                "Write $${ where the text itself is meant.");
        }

        foreach (var reference in template.References())
        {
            used.Add(reference.Name);
            if (!layer.Variables.Values.ContainsKey(reference.Name) && !reference.HasDefault)
            {
                yield return Missing(cluster, layer, scalar, reference);
            }
        }

        if (LoneDouble(scalar.Value) is var at and >= 0)
        {
            yield return Report.At(
                scalar,
                cluster.Text.Place(scalar, at, "$$"),
                Doubled,
                "Substitution makes one $ of this $$.",
                "Write $$$$ for two, or $ for one.");
        }
    }

    private static Finding Missing(ClusterView cluster, Layer layer, Scalar scalar, Piece.Reference reference)
    {
        var whole = scalar.Value == $"${{{reference.Name}}}";
        var effect = cluster.Options.StrictSubstitution ? $"Flux {cluster.Options.FluxVersion} fails all of {layer.Name}" : "Flux puts an empty text in its place";
        return whole || layer.Variables.Values.Keys.Any(name => Near(name, reference.Name))
            ? Place(
                cluster,
                scalar,
                reference,
                Undefined,
                $"${{{reference.Name}}} is not set in cluster {cluster.Name}: {effect}.",
                Suggest(layer, reference.Name))
            : Place(
                cluster,
                scalar,
                reference,
                Unescaped,
                $"${{{reference.Name}}} inside of this text is not set in cluster {cluster.Name}: {effect}.",
                $"Write $${{{reference.Name}}} if another program is to read it, or set the variable.");
    }

    private static string Suggest(Layer layer, string name) => Suggestion.For(name, layer.Variables.Values.Keys) is { } near
        ? $"Did you mean ${{{near}}}?"
        : $"Set {name} in the cluster's settings, or give a default: ${{{name}:=value}}.";

    private static bool Near(string name, string other) => Suggestion.Distance(name, other) <= 2;

    private static Finding Place(ClusterView cluster, Scalar scalar, Piece.Reference reference, string rule, string message, string mend) =>
        Report.At(
            scalar,
            cluster.Text.Place(scalar, Math.Min(reference.Offset, scalar.Value.Length), "${" + (reference.Operator == "#" && reference.Arguments.IsEmpty ? "#" : "") + reference.Name),
            rule,
            message,
            mend);

    /// <summary>Settings of objects in the tree; inline ones and those of Secrets elsewhere have no other reader to ask.</summary>
    private static IEnumerable<Finding> CheckUnused(ClusterView cluster, HashSet<string> used)
    {
        var sources = cluster.Layers
            .SelectMany(layer => ((layer.Kustomization.Body.At("spec", "postBuild", "substituteFrom") as Sequence)?.Items ?? []).OfType<Mapping>()
                .Select(reference => (Kind: reference.TextAt("kind") ?? "", layer.Kustomization.Namespace, Name: reference.TextAt("name") ?? "")))
            .Distinct();
        return from source in sources
               let resource = cluster.Find(source.Kind, source.Namespace, source.Name)
               where resource is not null
               from entry in (resource.Body["data"] as Mapping)?.Entries ?? []
               where !used.Contains(entry.Key) && !Common.Contains(entry.Key)
               select Report.At(entry, Unused, $"Nothing in cluster {cluster.Name} uses {entry.Key}.", "Delete it, or use it.");
    }

    private static IEnumerable<(Resource Resource, Scalar Scalar)> Dollars(Resource resource) => resource.Body.Scalars()
        .Where(scalar => scalar.Value.Contains('$', StringComparison.Ordinal))
        .Select(scalar => (resource, scalar));

    private static int LoneDouble(string text)
    {
        for (var at = text.IndexOf("$$", StringComparison.Ordinal); at >= 0; at = text.IndexOf("$$", at, StringComparison.Ordinal))
        {
            var end = at;
            while (end < text.Length && text[end] == '$')
            {
                end++;
            }

            if (end == text.Length || text[end] != '{')
            {
                return at;
            }

            at = end;
        }

        return -1;
    }
}
