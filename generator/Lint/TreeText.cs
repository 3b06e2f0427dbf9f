using System.Collections.Concurrent;
using System.Text;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>The lines of the files, to tell the column of a word inside of a long text.</summary>
public sealed class TreeText(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, string[]> lines = new(StringComparer.Ordinal);

    /// <summary>Where a word of a scalar stands.</summary>
    /// <param name="scalar">The scalar.</param>
    /// <param name="offset">Where the word begins in the scalar's text.</param>
    /// <param name="word">The word, as it is in the file.</param>
    public Position Place(Scalar scalar, int offset, string word)
    {
        // The text of a block begins in the line below its sign; line breaks of a folded text are not those of the file.
        var breaks = scalar.Value.AsSpan(0, offset).Count('\n');
        var first = scalar.Position.Line + breaks + (scalar.Value.Contains('\n', StringComparison.Ordinal) ? 1 : 0);
        var file = lines.GetOrAdd(scalar.File, name => tree.Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : []);
        for (var line = first; line <= file.Length; line++)
        {
            var from = line == scalar.Position.Line ? scalar.Position.Column - 1 : 0;
            if (from <= file[line - 1].Length && file[line - 1].IndexOf(word, from, StringComparison.Ordinal) is var found and >= 0)
            {
                return new Position(line, found + 1);
            }
        }

        return scalar.Position;
    }
}
