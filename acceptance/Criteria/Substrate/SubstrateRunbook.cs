using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Delivery;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The commands of docs/substrate.md: each block of the language sh, the heading above it, the hosts of its first line.</summary>
internal static partial class SubstrateRunbook
{
    public sealed record Block(string Title, IReadOnlyList<string> Hosts, string Script);

    private static readonly Lazy<string> Page = new(() =>
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "substrate.md")).ReplaceLineEndings("\n"));

    public static IReadOnlyList<Block> Blocks { get; } = [.. Read(Page.Value)];

    /// <summary>Blocks of other languages, and of none: pictures, definitions, files.</summary>
    public static IReadOnlyList<string> Others => [.. Fence().Matches(Page.Value).Where(block => block.Groups["language"].Value != "sh")
        .Select(block => block.Groups["text"].Value)];

    public static Block Of(string title) => Blocks.Single(block => block.Title == title);

    public static IEnumerable<Block> Read(string page) =>
        from Match fence in Fence().Matches(page)
        where fence.Groups["language"].Value == "sh"
        let text = fence.Groups["text"].Value
        select new Block(
            Heading().Matches(page[..fence.Index])[^1].Groups[1].Value,
            [.. Host().Matches(text.Split('\n')[0]).Select(host => host.Value)],
            text);

    [GeneratedRegex("^```(?<language>[a-z]*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\b(dns|cp)-\d\b")]
    private static partial Regex Host();
}
