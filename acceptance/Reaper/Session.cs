using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>
/// One run of the suite: a folder with the owner's process and a ledger of what the run makes outside of itself. Each line
/// is written before the thing is made, so that nothing can be left over that no ledger names.
/// </summary>
public sealed class Session
{
    /// <summary>Label of every container and network that a session makes.</summary>
    public const string Label = "io.platform-gitops.acceptance.session";

    /// <summary>Variable in the environment of the programs that a session starts: its id.</summary>
    public const string Variable = "ACCEPTANCE_SESSION";

    /// <summary>kind's own label on its nodes.</summary>
    public const string KindLabel = "io.x-k8s.kind.cluster";

    private const string OwnerFile = "owner";
    private const string LedgerFile = "ledger";
    private const string ReapingFile = "reaping";

    private readonly string folder;

    private Session(string folder) => this.folder = folder;

    public string Id => Path.GetFileName(folder);

    /// <summary>Temporary files of the session; removed with it.</summary>
    public string Folder => folder;

    public static Session Begin(string root)
    {
        var folder = Path.Combine(root, Guid.NewGuid().ToString("n")[..12]);
        Directory.CreateDirectory(folder);
        var session = new Session(folder);
        using var self = Process.GetCurrentProcess();
        session.BelongsTo(self);
        return session;
    }

    public static Session Open(string folder) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>Sessions under the root whose owner has ended: those of runs that were killed together with their reaper.</summary>
    public static IReadOnlyList<Session> Orphans(string root) =>
        Directory.Exists(root)
            ? [.. Directory.GetDirectories(root).Select(Open)
                .Where(session => File.Exists(session.In(OwnerFile)) && session.Owner() is null)]
            : [];

    /// <summary>The session ends with this process.</summary>
    public void BelongsTo(Process owner)
    {
        // Another run may look at it meanwhile, and would take a file without an owner for an orphan's.
        File.WriteAllText(In(OwnerFile + ".new"), $"{owner.Id} {Start(owner)}");
        File.Move(In(OwnerFile + ".new"), In(OwnerFile), overwrite: true);
    }

    public void WillMakeKindCluster(string name) => Note($"kind {name}");

    public void WillMakeContainers() => Note("containers");

    /// <summary>A container without the session's label.</summary>
    public void WillMakeContainer(string name) => Note($"container {name}");

    public void WillMakeNetwork(string name) => Note($"network {name}");

    /// <summary>An address of the loopback interface.</summary>
    public void WillAddAddress(string address) => Note($"address {address}/32");

    /// <summary>The cluster stays when the session ends.</summary>
    public void Keep(string name) => Note($"keep {name}");

    public async Task OwnerEnds(CancellationToken cancellationToken)
    {
        using var owner = Owner();
        if (owner is not null)
        {
            await owner.WaitForExitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Ends what the session started, removes everything in the ledger, and the folder last; a second call finds nothing to do. What
    /// cannot be removed keeps the folder, so that the next run tries again.
    /// </summary>
    /// <returns>What could not be removed, and why.</returns>
    public async Task<IReadOnlyList<string>> Reap(CancellationToken cancellationToken)
    {
        using var reaping = Alone();
        return reaping is null ? [] : await ReapAlone(cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ReapAlone(CancellationToken cancellationToken)
    {
        await Children.End(Id, cancellationToken);
        var problems = new List<string?>();
        var ledger = File.Exists(In(LedgerFile)) ? await File.ReadAllLinesAsync(In(LedgerFile), cancellationToken) : [];
        var kept = Names(ledger, "keep").ToHashSet();
        foreach (var cluster in Names(ledger, "kind").Where(name => !kept.Contains(name)).Distinct())
        {
            problems.Add(await Docker.RemoveContainers($"{KindLabel}={cluster}", cancellationToken));
        }

        if (ledger.Contains("containers"))
        {
            problems.Add(await Docker.RemoveContainers($"{Label}={Id}", cancellationToken));
        }

        foreach (var container in Names(ledger, "container").Distinct())
        {
            problems.Add(await Docker.RemoveContainer(container, cancellationToken));
        }

        foreach (var network in Names(ledger, "network").Distinct())
        {
            problems.Add(await Docker.RemoveNetwork(network, cancellationToken));
        }

        foreach (var address in Names(ledger, "address").Distinct())
        {
            await Loopback.RemoveAddress(address, cancellationToken);
        }

        string[] left = [.. problems.OfType<string>()];
        try
        {
            if (left.Length == 0)
            {
                Directory.Delete(folder, recursive: true);
            }

            return left;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [exception.Message];
        }
    }

    /// <summary>Null where the session is gone, or another process reaps it: the reaper of the run that ended, or the next run.</summary>
    private FileStream? Alone()
    {
        try
        {
            return new FileStream(In(ReapingFile), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Names(IEnumerable<string> ledger, string what) =>
        ledger.Where(line => line.StartsWith(what + " ", StringComparison.Ordinal)).Select(line => line[(what.Length + 1)..]);

    private void Note(string line) => File.AppendAllText(In(LedgerFile), line + "\n");

    private string In(string name) => Path.Combine(folder, name);

    private Process? Owner()
    {
        try
        {
            var parts = File.ReadAllText(In(OwnerFile)).Split(' ');
            var process = Process.GetProcessById(int.Parse(parts[0], CultureInfo.InvariantCulture));
            // The number may have been given to another process since. An earlier version of the suite wrote the clock's time.
            return parts[1] == (parts[1].Contains('T') ? StartByClock(process) : Start(process)) ? process : null;
        }
        catch (Exception exception) when (exception is
            ArgumentException or InvalidOperationException or IOException or Win32Exception or FormatException or IndexOutOfRangeException)
        {
            // It ended before or while it was looked at, or a crash has left the file empty.
            return null;
        }
    }

    /// <summary>
    /// When it began, in a text that every process gets alike. On Linux in ticks since the boot: each process estimates the boot's time for
    /// itself, so that <see cref="Process.StartTime"/> differs between two of them (https://github.com/dotnet/runtime/issues/108959).
    /// </summary>
    private static string Start(Process process)
    {
        var stat = $"/proc/{process.Id}/stat";
        if (!File.Exists(stat))
        {
            return StartByClock(process);
        }

        // The second field is the program's name in parentheses, which may have blanks; the time is the twenty-second.
        var text = File.ReadAllText(stat);
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[19];
    }

    private static string StartByClock(Process process) =>
        process.StartTime.ToUniversalTime().ToString("yyyyMMddTHHmmss", CultureInfo.InvariantCulture);
}
