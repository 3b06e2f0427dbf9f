using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Label selectors as the API server reads them.</summary>
public static class Selectors
{
    /// <param name="selector">An object with matchLabels and matchExpressions; an empty one matches everything, null nothing.</param>
    public static bool Matches(Resource? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && selector.Map("matchLabels").All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && selector.Parts("matchExpressions").All(expression => Holds(expression, labels));

    private static bool Holds(Resource expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression.Text("key") ?? "");
        return expression.Text("operator") switch
        {
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "In" => value is not null && expression.Texts("values").Contains(value),
            "NotIn" => value is null || !expression.Texts("values").Contains(value),
            _ => false,
        };
    }

    /// <summary>A plain map of labels, as Services have it; an empty one selects nothing.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels) =>
        selector.Count > 0 && selector.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value);
}
