using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Lint;

/// <summary>An alert's expression: enough of PromQL's grammar to tell metrics, matchers and grouping labels apart.</summary>
internal sealed partial record PromQl(
    ImmutableArray<PromQl.Selector> Selectors,
    ImmutableArray<string> GroupingLabels,
    bool Divides,
    bool HasQuantile,
    bool IsPercentage,
    bool SetsLabels,
    ImmutableArray<double> Thresholds)
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end", "by", "without", "on", "ignoring", "group_left",
            "group_right",
    };

    private static readonly HashSet<string> Groupings =
        new(StringComparer.OrdinalIgnoreCase) { "by", "on", "group_left", "group_right" };

    private static readonly Dictionary<string, string> Brackets = new() { ["("] = ")", ["{"] = "}" };

    /// <summary>One metric with its matchers.</summary>
    internal sealed record Selector(string Metric, ImmutableArray<(string Label, string Operator, string Value)> Matchers);

    /// <summary>Why Prometheus cannot parse the expression: what surely is wrong, not all that may be; null if it is not known.</summary>
    public static string? Problem(string expression)
    {
        var tokens = Tokens(expression);
        var open = new Stack<string>();
        foreach (var token in tokens)
        {
            if (Brackets.TryGetValue(token, out var closing))
            {
                open.Push(closing);
            }
            else if (token is ")" or "}" && (!open.TryPop(out var expected) || expected != token))
            {
                return $"a '{token}' closes nothing";
            }
            else if (token is "[" or "]" or "\"" or "'" or "`")
            {
                return $"a {token} has no counterpart";
            }
        }

        return open.TryPeek(out var missing) ? $"a '{missing}' is missing"
            : tokens.Length == 0 ? "it is empty"
            : tokens[^1] is "+" or "-" or "*" or "/" or "%" or "^" or ">" or "<" or "==" or ">=" or "<=" or "!=" or ","
                ? $"nothing follows '{tokens[^1]}'"
            : null;
    }

    public static PromQl Parse(string expression)
    {
        var tokens = Tokens(expression);
        var (selectors, labels, thresholds) = (new List<Selector>(), new List<string>(), new List<double>());
        var (divides, quantile, labelled) = (false, false, false);
        for (var i = 0; i < tokens.Length; i++)
        {
            var next = i + 1 < tokens.Length ? tokens[i + 1] : "";
            if (IsName(tokens[i]) && Groupings.Contains(tokens[i]) && next == "(")
            {
                for (i += 2; i < tokens.Length && tokens[i] != ")"; i++)
                {
                    labels.AddRange(tokens[i] == "," ? [] : [tokens[i]]);
                }
            }
            else if (tokens[i] is "ignoring" or "without" && next == "(")
            {
                i = Math.Max(i, Array.IndexOf(tokens, ")", i));
            }
            else if (IsName(tokens[i]) && next is "(" or "by" or "without")
            {
                quantile |= tokens[i] is "histogram_quantile" or "quantile_over_time" or "quantile";
                labelled |= tokens[i] is "label_replace" or "label_join" or "count_values";
            }
            else if (IsName(tokens[i]) && !Words.Contains(tokens[i]))
            {
                selectors.Add(new Selector(tokens[i], next == "{" ? Matchers(tokens, i + 2) : []));
                i = next == "{" ? Math.Max(i, Array.IndexOf(tokens, "}", i)) : i;
            }
            else if (tokens[i] == "/")
            {
                divides = true;
            }
            else if (tokens[i] is ">" or ">=" or "<" or "<=" && double.TryParse(next, CultureInfo.InvariantCulture, out var threshold))
            {
                thresholds.Add(threshold);
            }
        }

        return new PromQl([.. selectors], [.. labels], divides, quantile, tokens.Contains("100"), labelled, [.. thresholds]);
    }

    private static string[] Tokens(string expression) =>
        [.. Token().Matches(expression).Select(match => match.Value).Where(token => token[0] != '#')];

    private static ImmutableArray<(string, string, string)> Matchers(string[] tokens, int at)
    {
        var matchers = ImmutableArray.CreateBuilder<(string, string, string)>();
        for (; at + 2 < tokens.Length && tokens[at] != "}"; at++)
        {
            if (IsName(tokens[at]) && tokens[at + 1] is "=" or "!=" or "=~" or "!~")
            {
                matchers.Add((tokens[at], tokens[at + 1], tokens[at + 2].Trim('"', '\'', '`')));
                at += 2;
            }
        }

        return matchers.ToImmutable();
    }

    private static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] is '_' or ':';

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | \#.* | \[[^\]]*\] | \d[\w.]* 
        | [A-Za-z_:][\w:]* | =~ | !~ | != | >= | <= | == | [^\s]
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
