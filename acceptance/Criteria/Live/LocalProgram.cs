using System.Diagnostics;
using System.Net.Sockets;
using CliWrap;
using CliWrap.Buffered;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A program of this machine that runs in the foreground until it is disposed; its output is kept in a file.</summary>
internal sealed class LocalProgram : IDisposable
{
    private readonly Process process;
    private readonly StreamWriter log;

    private LocalProgram(Process process, StreamWriter log, string logFile) => (this.process, this.log, LogFile) = (process, log, logFile);

    public string LogFile { get; }

    public bool Runs => !process.HasExited;

    /// <summary>Everything that it has printed.</summary>
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
    /// Where a program is: the setting <c>program-NAME</c>, or the search path. Null where it is not on this machine.
    /// </summary>
    public static string? Find(string name) => Ambient.Setting($"program-{name}")
        ?? new Tool(name, "").Find(string.Join(Path.PathSeparator, Environment.GetEnvironmentVariable("PATH"), "/usr/sbin", "/sbin"));

    /// <summary>Where it is; the test is skipped where it is not on this machine.</summary>
    public static string Need(string name)
    {
        var file = Find(name);
        if (file is null)
        {
            Assert.Ignore($"{name} is not on this machine; put it on the search path or set program-{name} (docs/acceptance.md)");
        }

        return file;
    }

    /// <summary>Runs a program to its end, whatever that is, for three minutes at most.</summary>
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

    /// <param name="signal">Its name, such as <c>HUP</c>.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0, $"the signal {signal}");
    }

    /// <summary>A port of the loopback address that is free for TCP and for UDP.</summary>
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
                // Somebody else has it for UDP: another one.
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
