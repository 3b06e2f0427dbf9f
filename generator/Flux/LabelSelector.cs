namespace PlatformGitOps.Generator.Flux;

/// <summary>Label selectors of Kubernetes and Cilium.</summary>
internal static class LabelSelector
{
    /// <summary>True if a selector matches these labels, or selects everything.</summary>
    /// <param name="selector">With matchLabels and matchExpressions.</param>
    /// <param name="labels">The labels of a pod or a Service.</param>
    public static bool Matches(Node? selector, IReadOnlyDictionary<string, string> labels) => selector is Mapping mapping
        && mapping.EntriesAt("matchLabels").All(entry => labels.TryGetValue(Key(entry.Key), out var value)
            && value == (entry.Value as Scalar)?.Value)
        && mapping.MappingsAt("matchExpressions").All(expression => Matches(expression, labels));

    /// <summary>True if a selector may match: a label that is unknown here may have any value.</summary>
    public static bool MayMatch(Node? selector, IReadOnlyDictionary<string, string> known) => selector is not Mapping mapping
        || (mapping.EntriesAt("matchLabels").All(entry => !known.TryGetValue(Key(entry.Key), out var value)
                || value == (entry.Value as Scalar)?.Value)
            && mapping.MappingsAt("matchExpressions").All(expression =>
                !known.ContainsKey(Key(expression.TextAt("key") ?? "")) || Matches(expression, known)));

    /// <summary>True if a selector has no requirement, even if it has empty lists.</summary>
    public static bool IsEverything(Node? selector) => selector switch
    {
        null or Scalar { IsNull: true } => true,
        Mapping mapping => mapping.Entries.All(entry => entry.Key is "matchLabels" or "matchExpressions"
            && entry.Value is Scalar { IsNull: true } or Mapping { Entries.IsEmpty: true } or Sequence { Items.IsEmpty: true }),
        _ => false,
    };

    private static bool Matches(Mapping expression, IReadOnlyDictionary<string, string> labels)
    {
        var isSet = labels.TryGetValue(Key(expression.TextAt("key") ?? ""), out var value);
        var listed = expression.ItemsAt("values").OfType<Scalar>().Any(item => item.Value == value);
        return expression.TextAt("operator") switch
        {
            "In" => isSet && listed,
            "NotIn" => !isSet || !listed,
            "Exists" => isSet,
            "DoesNotExist" => !isSet,
            _ => false,
        };
    }

    /// <summary>Cilium prefixes a label with its source.</summary>
    private static string Key(string key) =>
        key.StartsWith("k8s:", StringComparison.Ordinal) || key.StartsWith("any:", StringComparison.Ordinal) ? key[4..] : key;
}
