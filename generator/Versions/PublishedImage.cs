namespace PlatformGitOps.Generator.Versions;

/// <summary>Images that the release workflow publishes under the version of this program.</summary>
public static class PublishedImage
{
    private const string Registry = "ghcr.io/platform-gitops";

    /// <summary>The DNS health controller.</summary>
    public static string Controller { get; } = Of("dns-health-controller");

    public static string Of(string name) => $"{Registry}/{name}:{typeof(PublishedImage).Assembly.GetName().Version!.ToString(3)}";
}
