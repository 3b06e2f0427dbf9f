namespace PlatformGitOps.KubeClient.Watching;

/// <summary>Why a watch is over, which decides how it is taken up again.</summary>
public enum WatchEnd
{
    /// <summary>The server closed it in good order, as it does every few minutes: watch on from the last version.</summary>
    Closed,

    /// <summary>410: the version is no longer kept. Only a new list helps.</summary>
    Gone,

    /// <summary>Neither event nor bookmark for longer than a live watch is silent: a dead connection.</summary>
    Silent,

    /// <summary>The server asked for a pause (429, 503).</summary>
    Throttled,

    /// <summary>The connection broke or the server answered nonsense.</summary>
    Failed,
}
