namespace PlatformGitOps.Generator.Plan;

/// <summary>A changed field.</summary>
/// <param name="Path">In the form of <c>kubectl explain</c>, with the index of list items in brackets.</param>
/// <param name="Before">The old value on one line; null if there was none.</param>
/// <param name="After">The new value on one line; null if the field was removed.</param>
public sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>The differences between two objects, by field.</summary>
public static class FieldDiff
{
    private const int LongestValue = 60;

    /// <summary>How many characters before the first difference are shown.</summary>
    private const int Context = 20;

    private const string FromLine = " (from line ";

    /// <summary>Compares two versions of an object; credentials and the data of a Secret are never shown.</summary>
    public static IEnumerable<FieldChange> Between(Manifest before, Manifest after)
    {
        var differing = Between("", before.Body, after.Body).ToArray();
        if (differing.Length == 0)
        {
            return [];
        }

        if (after is { Kind: "Secret", Group: "" })
        {
            return differing.Select(field => new FieldChange(field.Path, field.Before is null ? null : "(secret)",
                field.After is null ? null : "(secret)"));
        }

        var (old, now) = Masking.Both(before.Body, after.Body);
        var masked = Between("", old, now).ToArray();
        // Lines are those of the file; a hidden block of several lines counts as one. Two values may differ only in their type.
        var lines = differing.ToLookup(field => Bare(field.Path), field => field.Path, StringComparer.Ordinal);
        return masked.Length > 0 ? masked.Select(field => lines[Bare(field.Path)].FirstOrDefault() is { } path
                ? field with { Path = path } : field)
            : differing.Select(field => new FieldChange(field.Path, field.Before is null ? null : Masking.Hidden,
                field.After is null ? null : Masking.Another));
    }

    private static IEnumerable<FieldChange> Between(string path, Node? before, Node? after) => (before, after) switch
    {
        (Mapping old, Mapping now) => old.Select(entry => entry.Key).Union(now.Select(entry => entry.Key), StringComparer.Ordinal)
            .SelectMany(key => Between(path.Length == 0 ? key : $"{path}.{Key(key)}", old[key], now[key])),
        (Sequence old, Sequence now) => ListAlignment.Of(old.Items, now.Items)
            .SelectMany(pair => Between($"{path}[{(pair.After ?? pair.Before)!.Value}]",
                pair.Before is { } left ? old.Items[left] : null, pair.After is { } right ? now.Items[right] : null)),
        (Scalar old, Scalar now) => Meaning(old) == Meaning(now) ? [] : Text(path, old, now),
        (null, null) => [],
        _ => [Change(path, Line(before), Line(after))],
    };

    /// <summary>The changed lines of a long text.</summary>
    private static IEnumerable<FieldChange> Text(string path, Scalar before, Scalar after)
    {
        if (!before.Value.Contains('\n') || !after.Value.Contains('\n'))
        {
            var (one, other) = (Line(before), Line(after));
            return [one == other ? Change(path, WithLineEnds(before), WithLineEnds(after)) : Change(path, one, other)];
        }

        var (old, now) = (before.Value.Split('\n'), after.Value.Split('\n'));
        var line = old.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return [Change($"{path}{FromLine}{line + 1})", old.ElementAtOrDefault(line), now.ElementAtOrDefault(line))];
    }

    /// <summary>Of long values the part that differs: two that begin in the same way would look the same.</summary>
    private static FieldChange Change(string path, string? before, string? after)
    {
        // Spaces around it are shown where they are the difference.
        if (before?.Trim() != after?.Trim())
        {
            (before, after) = (before?.Trim(), after?.Trim());
        }

        if (before is null || after is null || Math.Max(before.Length, after.Length) <= LongestValue)
        {
            return new FieldChange(path, Cut(before, 0), Cut(after, 0));
        }

        var same = before.AsSpan().CommonPrefixLength(after);
        var start = same < LongestValue - Context ? 0 : same - Context;
        return new FieldChange(path, Cut(before, start), Cut(after, start));
    }

    private static string Bare(string path) =>
        path.LastIndexOf(FromLine, StringComparison.Ordinal) is var end and >= 0 ? path[..end] : path;

    private static string Key(string key) => key.Contains('.') ? $"\"{key}\"" : key;

    // A quoted number is a text, and has another meaning in Helm.
    internal static string Meaning(Scalar scalar) =>
        scalar.IsString ? $"\"{scalar.Value}\"" : PlainScalars.Canonical(scalar.Value);

    private static string? Line(Node? node) => node switch
    {
        null => null,
        Scalar { IsText: true, Value: var value } when !PlainScalars.IsText(value) => $"\"{value}\"",
        Scalar { Value: var value } => value.ReplaceLineEndings(" "),
        Mapping mapping => "{" + string.Join(", ", mapping.Select(entry => $"{entry.Key}: {Cut(Line(entry.Value), 0)}")) + "}",
        Sequence sequence => "[" + string.Join(", ", sequence.Items.Select(item => Cut(Line(item), 0))) + "]",
        _ => null,
    };

    private static string WithLineEnds(Scalar text) => text.Value.ReplaceLineEndings("\\n");

    private static string? Cut(string? text, int start) => text is null ? null
        : $"{(start > 0 ? "..." : "")}{text[start..Math.Min(start + LongestValue, text.Length)]}"
            + (start + LongestValue < text.Length ? "..." : "");
}
