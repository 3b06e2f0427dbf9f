using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>
/// Programs of a session that outlive it: a running kind would create nodes after their removal. They are identified by an environment
/// variable, which child processes inherit. Linux only: it is read from /proc.
/// </summary>
internal static class Children
{
    private const int Passes = 20;

    /// <summary>Kills them, repeatedly until a pass finds none, because they may start others.</summary>
    public static async Task End(string session, CancellationToken cancellationToken)
    {
        for (var pass = 0; pass < Passes && Directory.Exists("/proc"); pass++)
        {
            var found = Directory.GetDirectories("/proc").Select(Path.GetFileName)
                .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0 && id != Environment.ProcessId && Belongs(id, session)).ToList();
            foreach (var id in found)
            {
                await Kill(id, cancellationToken);
            }

            if (found.Count == 0)
            {
                return;
            }
        }
    }

    private static bool Belongs(int id, string session)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/environ")).Split('\0').Contains($"{Session.Variable}={session}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it ended, or belongs to another user
        }
    }

    private static async Task Kill(int id, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync(either.Token);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The kernel has not ended it yet; a later pass may find none.
        }
    }
}

/// <summary>Removes objects with the docker command: the reaper must work without the rest of the suite.</summary>
internal static class Docker
{
    /// <returns>The error; null if none is left.</returns>
    public static async Task<string?> RemoveContainers(string label, CancellationToken cancellationToken)
    {
        var (listed, problem) = await Commands.Run("docker", cancellationToken, "ps", "--all", "--quiet", "--filter", $"label={label}");
        var ids = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return problem ?? (ids.Length == 0 ? null : await Remove(["rm", "--force", "--volumes", .. ids], cancellationToken));
    }

    /// <returns>The error; null if it is removed.</returns>
    public static Task<string?> RemoveContainer(string name, CancellationToken cancellationToken) =>
        Remove(["rm", "--force", "--volumes", name], cancellationToken);

    /// <returns>The error; null if it is removed.</returns>
    public static Task<string?> RemoveNetwork(string name, CancellationToken cancellationToken) =>
        Remove(["network", "rm", name], cancellationToken);

    private static async Task<string?> Remove(string[] arguments, CancellationToken cancellationToken)
    {
        var (_, problem) = await Commands.Run("docker", cancellationToken, arguments);
        // "No such container", "network x not found".
        return problem is not null && (problem.Contains("No such") || problem.Contains("not found")) ? null : problem;
    }
}

/// <summary>Addresses that only this machine has.</summary>
internal static class Loopback
{
    /// <summary>Ignores a missing address.</summary>
    public static Task RemoveAddress(string address, CancellationToken cancellationToken) =>
        Commands.Run("ip", cancellationToken, "addr", "del", address, "dev", "lo");
}

internal static class Commands
{
    /// <summary>
    /// A command's output, and its error if it fails. Empty if the command is not installed, since then nothing was created with it.
    /// </summary>
    public static async Task<(string Output, string? Problem)> Run(
        string program, CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            var said = await error;
            await process.WaitForExitAsync(cancellationToken);
            return (output, process.ExitCode == 0 ? null : $"{program} {start.ArgumentList[0]}: {said.Trim()}");
        }
        catch (Win32Exception)
        {
            return ("", null);
        }
    }
}
