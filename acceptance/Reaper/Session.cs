using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>
/// One run of the suite: a folder with the owner's process id and a ledger of created objects. Each line is written before the object is
/// created, so that the ledger never misses one.
/// </summary>
public sealed class Session
{
    /// <summary>The label of all containers and networks of a session.</summary>
    public const string Label = "io.platform-gitops.acceptance.session";

    /// <summary>The environment variable with the session's id, for the programs that it starts.</summary>
    public const string Variable = "ACCEPTANCE_SESSION";

    /// <summary>kind's own label on its nodes.</summary>
    public const string KindLabel = "io.x-k8s.kind.cluster";

    private const string OwnerFile = "owner";
    private const string LedgerFile = "ledger";
    private const string ReapingFile = "reaping";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly string folder;

    private Session(string folder) => this.folder = folder;

    public string Id => Path.GetFileName(folder);

    /// <summary>Temporary files of the session; removed with it.</summary>
    public string Folder => folder;

    /// <summary>
    /// Makes the folder of all sessions for this user alone. A ledger that another user has written could name any container, and a
    /// kubeconfig with a program to start; and the folders have the kubeconfigs of the clusters.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static async Task Own(string root, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        var (_, problem) = await Commands.Run("sh", cancellationToken, "-c", "[ -O \"$1\" ] && [ ! -L \"$1\" ]", "sh", root);
        if (problem is not null)
        {
            throw new UnauthorizedAccessException(
                $"{root} belongs to another user, or is a link. Delete it, or set TMPDIR to a folder of your own.");
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(root, Private);
        }
    }

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

    /// <summary>Sessions under the root whose owner has ended: of runs that were killed together with their reaper.</summary>
    public static IReadOnlyList<Session> Orphans(string root) =>
        Directory.Exists(root)
            ? [.. Directory.GetDirectories(root).Select(Open)
                .Where(session => File.Exists(session.In(OwnerFile)) && session.Owner() is null)]
            : [];

    /// <summary>Sets the owner: the session ends with this process.</summary>
    public void BelongsTo(Process owner)
    {
        // Atomically, because another run would take a file without an owner for an orphan's.
        File.WriteAllText(In(OwnerFile + ".new"), $"{owner.Id} {Start(owner)}");
        File.Move(In(OwnerFile + ".new"), In(OwnerFile), overwrite: true);
    }

    public void WillMakeKindCluster(string name) => Note($"kind {name}");

    public void WillMakeContainers() => Note("containers");

    /// <summary>Notes a container without the session's label.</summary>
    public void WillMakeContainer(string name) => Note($"container {name}");

    public void WillMakeNetwork(string name) => Note($"network {name}");

    /// <summary>Notes an address of the loopback interface.</summary>
    public void WillAddAddress(string address) => Note($"address {address}/32");

    /// <summary>Notes objects in a cluster that existed before.</summary>
    public void WillMakeObjects(ForeignObjects objects) => Note($"objects {JsonSerializer.Serialize(objects)}");

    /// <summary>Keeps the cluster at the end of the session.</summary>
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
    /// Ends the session's programs, removes everything in the ledger, and the folder last; a second call does nothing. If an object
    /// cannot be removed, the folder stays, so that the next run tries again.
    /// </summary>
    /// <param name="patience">How long to wait for another process that does it: its objects may have the names of the next run's.</param>
    /// <param name="cancellationToken">Cancels the commands and the wait.</param>
    /// <returns>The objects that could not be removed, with the reasons.</returns>
    public async Task<IReadOnlyList<string>> Reap(TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            using var reaping = TryLock();
            if (reaping is not null)
            {
                return await ReapExclusively(cancellationToken);
            }

            if (!Directory.Exists(folder) || TimeProvider.System.GetElapsedTime(started) >= patience)
            {
                return [];
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> ReapExclusively(CancellationToken cancellationToken)
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

        foreach (var objects in Names(ledger, "objects").Distinct())
        {
            problems.Add(await JsonSerializer.Deserialize<ForeignObjects>(objects)!.Remove(Id, cancellationToken));
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
    private FileStream? TryLock()
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
            // It ended meanwhile, or a crash has left the file empty.
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
