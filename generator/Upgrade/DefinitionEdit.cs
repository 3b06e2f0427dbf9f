namespace PlatformGitOps.Generator.Upgrade;

/// <summary>Edits the text of a definition and keeps its comments and layout.</summary>
internal static class DefinitionEdit
{
    /// <summary>The text with another version of a chart; null if it cannot be edited in place.</summary>
    /// <param name="text">A valid definition.</param>
    /// <param name="chart">The key below <c>charts</c>.</param>
    /// <param name="version">The version to write.</param>
    public static string? WithChartVersion(string text, string chart, SemVer version)
    {
        if (YamlReader.Read("", text, YamlOptions.Default) is not { Documents: [Mapping root, ..] })
        {
            return null;
        }

        if (root.At("charts", chart, "version") is Scalar scalar)
        {
            return Replaced(text, scalar, version);
        }

        var ending = text.Contains("\r\n") ? "\r\n" : "\n";
        return root.At("charts", chart) is Mapping pin ? Inside(text, pin, $"version: {version}", ending)
            : root["charts"] is Mapping charts ? Inside(text, charts, $"{chart}: {{ version: {version} }}", ending)
            // Before the second key: a comment above the first one is often about the whole file.
            : root.Entries is [_, var second, ..] && !IsFlow(text, root) && Offset(text, second.KeyPosition) is { } at
                ? text.Insert(AboveComments(text, at), $"charts: {{ {chart}: {{ version: {version} }} }}{ending}") : null;
    }

    /// <summary>
    /// The text without the digest of a chart, which belongs to one version; null if it cannot be edited in place. A comment on the
    /// digest's line is removed too.
    /// </summary>
    /// <param name="text">A valid definition.</param>
    /// <param name="chart">The key below <c>charts</c>.</param>
    public static string? WithoutChartDigest(string text, string chart)
    {
        if (YamlReader.Read("", text, YamlOptions.Default) is not { Documents: [Mapping root, ..] })
        {
            return null;
        }

        return root.At("charts", chart) is not Mapping pin || pin["digest"] is null ? text
            : pin.Entries.First(entry => entry.Key == "digest") is { Value: Scalar value } digest
                && Offset(text, digest.KeyPosition) is { } from && EndOf(text, from, value) is { } end
                ? Without(text, from, end) : null;
    }

    /// <summary>The end of a plain or quoted value on the line of its key; null for any other value.</summary>
    private static int? EndOf(string text, int key, Scalar value)
    {
        if (Offset(text, value.Position) is not { } at || at <= key || text.AsSpan(key, at - key).Contains('\n'))
        {
            return null;
        }

        var quotes = text[at] is '"' or '\'' ? 1 : 0;
        return string.CompareOrdinal(text, at + quotes, value.Value, 0, value.Value.Length) == 0
            ? at + value.Value.Length + (2 * quotes) : null;
    }

    /// <summary>Removes an entry: its own lines, or in braces the text between its commas.</summary>
    private static string? Without(string text, int from, int end)
    {
        var line = text.LastIndexOf('\n', from - 1) + 1;
        var next = text.IndexOf('\n', end) + 1;
        next = next == 0 ? text.Length : next;
        var comma = end + text.AsSpan(end).IndexOfAnyExcept(' ');
        comma = comma >= end && comma < text.Length && text[comma] == ',' ? comma + 1 : end;
        var rest = text[comma..next].Trim();
        if (string.IsNullOrWhiteSpace(text[line..from]) && (rest.Length == 0 || rest[0] == '#'))
        {
            return text.Remove(line, next - line);
        }

        if (comma > end)
        {
            var after = comma + Math.Max(0, text.AsSpan(comma).IndexOfAnyExcept(' '));
            return text.Remove(from, after - from);
        }

        var before = text.AsSpan(0, from).TrimEnd().Length - 1;
        return before >= 0 && text[before] == ',' ? text.Remove(before, end - before) : null;
    }

    private static string? Replaced(string text, Scalar scalar, SemVer version)
    {
        if (Offset(text, scalar.Position) is not { } at)
        {
            return null;
        }

        // Plain and quoted values only; a block scalar, for example, must be edited by hand.
        at += text[at] is '"' or '\'' ? 1 : 0;
        return string.CompareOrdinal(text, at, scalar.Value, 0, scalar.Value.Length) == 0
            ? text.Remove(at, scalar.Value.Length).Insert(at, version.ToString()) : null;
    }

    /// <summary>Adds an entry before the first one of a mapping.</summary>
    private static string? Inside(string text, Mapping mapping, string entry, string ending)
    {
        if (IsFlow(text, mapping))
        {
            return Offset(text, mapping.Position) is { } brace
                ? text.Insert(brace + 1, mapping.Entries.IsEmpty ? $" {entry} " : $" {entry},") : null;
        }

        return mapping.Entries is [var first, ..] && Offset(text, first.KeyPosition) is { } at
            ? text.Insert(AboveComments(text, at), new string(' ', first.KeyPosition.Column - 1) + entry + ending) : null;
    }

    /// <summary>
    /// The start of a key's line, or of the comments directly above it in the key's column. Comments in another column belong to the
    /// section above, or to a text.
    /// </summary>
    private static int AboveComments(string text, int key)
    {
        var at = text.LastIndexOf('\n', key - 1) + 1;
        var column = key - at;
        while (at > 0)
        {
            var above = at == 1 ? 0 : text.LastIndexOf('\n', at - 2) + 1;
            var line = text.AsSpan(above, at - above).TrimStart('\uFEFF');
            if (line.IndexOfAnyExcept(' ') != column || line[column] != '#')
            {
                break;
            }

            at = above;
        }

        return at;
    }

    private static bool IsFlow(string text, Mapping mapping) => Offset(text, mapping.Position) is { } at && text[at] == '{';

    private static int? Offset(string text, Position position)
    {
        var at = 0;
        for (var line = 1; line < position.Line; line++)
        {
            at = text.IndexOf('\n', at) + 1;
            if (at == 0)
            {
                return null;
            }
        }

        at += position.Column - 1 + (position.Line == 1 && text.StartsWith('\uFEFF') ? 1 : 0);
        return at >= 0 && at < text.Length ? at : null;
    }
}
