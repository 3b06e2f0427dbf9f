namespace PlatformGitOps.Acceptance.Ports;

public sealed class ProgramMissingException(string program, Exception? inner = null)
    : Exception($"`{program}` is not on PATH", inner)
{
    public string Program { get; } = program;
}
