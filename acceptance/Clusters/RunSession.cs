using System.Diagnostics;
using PlatformGitOps.Acceptance.Reaper;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>
/// The session of this run. It removes leftovers of earlier runs at its start, and its own objects at its end. The reaper removes them if
/// this process dies.
/// </summary>
public sealed class RunSession : IAsyncDisposable
{
    /// <summary>Per user: users cannot create folders in each other's.</summary>
    public static string Root { get; } = Path.Combine(
        Path.GetTempPath(), $"platform-gitops-acceptance{(Environment.UserName == "root" ? "" : "-" + Environment.UserName)}");

    private static readonly Lazy<Task<RunSession>> Instance = new(BeginThisRun);
    private static int folders;

    private readonly Process reaper;

    private RunSession(Session session, Process reaper)
    {
        Session = session;
        this.reaper = reaper;
    }

    public static Task<RunSession> Current => Instance.Value;

    public Session Session { get; }

    public IReadOnlyDictionary<string, string> Labels => new Dictionary<string, string> { [Session.Label] = Session.Id };

    public static async Task<RunSession> Begin(string root, CancellationToken cancellationToken)
    {
        await Session.Own(root, cancellationToken);
        foreach (var orphan in Session.Orphans(root))
        {
            await Reap(orphan, cancellationToken);
        }

        var session = Session.Begin(root);
        return new RunSession(session, await StartReaper(session, cancellationToken));
    }

    /// <summary>
    /// A folder for programs that a test starts on this machine; both are removed with the run. Its path is short, because socket paths are
    /// limited to 107 characters.
    /// </summary>
    public static string NewFolder(string name)
    {
        var path = Path.Combine(Ours.Folder, $"{name}{Interlocked.Increment(ref folders)}");
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    /// <summary>The session of this run, which <see cref="SuiteLifetime"/> starts before all tests.</summary>
    public static Session Ours => Current.IsCompletedSuccessfully
        ? Current.Result.Session
        : throw new InvalidOperationException("the run has not begun");

    /// <summary>Programs of this run inherit the session's id from now on; its reaper must outlive them and does not.</summary>
    private static async Task<RunSession> BeginThisRun()
    {
        var run = await Begin(Root, CancellationToken.None);
        Environment.SetEnvironmentVariable(Session.Variable, run.Session.Id);
        return run;
    }

    /// <summary>A reaper removes the clusters of a killed run in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static async Task Reap(Session session, CancellationToken cancellationToken)
    {
        foreach (var problem in await session.Reap(Patience, cancellationToken))
        {
            await TestContext.Progress.WriteLineAsync($"acceptance: {session.Folder} stays, and the next run tries again: {problem}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Reap(Session, CancellationToken.None);
        reaper.Kill();
        await reaper.WaitForExitAsync();
        reaper.Dispose();
    }

    /// <summary>Starts the reaper, and returns when only the end of the session can end it.</summary>
    /// <param name="session">The session that it cleans up.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="programs">A folder in front of the search path, for tests.</param>
    public static async Task<Process> StartReaper(Session session, CancellationToken cancellationToken, string? programs = null)
    {
        // NuGet packages do not keep file modes: a packed reaper is started with the dotnet command.
        var program = Path.Combine(AppContext.BaseDirectory, "PlatformGitOps.Reaper");
        string[] command = Repository.IsPacked ? ["dotnet", program + ".dll"] : [program + (OperatingSystem.IsWindows() ? ".exe" : "")];
        var start = new ProcessStartInfo(command[0], [.. command[1..], session.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove(Session.Variable);
        if (programs is not null)
        {
            start.Environment["PATH"] = $"{programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        }

        var process = Process.Start(start)!;
        await process.StandardOutput.ReadLineAsync(cancellationToken);
        return process;
    }
}
