namespace PlatformGitOps.Acceptance.Ports;

public sealed record CommandResult(int ExitCode, string Output, string Error, TimeSpan Took)
{
    public bool Succeeded => ExitCode == 0;
}
