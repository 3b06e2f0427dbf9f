namespace PlatformGitOps.Controller.Watching;

/// <summary>How long to wait before the next try: doubled up to a cap, with jitter, so that many do not come back at once.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    /// <param name="failures">In a row, from 1.</param>
    /// <param name="jitter">From 0 to 1.</param>
    /// <param name="retryAfter">What the server asked for; never undercut.</param>
    public static TimeSpan Delay(int failures, double jitter, TimeSpan? retryAfter = null)
    {
        var full = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        var capped = full < Cap ? full : Cap;
        var delay = (capped / 2) + (capped / 2 * jitter);
        return retryAfter is { } least ? least + (delay / 2) : delay;
    }
}
