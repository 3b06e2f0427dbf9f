namespace PlatformGitOps.KubeClient.Watching;

/// <summary>One thing a watch says. The last one is always <see cref="Ended"/>: a watch never stops without a word.</summary>
public abstract record WatchEvent<T>
{
    private WatchEvent()
    {
    }

    /// <summary>The server took the watch; always the first one, unless it is <see cref="Ended"/>.</summary>
    public sealed record Opened : WatchEvent<T>;

    public sealed record Added(T Item) : WatchEvent<T>;

    public sealed record Modified(T Item) : WatchEvent<T>;

    public sealed record Deleted(T Item) : WatchEvent<T>;

    /// <summary>Nothing changed, but the watch lives and may be taken up again from here (KEP-956).</summary>
    public sealed record Bookmark(string ResourceVersion) : WatchEvent<T>;

    public sealed record Ended(WatchEnd Reason, TimeSpan? RetryAfter = null, string? Detail = null) : WatchEvent<T>;
}
