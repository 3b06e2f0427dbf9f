using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Label selectors of Kubernetes and Cilium.</summary>
internal static class LabelSelector
{
    /// <summary>True where a selector selects what carries these labels; one that selects everything does too.</summary>
    /// <param name="selector">With matchLabels and matchExpressions.</param>
    /// <param name="labels">The labels of a pod or a Service.</param>
    public static bool Matches(Node? selector, IReadOnlyDictionary<string, string> labels) => selector is Mapping mapping
        && ((mapping["matchLabels"] as Mapping)?.Entries ?? []).All(entry => labels.TryGetValue(Key(entry.Key), out var value) && value == (entry.Value as Scalar)?.Value)
        && ((mapping["matchExpressions"] as Sequence)?.Items ?? []).OfType<Mapping>().All(expression => Matches(expression, labels));

    public static bool IsEverything(Node? selector) => selector is null or Mapping { Entries.IsEmpty: true };

    private static bool Matches(Mapping expression, IReadOnlyDictionary<string, string> labels)
    {
        var isSet = labels.TryGetValue(Key(expression.TextAt("key") ?? ""), out var value);
        var listed = ((expression["values"] as Sequence)?.Items ?? []).OfType<Scalar>().Any(item => item.Value == value);
        return expression.TextAt("operator") switch
        {
            "In" => isSet && listed,
            "NotIn" => !isSet || !listed,
            "Exists" => isSet,
            "DoesNotExist" => !isSet,
            _ => false,
        };
    }

    /// <summary>Cilium names where a label comes from in front of it.</summary>
    private static string Key(string key) => key.StartsWith("k8s:", StringComparison.Ordinal) ? key[4..] : key.StartsWith("any:", StringComparison.Ordinal) ? key[4..] : key;
}
