namespace PlatformGitOps.Acceptance.Ports;

public sealed class CommandFailedException(CommandLine command, CommandResult result)
    : Exception($"`{command}` ended with exit code {result.ExitCode} after {result.Took.TotalSeconds:0.0} s: {Tail(result)}")
{
    private const int TailLength = 2000;

    public CommandLine Command { get; } = command;
    public CommandResult Result { get; } = result;

    private static string Tail(CommandResult result)
    {
        var said = result.Error.Trim() is { Length: > 0 } error ? error : result.Output.Trim();
        return said.Length > TailLength ? "…" + said[^TailLength..] : said;
    }
}
