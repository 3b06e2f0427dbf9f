namespace PlatformGitOps.Acceptance.Ports;

public enum ResourceChangeKind
{
    Added,
    Modified,
    Deleted,
}
