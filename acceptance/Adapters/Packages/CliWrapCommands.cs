using System.ComponentModel;
using System.Text;
using CliWrap;
using PlatformGitOps.Acceptance.Ports;
using CommandResult = PlatformGitOps.Acceptance.Ports.CommandResult;

namespace PlatformGitOps.Acceptance.Adapters;

public sealed class CliWrapCommands : ICommands
{
    public async Task<CommandResult> Run(CommandLine command, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var error = new StringBuilder();
        var wrapped = Cli.Wrap(command.Program)
            .WithArguments(command.Arguments)
            .WithEnvironmentVariables(command.Environment)
            .WithStandardInputPipe(command.Input is { } input ? PipeSource.FromString(input) : PipeSource.Null)
            .WithStandardOutputPipe(Collect(output, command.OnLine))
            .WithStandardErrorPipe(Collect(error, command.OnLine))
            .WithValidation(CommandResultValidation.None);
        if (command.WorkingDirectory is { } folder)
        {
            wrapped = wrapped.WithWorkingDirectory(folder);
        }

        try
        {
            var ended = await wrapped.ExecuteAsync(cancellationToken);
            var result = new CommandResult(ended.ExitCode, output.ToString(), error.ToString(), ended.RunTime);
            return result.Succeeded || command.AnyExitCode ? result : throw new CommandFailedException(command, result);
        }
        catch (Win32Exception exception)
        {
            throw new ProgramMissingException(command.Program, exception);
        }
    }

    private static PipeTarget Collect(StringBuilder text, Action<string>? onLine) =>
        onLine is null
            ? PipeTarget.ToStringBuilder(text)
            : PipeTarget.Merge(PipeTarget.ToStringBuilder(text), PipeTarget.ToDelegate(onLine));
}
