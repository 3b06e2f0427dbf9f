using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Lint;

/// <summary>A finding that the owner of a file keeps back, and why.</summary>
public sealed record IgnoredFinding(Finding Finding, string Reason);

/// <summary>
/// Comments in the tree by which its owner keeps a finding back: <c># lint-ignore RULE: the reason</c> at the end of its line, or in a line
/// of its own above. One without a reason keeps nothing back.
/// </summary>
public static partial class IgnoredFindings
{
    /// <returns>What is left, and what is kept back.</returns>
    public static (ImmutableArray<Finding> Left, ImmutableArray<IgnoredFinding> Ignored) Split(
        SourceTree tree, IEnumerable<Finding> findings)
    {
        var lines = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var (left, ignored) = (ImmutableArray.CreateBuilder<Finding>(), ImmutableArray.CreateBuilder<IgnoredFinding>());
        foreach (var finding in findings)
        {
            if (!lines.TryGetValue(finding.File, out var text))
            {
                text = tree.Read(finding.File) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : [];
                lines.Add(finding.File, text);
            }

            var mark = Mark(finding, text);
            if (mark is { Length: > 0 } reason)
            {
                ignored.Add(new IgnoredFinding(finding, reason));
            }
            else
            {
                left.Add(mark is null ? finding : finding with
                {
                    Fix = $"{finding.Fix} The comment beside it needs a reason: '# lint-ignore {finding.Rule}: why'.",
                });
            }
        }

        return (left.ToImmutable(), ignored.ToImmutable());
    }

    /// <summary>The reason of the comment on a finding, empty where it has none; null without such a comment.</summary>
    private static string? Mark(Finding finding, string[] lines)
    {
        for (var index = finding.Position.Line - 1; index >= 0 && index < lines.Length; index--)
        {
            var isOwn = index == finding.Position.Line - 1;
            if (!isOwn && !lines[index].TrimStart().StartsWith('#'))
            {
                return null;
            }

            if (Comment().Match(lines[index]) is { Success: true } mark && mark.Groups["rule"].Value == finding.Rule)
            {
                return mark.Groups["reason"].Value.Trim();
            }
        }

        return null;
    }

    [GeneratedRegex(@"(^|\s)#\s*lint-ignore\s+(?<rule>[a-z0-9-]+)\s*(:(?<reason>.*))?$")]
    private static partial Regex Comment();
}
