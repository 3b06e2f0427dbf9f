namespace PlatformGitOps.Generator.Lint;

/// <summary>An ignored finding, and the reason.</summary>
public sealed record IgnoredFinding(Finding Finding, string Reason);

/// <summary>
/// Findings that users ignore: with entries of the definition, and with comments <c># lint-ignore RULE: the reason</c> at the end of a
/// line, or on a separate line above. A comment without a reason has no effect.
/// </summary>
public static partial class IgnoredFindings
{
    /// <summary>The rule of a comment or an entry without an effect.</summary>
    public const string RuleUnused = "lint-ignore-unused";

    private const string Word = "lint-ignore";

    /// <returns>The remaining and the ignored findings.</returns>
    public static (ImmutableArray<Finding> Left, ImmutableArray<IgnoredFinding> Ignored) Split(
        SourceTree tree, IEnumerable<Finding> findings) => Split(tree, findings, LintSettings.None, _ => null);

    /// <param name="tree">The files, for their comments.</param>
    /// <param name="findings">All findings.</param>
    /// <param name="settings">The definition's settings.</param>
    /// <param name="unused">Returns the finding about an entry of the definition without an effect, by its index; null if only a part of
    /// the tree was checked.</param>
    /// <returns>The remaining and the ignored findings.</returns>
    public static (ImmutableArray<Finding> Left, ImmutableArray<IgnoredFinding> Ignored) Split(
        SourceTree tree, IEnumerable<Finding> findings, LintSettings settings, Func<int, Finding?>? unused)
    {
        var lines = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var (left, ignored) = (ImmutableArray.CreateBuilder<Finding>(), ImmutableArray.CreateBuilder<IgnoredFinding>());
        Func<Finding, bool>[] entries = [.. settings.Ignore.Select(entry => entry.Matcher())];
        var (used, comments) = (new bool[entries.Length], new HashSet<(string File, int Line)>());
        foreach (var finding in findings)
        {
            if (!lines.TryGetValue(finding.File, out var text))
            {
                text = tree.Read(finding.File) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : [];
                lines.Add(finding.File, text);
            }

            var (mark, at) = Mark(finding, text);
            if (mark is not null)
            {
                comments.Add((finding.File, at));
            }

            if (mark is { Length: > 0 } reason)
            {
                ignored.Add(new IgnoredFinding(finding, reason));
            }
            else if (Array.FindIndex(entries, holds => holds(finding)) is >= 0 and var index)
            {
                used[index] = true;
                ignored.Add(new IgnoredFinding(finding, settings.Ignore[index].Reason));
            }
            else
            {
                left.Add(settings.Weighed(mark is null ? finding : finding with
                {
                    Fix = $"{finding.Fix} The comment beside it needs a reason: '# {Word} {finding.Rule}: why'.",
                }));
            }
        }

        if (unused is not null)
        {
            left.AddRange(UnusedComments(tree, comments)
                .Concat(Enumerable.Range(0, used.Length).Where(index => !used[index]).Select(unused).OfType<Finding>())
                .Select(settings.Weighed));
        }

        return (left.ToImmutable(), ignored.ToImmutable());
    }

    /// <summary>Comments for a rule of lint without such a finding on their line.</summary>
    private static IEnumerable<Finding> UnusedComments(SourceTree tree, HashSet<(string File, int Line)> used) =>
        from file in tree.FilesBelow(Layout.Root)
        where file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal)
        let bytes = tree.Read(file)
        where bytes is not null && bytes.AsSpan().IndexOf("lint-ignore"u8) >= 0
        from line in Encoding.UTF8.GetString(bytes).Split('\n').Select((text, index) => (text, index))
        let mark = Comment().Match(line.text)
        where mark.Success && LintRules.IsKnown(mark.Groups["rule"].Value) && !used.Contains((file, line.index))
        select new Finding
        {
            Rule = RuleUnused,
            File = file,
            Position = new Position(line.index + 1, line.text.IndexOf('#', StringComparison.Ordinal) + 1),
            Message = $"This comment keeps no finding of {mark.Groups["rule"].Value} back.",
            Fix = "Delete it.",
        };

    /// <summary>The reason in the comment for a finding, empty if it has none, and its line; null without such a comment.</summary>
    private static (string? Reason, int Line) Mark(Finding finding, string[] lines)
    {
        for (var index = finding.Position.Line - 1; index >= 0 && index < lines.Length; index--)
        {
            var isOwn = index == finding.Position.Line - 1;
            if (!isOwn && !lines[index].TrimStart().StartsWith('#'))
            {
                break;
            }

            if (Comment().Match(lines[index]) is { Success: true } mark && mark.Groups["rule"].Value == finding.Rule)
            {
                return (mark.Groups["reason"].Value.Trim(), index);
            }
        }

        return (null, -1);
    }

    [GeneratedRegex(@"(^|\s)#\s*lint-ignore\s+(?<rule>[a-z0-9-]+)\s*(:(?<reason>.*))?$")]
    private static partial Regex Comment();
}
