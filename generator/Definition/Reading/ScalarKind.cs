using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>What a scalar is to YAML, in words for findings.</summary>
internal static partial class ScalarKind
{
    public static bool IsNull(Scalar scalar) => scalar is { IsText: false, Value: "" or "~" or "null" or "Null" or "NULL" };

    public static bool IsWholeNumber(Scalar scalar) => !scalar.IsText && WholeNumber().IsMatch(scalar.Value);

    /// <summary>True where every YAML reader takes it for a string.</summary>
    public static bool IsText(Scalar scalar) => scalar.IsText || !PlainScalars.ReadAsSomethingElse(scalar.Value);

    public static bool IsDecimal(Scalar scalar) => !scalar.IsText && Decimal().IsMatch(scalar.Value);

    public static string Describe(Node node) => node switch
    {
        Mapping => "a mapping",
        Sequence => "a list",
        Scalar scalar when IsNull(scalar) => "empty",
        Scalar scalar when IsText(scalar) => "a text",
        Scalar scalar when IsDecimal(scalar) => "a number",
        Scalar { Value: var value } when char.IsAsciiLetter(value[0]) => "a true or false for many YAML readers",
        _ => "a number or a date for many YAML readers",
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
