namespace PlatformGitOps.KubeClient.Requests;

/// <summary>Where a watch begins and when it is given up.</summary>
public sealed record WatchQuery
{
    /// <summary>The resourceVersion of the list before; the watch tells what happened after it.</summary>
    public required string ResourceVersion { get; init; }

    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>The server ends the watch by itself after this time.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A watch that says nothing for so long is taken for dead. Bookmarks come about once a minute, so a live one is never that
    /// silent; a proxy that dropped the connection without a word is.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(2);

    internal string ToQuery() => new QueryText()
        .Add("watch", "1")
        .Add("allowWatchBookmarks", "true")
        .Add("resourceVersion", ResourceVersion)
        .Add("labelSelector", LabelSelector)
        .Add("fieldSelector", FieldSelector)
        .Add("timeoutSeconds", (int)ServerTimeout.TotalSeconds)
        .ToString();
}
