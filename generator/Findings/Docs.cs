namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// URLs of the product's documentation, for messages and descriptions: a repository made by <c>init</c> has no docs. They name the branch
/// main, because a release's tag does not exist before the release.
/// </summary>
public static partial class Docs
{
    private const string Folder = "https://github.com/platform-gitops/platform-gitops/blob/main/docs/";

    /// <summary>The URL of a page.</summary>
    /// <param name="page">The file, optionally with the anchor of a heading: <c>takeover.md#eks</c>.</param>
    public static string Page(string page) => Folder + page;

    /// <summary>The text for one of the pages: each URL becomes a relative link.</summary>
    public static string Linked(string text) => Address().Replace(text, "[${name}](${name}.md${anchor})");

    [GeneratedRegex("https://github\\.com/platform-gitops/platform-gitops/blob/main/docs/(?<name>[a-z-]+)\\.md(?<anchor>#[a-z-]+)?")]
    private static partial Regex Address();
}
