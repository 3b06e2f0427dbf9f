using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>Runs one test in a separate test host with separate sessions, for a test that kills the host.</summary>
internal sealed class KilledRun : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("killed-").FullName;

    public string Sessions => Path.Combine(root, Path.GetFileName(RunSession.Root));

    /// <summary>The session's folder; null if it does not exist.</summary>
    public string? Folder => Directory.Exists(Sessions) ? Directory.GetDirectories(Sessions).SingleOrDefault() : null;

    /// <summary>Starts the host; its output is hidden, because its errors would look like faults of this run.</summary>
    public Process Start(string test, TimeSpan limit, string prefix)
    {
        var milliseconds = limit.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        return Process.Start(new ProcessStartInfo("/bin/sh",
        [
            "-c", "exec \"$@\" >\"$TMPDIR/output\" 2>&1", "sh",
            "dotnet", "test", typeof(KilledRun).Assembly.Location,
            "--filter", $"Name={test}", "--", $"RunConfiguration.TestSessionTimeout={milliseconds}",
        ])
        {
            Environment = { ["TMPDIR"] = root, ["ACCEPTANCE_PREFIX"] = prefix, ["ACCEPTANCE_KEEP_CLUSTERS"] = "false" },
        })!;
    }

    /// <summary>Kills the test host.</summary>
    public async Task End(CancellationToken cancellationToken) =>
        await Kill((await File.ReadAllTextAsync(Path.Combine(Folder!, "owner"), cancellationToken)).Split(' ')[0], cancellationToken);

    /// <summary>Kills its reaper.</summary>
    public async Task EndReaper(CancellationToken cancellationToken)
    {
        // Its argument is its folder.
        foreach (var process in Process.GetProcesses().Where(process => Command(process).EndsWith($"{Folder} ", StringComparison.Ordinal)))
        {
            await Kill(process.Id.ToString(CultureInfo.InvariantCulture), cancellationToken);
        }
    }

    /// <summary>Its output: why it ended by itself, if it did.</summary>
    public string Output => File.Exists(Path.Combine(root, "output")) ? File.ReadAllText(Path.Combine(root, "output")) : "";

    public IEnumerable<string?> Files() => Folder is { } folder ? Directory.GetFiles(folder).Select(Path.GetFileName) : [];

    /// <summary>The command lines of running processes that contain a text.</summary>
    public static IReadOnlyList<string> Programs(string about) =>
        [.. Process.GetProcesses().Select(Command).Where(command => command.Contains(about))];

    /// <summary>The same for one program.</summary>
    public static IReadOnlyList<string?> Programs(string name, string about) =>
        [.. Process.GetProcessesByName(name).Select(Command).Where(command => command.Contains(about))];

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static async Task Kill(string id, CancellationToken cancellationToken) =>
        await Cli.Wrap("kill").WithArguments(["-KILL", id]).ExecuteBufferedAsync(cancellationToken);

    private static string Command(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return ""; // it ended
        }
    }
}
