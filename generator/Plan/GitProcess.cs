using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Runs git without a shell and takes its output as bytes.</summary>
internal static class GitProcess
{
    /// <summary>Runs git in a folder; cancelling ends it.</summary>
    /// <exception cref="GitException">There is no git.</exception>
    public static async Task<(int ExitCode, byte[] Output, string Error)> RunAsync(string folder, IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("git", ["-C", folder, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new GitException($"git cannot be started ({exception.Message}). Install git: a plan compares with a commit.");
        }

        try
        {
            // All three at once: git stops reading when nobody takes what it writes.
            using var output = new MemoryStream();
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken), FeedAsync(process, input, cancellationToken)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, output.ToArray(), (await error.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task FeedAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(input), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Git ended early; its exit code and its error say why.
        }
    }
}
