using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>
/// Programs that a session started and that outlive it: a kind that is not ended goes on making nodes after they were removed.
/// They are known by a variable of their environment, which they hand on to what they start in turn. Linux only, where /proc tells it.
/// </summary>
internal static class Children
{
    private const int Looks = 20;

    /// <summary>Kills them; a look that finds one is followed by another, because it may have started a further one meanwhile.</summary>
    public static async Task End(string session, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks && Directory.Exists("/proc"); look++)
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
            return false; // it ended, or is somebody else's
        }
    }

    private static async Task Kill(int id, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            await process.WaitForExitAsync(patience.Token);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The kernel still holds it; the next look may find it gone.
        }
    }
}
