using System.ComponentModel;
using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>Removal through the docker command: the reaper must work when nothing of the suite does any more.</summary>
internal static class Docker
{
    public static async Task RemoveContainers(string label, CancellationToken cancellationToken)
    {
        var listed = await Run(cancellationToken, "ps", "--all", "--quiet", "--filter", $"label={label}");
        var ids = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (ids.Length > 0)
        {
            await Run(cancellationToken, ["rm", "--force", "--volumes", .. ids]);
        }
    }

    public static Task RemoveContainer(string name, CancellationToken cancellationToken) =>
        Run(cancellationToken, "rm", "--force", "--volumes", name);

    public static Task RemoveNetwork(string name, CancellationToken cancellationToken) => Run(cancellationToken, "network", "rm", name);

    private static async Task<string> Run(CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await error;
            await process.WaitForExitAsync(cancellationToken);
            return output;
        }
        catch (Win32Exception)
        {
            return ""; // no docker command: then no container was made either
        }
    }
}
