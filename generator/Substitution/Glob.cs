using System.Text;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Substitution;

/// <summary>The shell patterns of the removing operators: <c>*</c>, <c>?</c>, <c>[a-z]</c> and <c>[^a-z]</c>, and a backslash.</summary>
internal static class Glob
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>The length of the shortest beginning of a text that a pattern matches; 0 for none.</summary>
    public static int ShortestPrefix(string pattern, string text) => Prefix(pattern, Enumerable.Range(1, text.Length), text);

    /// <summary>The length of the longest beginning of a text that a pattern matches; 0 for none.</summary>
    public static int LongestPrefix(string pattern, string text) => Prefix(pattern, Enumerable.Range(1, text.Length).Reverse(), text);

    private static int Prefix(string pattern, IEnumerable<int> lengths, string text)
    {
        if (ToExpression(pattern) is not { } expression)
        {
            return 0;
        }

        // A pattern such as ***** must not hold the generator up.
        var matcher = new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking, Patience);
        return lengths.FirstOrDefault(length => matcher.IsMatch(text.AsSpan(0, length)));
    }

    private static string? ToExpression(string pattern)
    {
        var expression = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    expression.Append(".*");
                    break;
                case '?':
                    expression.Append('.');
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is var end and > 0:
                    expression.Append('[').Append(pattern[(i + 1)..end].Replace("[", @"\[", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                case '\\' or '[':
                    return null;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return expression.Append(@"\z").ToString();
    }
}
