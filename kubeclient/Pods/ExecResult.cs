namespace PlatformGitOps.KubeClient.Pods;

/// <summary>What a command in a container left behind.</summary>
public sealed record ExecResult
{
    public required string Output { get; init; }
    public required string Errors { get; init; }
    public required int ExitCode { get; init; }
}
