namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public sealed partial class KubernetesHosts
{
    /// <summary>start, stop, restart, kill or is-active for a service of a host.</summary>
    public Task<BufferedCommandResult> Service(string host, string verb, string service, CancellationToken cancellationToken) =>
        LocalProgram.Run(Path.Combine(Folder, "systemctl"), [verb, service], cancellationToken, Variables(host));

    /// <summary>The end of a service's log.</summary>
    public string Log(string host, string service) =>
        string.Join('\n', File.ReadLines(Path.Combine(State(host), service + ".log")).TakeLast(5));

    private string State(string host) => Path.Combine(Folder, "state", host);

    private Dictionary<string, string?> Variables(string host) => new()
    {
        ["SYSTEMCTL"] = Path.Combine(Folder, "systemctl"),
        ["UNITS"] = In(host, "/etc/systemd/system"),
        ["SERVER_STATE"] = State(host),
        ["TMPDIR"] = Folder,
    };

    // A stand-in for systemctl, since a container has no systemd: the commands that the scripts use for services; timers and paths are
    // ignored.
    private const string Systemctl = """
        #!/bin/sh
        set -f
        mkdir -p "$SERVER_STATE"
        name=$2
        [ "$1" != disable ] || name=$3
        pid=$SERVER_STATE/$name.pid log=$SERVER_STATE/$name.log
        """ + StandInSystemctl.Processes + """
        start() {
            running && return 0
            echo "$name" >>"$SERVER_STATE/started"
            command=$(sed -e ':more' -e '/\\$/{N;b more' -e '}' -e 's/\\\n/ /g' "$UNITS/$name" | sed -n 's/^ExecStart=//p')
            environment=$(sed -n 's/^EnvironmentFile=//p' "$UNITS/$name")
            (
                [ -z "$environment" ] || . "$environment"
                eval "set -- $command"
                launch "$@"
            )
        }
        case $1:$name in
            *.timer | *.path | daemon-reload:* | enable:*) ;;
            is-active:*) if running; then echo active; else echo inactive; exit 3; fi ;;
            is-enabled:*) echo disabled; exit 1 ;;
            start:*) start ;;
            restart:*) stop TERM; start ;;
            stop:* | disable:*) stop TERM ;;
            kill:*) stop KILL ;;
            *) echo "unexpected: systemctl $*" >&2; exit 1 ;;
        esac
        """;

    /// <summary>Runs the steps of a package on a host, like globular-installer: its script gets no arguments.</summary>
    /// <returns>What failed; empty if the package is installed.</returns>
    public async Task<string> Apply(string package, string host, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(Folder, "packages", host);
        if (!Directory.Exists(staging))
        {
            Directory.CreateDirectory(staging);
            await Copy(TreeOf(host), staging, cancellationToken);
            // The host's root folder instead of this machine's.
            await File.AppendAllTextAsync(Path.Combine(staging, "scripts", "k8s-settings.sh"), $"root='{Root(host)}'\n", cancellationToken);
            // A stand-in for ip, which prints the host's address.
            await Program($"addresses/{host}/ip", $"#!/bin/sh\necho '2: eth0    inet {Address(host)}/24 scope global eth0'\n",
                cancellationToken);
        }

        var read = InstallerPackage.Read(package, await File.ReadAllTextAsync(Path.Combine(staging, package), cancellationToken));
        var variables = Variables(host);
        variables["PATH"] = $"{Folder}/addresses/{host}:{Environment.GetEnvironmentVariable("PATH")}";
        return await read.Apply(staging, variables,
            async (service, token) => (await Service(host, "is-active", service, token)).ExitCode == 0, cancellationToken);
    }
}

/// <summary>Shared functions of the stand-ins for systemctl.</summary>
internal static class StandInSystemctl
{
    /// <summary>
    /// Whether the process in the file $pid runs, `stop SIGNAL`, which waits for its end, and `launch COMMAND`. Like systemd, stop
    /// continues a stopped process, and launch keeps a parent that reaps the process at once: PID 1 of a container can need two seconds,
    /// and an unreaped process counts as running.
    /// </summary>
    public const string Processes = """

        running() { [ -f "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
        stop() {
            running || return 0
            kill "-$1" "$(cat "$pid")"
            kill -CONT "$(cat "$pid")" 2>/dev/null
            while running; do sleep 0.05; done
            rm -f "$pid"
        }
        launch() {
            rm -f "$pid"
            setsid sh -c '"$@" & echo $! >"$0"; wait' "$pid" "$@" >>"$log" 2>&1 </dev/null &
            until [ -s "$pid" ]; do sleep 0.01; done
        }

        """;
}

[Platform("Linux", Reason = "systemd is Linux's")]
public sealed class StandInSystemctlTests
{
    /// <summary>The launching shell becomes a program that does not reap children.</summary>
    [Test]
    [CancelAfter(30_000)]
    public async Task A_stopped_process_has_ended_whatever_started_it(CancellationToken cancellationToken)
    {
        var folder = RunSession.NewFolder("stop");
        var script = $"""
            pid={folder}/pid log={folder}/log
            {StandInSystemctl.Processes}
            (launch sleep 300; exec sleep 60) &
            parent=$!
            trap 'kill "$parent"' EXIT
            trap 'exit 1' TERM
            until [ -s "$pid" ]; do sleep 0.05; done
            running || exit 2
            stop KILL
            """;

        (await LocalProgram.Run("timeout", ["10", "sh", "-c", script], cancellationToken)).ExitCode.ShouldBe(0, "the stop has no end");

        Directory.Delete(folder, recursive: true);
    }
}
