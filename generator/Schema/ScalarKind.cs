using System.Globalization;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Schema;

/// <summary>The type that YAML readers give to a scalar.</summary>
public static partial class ScalarKind
{
    /// <summary>True where Kubernetes takes it for a string.</summary>
    public static bool IsText(Scalar scalar) => scalar.IsText || PlainScalars.IsText(scalar.Value);

    public static bool IsBoolean(Scalar scalar) => !scalar.IsText && PlainScalars.Resolve(scalar.Value) == PlainType.Boolean;

    /// <summary>A number as the definition takes it: no sign but '-', no leading zero.</summary>
    public static bool IsWholeNumber(Scalar scalar) => !scalar.IsText && WholeNumber().IsMatch(scalar.Value);

    /// <summary>A number as Kubernetes takes it.</summary>
    public static bool IsInteger(Scalar scalar) => !scalar.IsText && long.TryParse(
        PlainScalars.Canonical(scalar.Value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    public static bool IsDecimal(Scalar scalar) => !scalar.IsText && Decimal().IsMatch(scalar.Value);

    /// <summary>In words, for findings.</summary>
    public static string Describe(Node node) => node switch
    {
        Mapping => "a mapping",
        Sequence => "a list",
        Scalar { IsNull: true } => "empty",
        Scalar scalar when IsText(scalar) => "a text",
        Scalar scalar when IsBoolean(scalar) => $"the boolean {PlainScalars.Canonical(scalar.Value)}",
        Scalar scalar when IsDecimal(scalar) => "a number",
        Scalar scalar => $"the number {PlainScalars.Canonical(scalar.Value)}",
        _ => "unreadable",
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
