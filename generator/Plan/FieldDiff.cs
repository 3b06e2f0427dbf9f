using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Plan;

/// <summary>One field that differs.</summary>
/// <param name="Path">As <c>kubectl explain</c> writes it, with the index of a list's item in brackets.</param>
/// <param name="Before">The old value on one line; null if there was none.</param>
/// <param name="After">The new value on one line; null if there is none.</param>
public sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>The fields in which two objects differ.</summary>
public static class FieldDiff
{
    private const int LongestValue = 60;

    /// <summary>Compares two versions of an object; the data of a Secret is never shown.</summary>
    public static IEnumerable<FieldChange> Between(Manifest before, Manifest after)
    {
        var fields = Between("", before.Body, after.Body);
        return after is { Kind: "Secret", Group: "" }
            ? fields.Select(field => field with
            {
                Before = field.Before is null ? null : "(secret)",
                After = field.After is null ? null
                : "(secret)"
            })
            : fields;
    }

    private static IEnumerable<FieldChange> Between(string path, Node? before, Node? after) => (before, after) switch
    {
        (Mapping old, Mapping now) => old.Select(entry => entry.Key).Union(now.Select(entry => entry.Key), StringComparer.Ordinal)
            .SelectMany(key => Between(path.Length == 0 ? key : $"{path}.{Key(key)}", old[key], now[key])),
        (Sequence old, Sequence now) => Enumerable.Range(0, Math.Max(old.Items.Length, now.Items.Length))
            .SelectMany(index => Between($"{path}[{index}]", old.Items.ElementAtOrDefault(index), now.Items.ElementAtOrDefault(index))),
        (Scalar old, Scalar now) => Meaning(old) == Meaning(now) ? [] : Text(path, old, now),
        _ => [new FieldChange(path, Short(before), Short(after))],
    };

    /// <summary>Of a long text only the lines that differ.</summary>
    private static IEnumerable<FieldChange> Text(string path, Scalar before, Scalar after)
    {
        if (!before.Value.Contains('\n', StringComparison.Ordinal) || !after.Value.Contains('\n', StringComparison.Ordinal))
        {
            return [new FieldChange(path, Short(before), Short(after))];
        }

        var (old, now) = (before.Value.Split('\n'), after.Value.Split('\n'));
        var line = old.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return [new FieldChange($"{path} (from line {line + 1})", Cut(old.ElementAtOrDefault(line)?.Trim()),
            Cut(now.ElementAtOrDefault(line)?.Trim()))];
    }

    private static string Key(string key) => key.Contains('.', StringComparison.Ordinal) ? $"\"{key}\"" : key;

    // A quoted number is a text, and means something else to Helm.
    private static string Meaning(Scalar scalar) =>
        scalar.IsText || PlainScalars.IsText(scalar.Value) ? $"\"{scalar.Value}\"" : PlainScalars.Canonical(scalar.Value);

    private static string? Short(Node? node) => node switch
    {
        null => null,
        Scalar { IsText: true, Value: var value } when !PlainScalars.IsText(value) => $"\"{value}\"",
        Scalar { Value: var value } => Cut(value.ReplaceLineEndings(" ")),
        Mapping mapping => Cut("{" + string.Join(", ", mapping.Select(entry => $"{entry.Key}: {Short(entry.Value)}")) + "}"),
        Sequence sequence => Cut("[" + string.Join(", ", sequence.Items.Select(Short)) + "]"),
        _ => null,
    };

    private static string? Cut(string? text) => text?.Length > LongestValue ? text[..LongestValue] + "..." : text;
}
