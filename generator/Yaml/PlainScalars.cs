using System.Buffers;
using System.Numerics;

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
/// The type of a plain scalar in Kubernetes and Flux: the resolver of sigs.k8s.io/yaml (goyaml.v2, resolve.go); tests compare it with
/// kubectl. It knows YAML 1.1's booleans and numbers of every base with underscores, but reads base 60 and timestamps as texts.
/// </summary>
public static partial class PlainScalars
{
    private static readonly string[] Times =
    [
        "yyyy-M-d", "yyyy-M-d H:m:s.FFFFFFF", "yyyy-M-dTH:m:s.FFFFFFFzzz", "yyyy-M-dTH:m:s.FFFFFFF'Z'", "yyyy-M-d't'H:m:s.FFFFFFFzzz",
        "yyyy-M-d't'H:m:s.FFFFFFF'Z'",
    ];

    private const int LongestWord = 5;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789abcdefABCDEFxXoO_+-.");

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

    /// <summary>True if the unquoted text reads back as the same string.</summary>
    public static bool IsText(string text) => Resolve(text) == PlainType.Text;

    /// <summary>
    /// True if a writer must quote a text: if it would not be a text, or if other readers see a date or a base-60 number (kustomize changes
    /// the plain text 2024-01-01 into 2024-01-01T00:00:00Z).
    /// </summary>
    public static bool NeedsQuotes(string text) =>
        !IsText(text) || text == "<<" || (text[0] is (>= '0' and <= '9') or '-' or '+' && DateOrBase60().IsMatch(text));

    /// <summary>The type of the unquoted text.</summary>
    public static PlainType Resolve(string text) => text.Length <= LongestWord && Words.TryGetValue(text, out var word) ? word
        : IsDecimal(text) ? PlainType.Number
        : text.AsSpan().ContainsAnyExcept(OfNumbers) ? PlainType.Text
        : text[0] is (>= '0' and <= '9') or '-' or '+' or '.' && (Whole(text) is not null || Real(text) is not null) ? PlainType.Number
        : PlainType.Text;

    /// <summary>
    /// The unquoted text after kustomize, if that changes it for Kubernetes: its reader (kyaml) takes YAML 1.1's yes, no, on and off for
    /// texts, and writes a date as a time. Null if it is unchanged.
    /// </summary>
    public static string? InKustomize(string text) => text switch
    {
        "" => null,
        { Length: <= 3 } when Words.GetValueOrDefault(text) == PlainType.Boolean => text,
        _ when text[0] is >= '0' and <= '9' && text.Length >= 8 && text[4] == '-' && DateTimeOffset.TryParseExact(
            text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) =>
            time.ToString(time.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz",
                CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>
    /// The canonical form: true or false for a boolean of YAML 1.1, a decimal for a number such as 004 or 0x1F, else the text itself.
    /// </summary>
    public static string Canonical(string text) => Resolve(text) switch
    {
        PlainType.Number when IsDecimal(text) => text,
        PlainType.Null => "null",
        PlainType.Boolean => text[0] is 'y' or 'Y' or 't' or 'T' || text.Equals("on", StringComparison.OrdinalIgnoreCase) ? "true"
            : "false",
        PlainType.Number => Whole(text)?.ToString(CultureInfo.InvariantCulture)
            ?? Decimal(text),
        _ => text,
    };

    private static bool IsDecimal(string text) => text.Length is > 0 and < 19 && (text[0] != '0' || text.Length == 1)
        && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static string Decimal(string text) => Real(text) switch
    {
        null => text,
        { } number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => number.ToString("F0", CultureInfo.InvariantCulture),
        { } number => number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'),
    };

    /// <summary>A 64-bit integer with or without a sign; a larger decimal is a float, any other larger number a text.</summary>
    private static BigInteger? Whole(string text)
    {
        if (Integer().Match(text.Replace("_", "")) is not { Success: true } match)
        {
            return null;
        }

        var (@base, body) = match switch
        {
            _ when match.Groups["binary"] is { Success: true } binary => (2, binary.Value),
            _ when match.Groups["octal"] is { Success: true } octal => (8, octal.Value),
            _ when match.Groups["hex"] is { Success: true } hex => (16, hex.Value),
            _ => (10, match.Groups["decimal"].Value),
        };
        var value = body.Aggregate(BigInteger.Zero, (sum, digit) => (sum * @base) + Convert.ToInt32(digit.ToString(), 16));
        return text[0] == '-' ? -value >= long.MinValue ? -value : null
            : value <= (text[0] == '+' ? long.MaxValue : ulong.MaxValue) ? value : null;
    }

    /// <summary>A float; after a leading point, underscores are allowed only between digits.</summary>
    private static double? Real(string text) => (text[0] != '.' || PointFloat().IsMatch(text))
        && text.Replace("_", "") is var digits && Float().IsMatch(digits)
        && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        ? number : null;

    [GeneratedRegex(
        @"\A[-+]?(0[bB](?<binary>[01]+)|0[oO]?(?<octal>[0-7]+)|0[xX](?<hex>[0-9a-fA-F]+)|(?<decimal>0|[1-9][0-9]*))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A(\d{4}-\d{1,2}-\d{1,2}.*|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateOrBase60();

    [GeneratedRegex(@"\A\.[0-9](_?[0-9])*([eE][-+]?[0-9](_?[0-9])*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PointFloat();

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
