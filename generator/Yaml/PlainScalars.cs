using System.Globalization;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>The type of a scalar without quotes.</summary>
public enum PlainType
{
    Text,
    Null,
    Boolean,
    Number,
}

/// <summary>
/// What a plain scalar means to Kubernetes and Flux: the resolver of sigs.k8s.io/yaml (go.yaml.in/yaml/v2, resolve.go). It knows
/// YAML 1.1's booleans, numbers of every base with underscores, but neither base 60 nor timestamps, which stay texts.
/// </summary>
public static partial class PlainScalars
{
    private static readonly Dictionary<string, PlainType> Words = new(StringComparer.Ordinal);

    static PlainScalars()
    {
        Add(PlainType.Null, "", "~", "null", "Null", "NULL");
        Add(PlainType.Boolean, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
        Add(PlainType.Boolean, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
        Add(PlainType.Number, ".nan", ".NaN", ".NAN");
        foreach (var sign in new[] { "", "+", "-" })
        {
            Add(PlainType.Number, $"{sign}.inf", $"{sign}.Inf", $"{sign}.INF");
        }

        static void Add(PlainType type, params string[] words) => words.ToList().ForEach(word => Words.Add(word, type));
    }

    /// <summary>True if the text, written without quotes, reads back as the same string.</summary>
    public static bool IsText(string text) => Resolve(text) == PlainType.Text;

    /// <summary>
    /// True if a writer has to quote a text: what is not a text without quotes, and what other readers take for a date or a number to
    /// the base of 60 (kustomize makes 2024-01-01T00:00:00Z of the plain text 2024-01-01).
    /// </summary>
    public static bool NeedsQuotes(string text) =>
        !IsText(text) || text == "<<" || (text[0] is (>= '0' and <= '9') or '-' or '+' && DateOrBase60().IsMatch(text));

    /// <summary>What the text is without quotes.</summary>
    public static PlainType Resolve(string text)
    {
        if (Words.TryGetValue(text, out var word))
        {
            return word;
        }

        if (text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.'))
        {
            return PlainType.Text;
        }

        // Underscores are ignored, except in a number that begins with its decimal point.
        var digits = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        return Integer().IsMatch(digits)
            || (Float().IsMatch(digits) && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number))
            ? PlainType.Number
            : PlainType.Text;
    }

    /// <summary>The boolean that a word of YAML 1.1 means, or the decimal form of a number such as 004 or 0x1F; any other text as it
    /// is.</summary>
    public static string Canonical(string text) => Resolve(text) switch
    {
        PlainType.Null => "null",
        PlainType.Boolean => text[0] is 'y' or 'Y' or 't' or 'T' || text.Equals("on", StringComparison.OrdinalIgnoreCase) ? "true"
            : "false",
        PlainType.Number => Decimal(text.Replace("_", "", StringComparison.Ordinal)),
        _ => text,
    };

    private static string Decimal(string digits)
    {
        if (Integer().Match(digits) is not { Success: true } match)
        {
            return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number == Math.Floor(number) && Math.Abs(number) < 1e15
                ? number.ToString("F0", CultureInfo.InvariantCulture)
                : digits;
        }

        var (@base, body) = match switch
        {
            _ when match.Groups["binary"] is { Success: true } binary => (2, binary.Value),
            _ when match.Groups["octal"] is { Success: true } octal => (8, octal.Value),
            _ when match.Groups["hex"] is { Success: true } hex => (16, hex.Value),
            _ => (10, match.Groups["decimal"].Value),
        };
        var value = body.Aggregate(System.Numerics.BigInteger.Zero, (sum, digit) => (sum * @base) + Convert.ToInt32(digit.ToString(), 16));
        return (digits[0] == '-' ? -value : value).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"\A[-+]?(0[bB](?<binary>[01]+)|0[oO]?(?<octal>[0-7]+)|0[xX](?<hex>[0-9a-fA-F]+)|(?<decimal>0|[1-9][0-9]*))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A(\d{4}-\d{1,2}-\d{1,2}.*|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateOrBase60();

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
