using System.Text;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>Changes of the text of a definition that leave its comments and its layout as they are.</summary>
internal static class DefinitionEdit
{
    /// <summary>The text with another version of a chart; null where it cannot be changed in place.</summary>
    /// <param name="text">A sound definition.</param>
    /// <param name="chart">The key below <c>charts</c>.</param>
    /// <param name="version">The version to write.</param>
    public static string? WithChartVersion(string text, string chart, SemVer version)
    {
        if (YamlReader.Read("", Encoding.UTF8.GetBytes(text), YamlOptions.Default) is not { Documents: [Mapping root, ..] })
        {
            return null;
        }

        if (root.At("charts", chart, "version") is Scalar scalar)
        {
            return Replaced(text, scalar, version);
        }

        var ending = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return root.At("charts", chart) is Mapping pin ? Inside(text, pin, $"version: {version}", ending)
            : root["charts"] is Mapping charts ? Inside(text, charts, $"{chart}: {{ version: {version} }}", ending)
            // Before the first key: below it, the end of a block is harder to see.
            : root.Entries is [var first, ..] && !IsFlow(text, root) && Offset(text, first.KeyPosition) is { } at
                ? text.Insert(at, $"charts: {{ {chart}: {{ version: {version} }} }}{ending}") : null;
    }

    private static string? Replaced(string text, Scalar scalar, SemVer version)
    {
        if (Offset(text, scalar.Position) is not { } at)
        {
            return null;
        }

        // Without and with quotes; anything else, such as a block scalar, is left to a person.
        at += text[at] is '"' or '\'' ? 1 : 0;
        return string.CompareOrdinal(text, at, scalar.Value, 0, scalar.Value.Length) == 0
            ? text.Remove(at, scalar.Value.Length).Insert(at, version.ToString()) : null;
    }

    /// <summary>Adds an entry in front of the first one of a mapping.</summary>
    private static string? Inside(string text, Mapping mapping, string entry, string ending)
    {
        if (IsFlow(text, mapping))
        {
            return Offset(text, mapping.Position) is { } brace
                ? text.Insert(brace + 1, mapping.Entries.IsEmpty ? $" {entry} " : $" {entry},") : null;
        }

        return mapping.Entries is [var first, ..] && Offset(text, first.KeyPosition) is { } at
            ? text.Insert(at, entry + ending + new string(' ', first.KeyPosition.Column - 1)) : null;
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
