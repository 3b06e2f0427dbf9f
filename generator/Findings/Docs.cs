namespace PlatformGitOps.Generator.Findings;

/// <summary>
/// Addresses of the product's pages, for messages and descriptions: a repository that <c>init</c> makes has no pages of its own. They are
/// those of the branch main, because the tag of a release does not exist before the release.
/// </summary>
public static partial class Docs
{
    private const string Folder = "https://github.com/platform-gitops/platform-gitops/blob/main/docs/";

    /// <summary>The address of a page.</summary>
    /// <param name="page">Its file, with the anchor of a heading where one is meant: <c>takeover.md#eks</c>.</param>
    public static string Page(string page) => Folder + page;

    /// <summary>The same text for one of the pages: an address becomes a link to the file beside it.</summary>
    public static string Linked(string text) => Address().Replace(text, "[${name}](${name}.md${anchor})");

    [GeneratedRegex("https://github\\.com/platform-gitops/platform-gitops/blob/main/docs/(?<name>[a-z-]+)\\.md(?<anchor>#[a-z-]+)?")]
    private static partial Regex Address();
}
