using PlatformGitOps.Generator.Flux.Substitution;
using Settings = PlatformGitOps.Generator.Emission.Variables;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Variables per cluster: not set, not used, or not meant to be variables.</summary>
internal static class VariableRules
{
    private const string Undefined = ObjectSubstitution.RuleUndefined;
    private const string Unescaped = "variable-unescaped";
    internal const string Unused = "variable-unused";
    private const string Unsubstituted = "variable-without-substitution";
    private const string Doubled = "dollar-doubled";

    public static readonly LintRule Rule = LintRule.Of(
        "variable",
        Check,
        (Undefined, "A ${VARIABLE} is not set in a cluster: strict Flux fails, lenient Flux replaces it with an empty text."),
        (Unescaped, "A ${...} inside of a longer text is not set: if it is meant for another program, write $${...}."),
        (Unused, "Nothing in the cluster uses a setting."),
        (Unsubstituted, "A ${VARIABLE} that the cluster sets is not replaced, because its Flux Kustomization has no variables."),
        (Doubled, "Substitution replaces $$ by $ even without a brace behind it."),
        (ObjectSubstitution.RuleMalformed, "Flux cannot parse a ${, which fails the whole Flux Kustomization."),
        (ObjectSubstitution.RuleBreaksYaml, "An object is not valid YAML after substitution."),
        (PostBuild.RuleMissingSource, "substituteFrom names an object that the tree does not contain."),
        (PostBuild.RuleVariableName, "A key is not a valid variable name, so Flux rejects the whole Kustomization."));

    /// <summary>Every cluster has these settings, used or not: workloads may use them too.</summary>
    private static readonly HashSet<string> Common = [Settings.ClusterName, Settings.MonitoringNamespace, Settings.MonitoringRelease];

    private static readonly NodeFact<Dollars[]> Texts = new();

    /// <summary>The texts with a dollar sign of an object that is substituted.</summary>
    private static Dollars[] TextsOf(Mapping resource) => Texts.Of(resource, body => ObjectSubstitution.IsDisabled(body)
        ? [] : [.. body.Scalars(text => text.Contains('$')).Select(Dollars.Of)]);

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var meant = new Lazy<HashSet<string>>(() => MeantForFlux(cluster));
        foreach (var layer in cluster.Layers)
        {
            foreach (var finding in layer.Variables.Findings)
            {
                yield return finding;
            }

            foreach (var resource in layer.Built)
            {
                foreach (var text in TextsOf(resource.Body))
                {
                    foreach (var finding in CheckText(cluster, layer, resource, text, used, meant))
                    {
                        yield return finding;
                    }
                }
            }
        }

        foreach (var finding in CheckUnused(cluster, used))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> CheckText(
        ClusterView cluster, Layer layer, Manifest resource, Dollars text, HashSet<string> used, Lazy<HashSet<string>> meant)
    {
        var scalar = text.Scalar;

        // The text of a patch in a Flux Kustomization is substituted in that one's own layer.
        if (!layer.Variables.Substitutes && resource.IsFluxKustomization && scalar.Value.Contains('\n'))
        {
            yield break;
        }

        if (!layer.Variables.Substitutes)
        {
            foreach (var reference in text.References.Where(reference => meant.Value.Contains(reference.Name)))
            {
                yield return Place(
                    cluster,
                    scalar,
                    reference,
                    Unsubstituted,
                    $"Flux Kustomization {layer.Name} has no variables, so ${{{reference.Name}}} in {resource.Id.Title} is not replaced.",
                    "Add spec.postBuild.substituteFrom to it, or write the value.");
            }

            yield break;
        }

        if (text.Template.Fault is { } fault)
        {
            yield return Report.At(
                scalar,
                cluster.Text.Place(scalar, fault.Offset, "${"),
                ObjectSubstitution.RuleMalformed,
                $"Flux cannot parse this: {fault.Reason}. It rejects all of {layer.Name}.",
                "Write $${ if the text itself is meant.");
        }

        foreach (var reference in text.References)
        {
            used.Add(reference.Name);
            if (!layer.Variables.HasUnknown && !layer.Variables.Findings.Any(finding => finding.Rule == PostBuild.RuleMissingSource)
                && !layer.Variables.Values.ContainsKey(reference.Name) && !reference.HasDefault)
            {
                yield return Missing(cluster, layer, scalar, reference);
            }
        }

        if (text.LoneDouble >= 0)
        {
            yield return Report.At(
                scalar,
                cluster.Text.Place(scalar, text.LoneDouble, "$$"),
                Doubled,
                "Substitution replaces this $$ by $.",
                "Write $$$$ for two, or $ for one.");
        }
    }

