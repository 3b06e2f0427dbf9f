using System.Text.RegularExpressions;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The commands of 'Everything lost' in docs/substrate.md, each with the host on which it is given.</summary>
internal static partial class RestoreRunbook
{
    public static IReadOnlyList<(string Host, string[] Words)> Read(string page)
    {
        var block = Section().Match(page).Groups[1].Value;
        var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldNotBeEmpty("docs/substrate.md has no commands for 'Everything lost'");
        return [.. lines.Select(line => Command().Match(line)).Select(line =>
        {
            line.Success.ShouldBeTrue("a line of 'Everything lost' does not end with its host");
            return (line.Groups[2].Value, line.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        })];
    }

    [GeneratedRegex(@"^## Everything lost\n[^`]*(?:`[^`\n]+`[^`]*)*```sh\n(.*?)```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^((?:sh|scp) .*?) +# on ([a-z0-9-]+)$")]
    private static partial Regex Command();
}
