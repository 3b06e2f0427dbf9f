using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Adapters;

public sealed class ProcessCommands : ICommands
{
    public async Task<CommandResult> Run(CommandLine command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = StartInfo(command) };
        var started = Stopwatch.GetTimestamp();
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new ProgramMissingException(command.Program, exception);
        }

        // The whole tree: kind and helm leave children behind that would go on working.
        await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = Collect(process.StandardOutput, command.OnLine);
        var error = Collect(process.StandardError, command.OnLine);
        await Feed(process, command.Input);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var result = new CommandResult(process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(started));
        return result.Succeeded || command.AnyExitCode ? result : throw new CommandFailedException(command, result);
    }

    private static ProcessStartInfo StartInfo(CommandLine command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = command.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<string> Collect(StreamReader reader, Action<string>? onLine)
    {
        if (onLine is null)
        {
            return await reader.ReadToEndAsync(CancellationToken.None);
        }

        var text = new StringBuilder();
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            text.Append(line).Append('\n');
            onLine(line);
        }

        return text.ToString();
    }

    private static async Task Feed(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code tells why.
        }
    }
}
