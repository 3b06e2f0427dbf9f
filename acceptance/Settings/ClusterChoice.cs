namespace PlatformGitOps.Acceptance.Settings;

public enum ClusterChoice
{
    Auto,
    Kind,
    K3s,
    Existing,
    None,
}
