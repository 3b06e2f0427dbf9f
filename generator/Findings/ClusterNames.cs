namespace PlatformGitOps.Generator.Findings;

/// <summary>Compares texts without the names of clusters.</summary>
internal static class ClusterNames
{
    /// <summary>The text with a placeholder for the cluster's name, if it is a whole word.</summary>
    public static string Neutral(string text, string cluster) => text.Contains(cluster)
        ? Regex.Replace(text, $@"(?<![A-Za-z0-9]){Regex.Escape(cluster)}(?![A-Za-z0-9])", "\0") : text;
}
