using System.Diagnostics;
using PlatformGitOps.Acceptance.Reaper;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>
/// The session of this run. What earlier runs left behind is removed when it begins; what this run makes is removed when it
/// ends, or by the reaper, which waits for the end of this process, however that comes.
/// </summary>
public sealed class RunSession : IAsyncDisposable
{
    /// <summary>Of one user: nobody can make a folder in that of another.</summary>
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
        foreach (var orphan in Session.Orphans(root))
        {
            await Reap(orphan, cancellationToken);
        }

        var session = Session.Begin(root);
        return new RunSession(session, await StartReaper(session, cancellationToken));
    }

    /// <summary>
    /// A folder for what a test starts on this machine: it goes with the run, and what runs in it too. Its path is short, because sockets
    /// are in it, whose paths have 107 characters at most.
    /// </summary>
    public static string NewFolder(string name)
    {
        var path = Path.Combine(Ours.Folder, $"{name}{Interlocked.Increment(ref folders)}");
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    /// <summary>Of this run, which <see cref="SuiteLifetime"/> begins before every test.</summary>
    public static Session Ours => Current.IsCompletedSuccessfully
        ? Current.Result.Session
        : throw new InvalidOperationException("the run has not begun");

    /// <summary>The programs that this run starts from now on carry its id; its reaper, which has to outlive them, does not.</summary>
    private static async Task<RunSession> BeginThisRun()
    {
        var run = await Begin(Root, CancellationToken.None);
        Environment.SetEnvironmentVariable(Session.Variable, run.Session.Id);
        return run;
    }

    private static async Task Reap(Session session, CancellationToken cancellationToken)
    {
        foreach (var problem in await session.Reap(cancellationToken))
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

    /// <summary>Starts the reaper and returns once nothing but the end of the session can end it.</summary>
    /// <param name="session">The session that it cleans up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="programs">A folder in front of the search path, for tests.</param>
    public static async Task<Process> StartReaper(Session session, CancellationToken cancellationToken, string? programs = null)
    {
        // A NuGet package keeps no file modes: what came with one is started through the runtime.
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
