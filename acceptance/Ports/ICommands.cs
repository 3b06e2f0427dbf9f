namespace PlatformGitOps.Acceptance.Ports;

/// <summary>Runs the programs that the suite needs from PATH: kind, kubectl, helm, flux, docker.</summary>
public interface ICommands
{
    /// <summary>Runs a program to its end. Cancelling kills the program and everything that it started.</summary>
    /// <exception cref="CommandFailedException">The exit code is not 0 and <see cref="CommandLine.AnyExitCode"/> is not set.</exception>
    /// <exception cref="ProgramMissingException">PATH has no such program.</exception>
    Task<CommandResult> Run(CommandLine command, CancellationToken cancellationToken);
}
