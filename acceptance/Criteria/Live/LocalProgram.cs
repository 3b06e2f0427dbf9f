using System.Diagnostics;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A program on this machine that runs in the foreground until it is disposed; its output is written to a file.</summary>
internal sealed class LocalProgram : IDisposable
{
    /// <summary>Debian packages with programs that many machines lack. Kubernetes' programs are in its releases.</summary>
    private static readonly (string Package, string[] Programs)[] Packages =
    [
        ("knot", ["knotd", "knotc"]), ("knot-dnsutils", ["kdig", "knsupdate"]), ("knot-dnssecutils", ["kzonecheck"]),
        ("bind9", ["named"]), ("bind9-utils", ["named-checkconf", "named-checkzone"]),
        ("bind9-dnsutils", ["delv", "dig", "nslookup", "nsupdate"]), ("etcd-server", ["etcd"]), ("etcd-client", ["etcdctl"]),
        ("nftables", ["nft"]), ("socat", ["socat"]), ("util-linux", ["setpriv", "unshare"]),
    ];

    private readonly Process process;
    private readonly StreamWriter log;

    private LocalProgram(Process process, StreamWriter log, string logFile) => (this.process, this.log, LogFile) = (process, log, logFile);

    public string LogFile { get; }

    public bool Runs => !process.HasExited;

    /// <summary>Its output so far.</summary>
    public string Output
    {
        get
        {
            lock (log)
            {
                log.Flush();
            }

            using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>
    /// The path of a program: from the setting <c>program-NAME</c> or the search path. Null if it is not on this machine.
    /// </summary>
    public static string? Find(string name) => SettingSource.Setting($"program-{name}")
        ?? new Tool(name, "").Find(string.Join(Path.PathSeparator, Environment.GetEnvironmentVariable("PATH"), "/usr/sbin", "/sbin"));

    /// <summary>The path of a program; skips the test if it is not on this machine.</summary>
    public static string Need(string name)
    {
        Need([name]);
        return Find(name)!;
    }

    /// <summary>Skips the test if one of them is not on this machine.</summary>
    public static void Need(params IReadOnlyList<string> names)
    {
        if (Missing(names) is { } missing)
        {
            Assert.Ignore(missing);
        }
    }

    /// <summary>The programs that are not on this machine, and their packages; null if there are none.</summary>
    public static string? Missing(params IReadOnlyList<string> names) => Missing(names, Find);

    internal static string? Missing(IReadOnlyList<string> names, Func<string, string?> find)
    {
        var missing = names.Where(name => find(name) is null).ToList();
        var packages = Packages.Where(package => package.Programs.Intersect(missing).Any()).Select(package => package.Package).ToList();
        return missing.Count == 0 ? null
            : $"not on this machine: {string.Join(", ", missing)}; put what is missing on the search path or set program-NAME " +
                $"(docs/acceptance.md){(packages.Count == 0 ? "" : $". Debian's packages: {string.Join(", ", packages)}")}";
    }

    /// <summary>Runs a program to its end, for at most three minutes.</summary>
    public static async Task<BufferedCommandResult> Run(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(180));
        return await Cli.Wrap(Find(program) ?? program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(environment ?? new Dictionary<string, string?>()).ExecuteBufferedAsync(limit.Token);
    }

    public static LocalProgram Start(
        string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var logFile = Path.Combine(folder, $"{Path.GetFileName(file)}-{Guid.NewGuid():N}.log");
        var log = new StreamWriter(new FileStream(logFile, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite));
        var process = new Process { StartInfo = start };
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (log)
            {
                if (log.BaseStream.CanWrite)
                {
                    log.WriteLine(line.Data);
                }
            }
        }

        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new LocalProgram(process, log, logFile);
    }

    /// <param name="signal">The name of the signal, such as <c>HUP</c>.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0, $"the signal {signal}");
    }

    /// <summary>A free port on the loopback address, for both TCP and UDP.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            var port = ((IPEndPoint)tcp.LocalEndpoint).Port;
            try
            {
                using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // It is in use for UDP: try another one.
            }
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
        lock (log)
        {
            log.Dispose();
        }
    }
}

public sealed class LocalProgramTests
{
    [TestCase("", null)]
    [TestCase("kdig", "not on this machine: kdig; * Debian's packages: knot-dnsutils")]
    [TestCase("kube-apiserver", "not on this machine: kube-apiserver; *(docs/acceptance.md)")]
    [TestCase("dig nsupdate knotd",
        "not on this machine: knotd, dig, nsupdate; * Debian's packages: knot, bind9-dnsutils")]
    public void Every_program_that_is_missing_is_named_with_its_package(string missing, string? said)
    {
        var sentence = LocalProgram.Missing(
            ["knotd", "kdig", "dig", "nsupdate", "kube-apiserver"],
            name => missing.Split(' ').Contains(name) ? null : $"/usr/bin/{name}");

        if (said?.Split('*') is [var first, var last])
        {
            sentence.ShouldNotBeNull().ShouldStartWith(first);
            sentence.ShouldEndWith(last);
        }
        else
        {
            sentence.ShouldBeNull();
        }
    }
}