    /// <summary>
    /// Names that this cluster uses for Flux: set for a Flux Kustomization, used in a substituted object, or a key of a ConfigMap or Secret
    /// next to the Flux Kustomizations. Any other name may be a shell variable.
    /// </summary>
    private static HashSet<string> MeantForFlux(ClusterView cluster)
    {
        var beside = cluster.Layers.Select(layer => layer.Kustomization.Namespace).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. cluster.Layers.SelectMany(layer => layer.Variables.Values.Keys),
            .. from layer in cluster.Layers
               where layer.Variables.Substitutes
               from resource in layer.Built
               from text in TextsOf(resource.Body)
               from reference in text.References
               select reference.Name,
            .. from resource in cluster.Applied
               where resource.Kind is "ConfigMap" or "Secret" && beside.Contains(resource.Namespace)
               from item in PostBuild.DataOf(resource.Body)
               select item.Entry.Key,
        ];
    }

    private static Finding Missing(ClusterView cluster, Layer layer, Scalar scalar, Piece.Reference reference)
    {
        var whole = scalar.Value == $"${{{reference.Name}}}";
        var effect = cluster.Options.StrictSubstitution
            ? $"Flux {cluster.Options.FluxVersion} rejects all of {layer.Name}"
            : "Flux replaces it with an empty text";
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
                $"Write $${{{reference.Name}}} if it is meant for another program, or set the variable.");
    }

    private static string Suggest(Layer layer, string name) =>
        Suggestion.For(name, layer.Variables.Values.Keys) is { } near
            ? $"Did you mean ${{{near}}}?"
            : $"Set {name} in the cluster's settings, or give a default: ${{{name}:=value}}.";

    private static bool Near(string name, string other) => Suggestion.Distance(name, other) <= 2;

    private static Finding Place(ClusterView cluster, Scalar scalar, Piece.Reference reference, string rule, string message, string fix) =>
        Report.At(
            scalar,
            cluster.Text.Place(
                scalar,
                Math.Min(reference.Offset, scalar.Value.Length),
                "${" + (reference.Operator == "#" && reference.Arguments.IsEmpty ? "#" : "") + reference.Name),
            rule,
            message,
            fix);

    /// <summary>Settings of objects in the tree.</summary>
    private static IEnumerable<Finding> CheckUnused(ClusterView cluster, HashSet<string> used)
    {
        var sources = cluster.Layers
            .SelectMany(layer => layer.Kustomization.Body.MappingsAt("spec", "postBuild", "substituteFrom")
                .Select(reference => (Kind: reference.TextAt("kind") ?? "", layer.Kustomization.Namespace, Name: reference.TextAt("name")
                    ?? "")))
            .Distinct();

        // A patch may replace or delete the user of a setting: the setting is then for the base.
        var folders = new Lazy<string[]>(() => [.. cluster.Layers.SelectMany(layer => layer.Built).Select(resource => resource.File)
            .Where(file => file.Contains('/')).Select(file => file[..file.LastIndexOf('/')]).Distinct()]);

        // The variables that a Kustomization of another repository uses are not known.
        return cluster.Layers.Any(layer => layer.IsForeign)
            ? []
            : from source in sources
              let resource = cluster.Find(source.Kind, source.Namespace, source.Name)
              where resource is not null
              from item in PostBuild.DataOf(resource.Body)
              where !used.Contains(item.Entry.Key) && !Common.Contains(item.Entry.Key)
                  && !cluster.Text.Has(folders.Value, $"${{{item.Entry.Key}")
              select NotUsed(cluster, item.Entry);
    }

    private static Finding NotUsed(ClusterView cluster, Entry setting) =>
        Report.At(setting, Unused, $"Nothing in cluster {cluster.Name} uses {setting.Key}.", "Delete it, or use it.") with
        {
            Subject = setting.Key,
        };

    /// <summary>A text with dollar signs, and the position of two of them without a brace after them (-1 if there are none).</summary>
    private sealed record Dollars(Scalar Scalar, Template Template, ImmutableArray<Piece.Reference> References, int LoneDouble)
    {
        public static Dollars Of(Scalar scalar)
        {
            var template = Template.Parse(scalar.Value);
            return new Dollars(scalar, template, [.. template.References()], VariableRules.LoneDouble(scalar.Value));
        }
    }

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
