namespace PlatformGitOps.KubeClient.Requests;

/// <summary>What happens to the objects that a deleted one owns.</summary>
public enum Propagation
{
    Background,
    Foreground,
    Orphan,
}
