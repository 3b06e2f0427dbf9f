using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>The <c>target</c> of a patch: regular expressions that must match in whole, and label selectors.</summary>
internal sealed class PatchTarget(Mapping target)
{
    private readonly Regex? _group = Pattern(target, "group");
    private readonly Regex? _version = Pattern(target, "version");
    private readonly Regex? _kind = Pattern(target, "kind");
    private readonly Regex? _name = Pattern(target, "name");
    private readonly Regex? _namespace = Pattern(target, "namespace");

    /// <exception cref="FormatException">A selector has operators that are not understood.</exception>
    public bool Matches(Resource resource) =>
        (_group?.IsMatch(resource.Group) ?? true)
        && (_version?.IsMatch(resource.Version) ?? true)
        && (_kind?.IsMatch(resource.Kind) ?? true)
        && (_name?.IsMatch(resource.Name) ?? true)
        && (_namespace?.IsMatch(resource.Namespace) ?? true)
        && Selects(target.TextAt("labelSelector"), resource.Label)
        && Selects(target.TextAt("annotationSelector"), resource.Annotation);

    private static Regex? Pattern(Mapping target, string key) => target.TextAt(key) is { Length: > 0 } text
        ? new Regex($"^(?:{text})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
        : null;

    private static bool Selects(string? selector, Func<string, string?> value) =>
        string.IsNullOrWhiteSpace(selector) || selector.Split(',', StringSplitOptions.TrimEntries).All(term => Holds(term, value));

    private static bool Holds(string term, Func<string, string?> value)
    {
        if (term.Contains('(', StringComparison.Ordinal) || term.Contains(' ', StringComparison.Ordinal))
        {
            throw new FormatException($"the selector '{term}' has an operator that is not understood here; write key=value");
        }

        return term.Split(["!=", "==", "="], 2, StringSplitOptions.TrimEntries) switch
        {
            [var key, var text] => (value(key) == text) != term.Contains("!=", StringComparison.Ordinal),
            [['!', .. var key]] => value(key) is null,
            [var key] => value(key) is not null,
            _ => false,
        };
    }
}
