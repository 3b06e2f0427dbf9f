using System.ComponentModel;
using System.Diagnostics;

namespace PlatformGitOps.Generator.Tools;

/// <summary>Runs a program without a shell.</summary>
public static class ToolProcess
{
    private const int NotStarted = 127;

    /// <summary>Runs to the end, to the time limit or to cancellation; in the last two cases the whole process tree is ended.</summary>
    /// <param name="file">The program's file.</param>
    /// <param name="arguments">Its arguments, one by one; secrets go into files instead.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="time">What measures that.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ToolResult> RunAsync(string file, IEnumerable<string> arguments, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false },
        };
        var program = Path.GetFileName(file);
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new ToolResult { Program = program, ExitCode = NotStarted, Output = "", Error = exception.Message };
        }

        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            // The pipes close when the last of the tree has gone, and only then is there nothing more to read.
            await Task.WhenAll(process.WaitForExitAsync(either.Token), output.WaitAsync(either.Token), error.WaitAsync(either.Token)).ConfigureAwait(false);
            return new ToolResult { Program = program, ExitCode = process.ExitCode, Output = await output.ConfigureAwait(false), Error = await error.ConfigureAwait(false) };
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return new ToolResult { Program = program, ExitCode = NotStarted, Output = "", Error = error.IsCompletedSuccessfully ? await error.ConfigureAwait(false) : "", TimedOut = true };
        }
    }
}
