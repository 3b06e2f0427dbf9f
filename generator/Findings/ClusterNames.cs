namespace PlatformGitOps.Generator.Findings;

/// <summary>Names of clusters in a text: what differs in them alone is the same.</summary>
internal static class ClusterNames
{
    /// <summary>The text with a mark in place of the cluster's name, where that is a word of its own.</summary>
    public static string Neutral(string text, string cluster) => text.Contains(cluster)
        ? Regex.Replace(text, $@"(?<![A-Za-z0-9]){Regex.Escape(cluster)}(?![A-Za-z0-9])", "\0") : text;
}
