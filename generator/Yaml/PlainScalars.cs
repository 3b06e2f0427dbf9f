using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// What a plain scalar means to the YAML 1.1 readers of Kubernetes (sigs.k8s.io/yaml), which are wider than YAML 1.2's core schema.
/// </summary>
public static partial class PlainScalars
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf",
    };

    /// <summary>True when the text, written without quotes, would not read back as a string.</summary>
    public static bool ReadAsSomethingElse(string text) => Words.Contains(text) || (MayBeNumber(text) && Number().IsMatch(text));

    /// <summary>Cheap first look: the regular expression is for the few that may be numbers or dates.</summary>
    private static bool MayBeNumber(string text) => text[0] is (>= '0' and <= '9') or '-' or '+' or '.';

    // Integers in every base YAML 1.1 knows, floats, sexagesimals and timestamps (https://yaml.org/type/).
    [GeneratedRegex(@"^([-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?|(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?)|\d{4}-\d{1,2}-\d{1,2}.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
