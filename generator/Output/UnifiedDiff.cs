using DiffPlex;
using DiffPlex.Model;

namespace PlatformGitOps.Generator.Output;

/// <summary>Unified diffs that <c>patch</c> and reviewers can read.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The diff from one text to another, empty if they are equal; <c>\r\n</c> counts as <c>\n</c>.</summary>
    /// <param name="path">Named in the header.</param>
    /// <param name="before">The text of the lines with a minus.</param>
    /// <param name="after">The text of the lines with a plus.</param>
    public static string Of(string path, string before, string after)
    {
        var diff = new Differ().CreateCustomDiffs(before, after, ignoreWhiteSpace: false, Lines);
        if (diff.DiffBlocks.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder($"--- a/{path}\n+++ b/{path}\n");
        foreach (var hunk in Hunks(diff.DiffBlocks))
        {
            AppendHunk(text, hunk, [.. diff.PiecesOld], [.. diff.PiecesNew]);
        }

        return text.ToString();
    }

    /// <summary>Joins blocks into one hunk if their contexts would touch.</summary>
    private static IEnumerable<List<DiffBlock>> Hunks(IEnumerable<DiffBlock> blocks)
    {
        var hunk = new List<DiffBlock>();
        foreach (var block in blocks)
        {
            if (hunk.Count > 0 && block.DeleteStartA - (hunk[^1].DeleteStartA + hunk[^1].DeleteCountA) > 2 * Context)
            {
                yield return hunk;
                hunk = [];
            }

            hunk.Add(block);
        }

        yield return hunk;
    }

    private static void AppendHunk(StringBuilder text, List<DiffBlock> blocks, string[] old, string[] now)
    {
        var lead = Math.Min(Context, blocks[0].DeleteStartA);
        var start = blocks[0].DeleteStartA - lead;
        var end = Math.Min(old.Length, blocks[^1].DeleteStartA + blocks[^1].DeleteCountA + Context);
        var added = blocks.Sum(block => block.InsertCountB) - blocks.Sum(block => block.DeleteCountA);
        text.Append("@@ -").Append(Range(start, end - start));
        text.Append(" +").Append(Range(blocks[0].InsertStartB - lead, end - start + added)).Append(" @@\n");

        var at = start;
        foreach (var block in blocks)
        {
            Append(text, ' ', old.AsSpan(at..block.DeleteStartA));
            at = block.DeleteStartA + block.DeleteCountA;
            Append(text, '-', old.AsSpan(block.DeleteStartA..at));
            Append(text, '+', now.AsSpan(block.InsertStartB, block.InsertCountB));
        }

        Append(text, ' ', old.AsSpan(at..end));
    }

    private static void Append(StringBuilder text, char mark, ReadOnlySpan<string> lines)
    {
        foreach (var line in lines)
        {
            text.Append(mark).Append(line).Append('\n');
        }
    }

    // An empty range names the line before it (POSIX diff, "Unified format").
    private static string Range(int start, int count) =>
        $"{(count == 0 ? start : start + 1)},{count}";

    /// <summary>The lines without line breaks; a last line without one gets the note of diff.</summary>
    private static string[] Lines(string text) => text.Replace("\r\n", "\n").Split('\n') switch
    {
        [.. var whole, ""] => whole,
        [.. var whole, var last] => [.. whole, last + "\n\\ No newline at end of file"],
        [] => [],
    };
}
