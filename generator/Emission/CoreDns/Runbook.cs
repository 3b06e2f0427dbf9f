using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>Where an alert's runbook can be read.</summary>
internal static class Runbook
{
    private const string Page = "docs/alerts.md";

    /// <summary>
    /// The page in the repository's web view where the address tells it (the path of GitHub, GitLab and Gitea), else the page's path.
    /// </summary>
    public static string Url(SourceRepository repository, string alert)
    {
        var anchor = $"{Page}#{alert.ToLowerInvariant()}";
        if (repository.Kind != SourceKind.Git || !Uri.TryCreate(repository.Url, UriKind.Absolute, out var url))
        {
            return anchor;
        }

        var path = url.AbsolutePath.EndsWith(".git", StringComparison.Ordinal) ? url.AbsolutePath[..^".git".Length] : url.AbsolutePath;
        return $"https://{url.Host}{path}/blob/{repository.Branch ?? repository.Tag}/{anchor}";
    }
}
