namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>What the scripts in the place of systemctl share.</summary>
internal static class StandInSystemctl
{
    /// <summary>Whether the process whose number is in the file $pid runs, and `stop SIGNAL`, which waits for its end. As systemd does, it
    /// continues a process that is stopped.</summary>
    public const string Stop = """

        running() { [ -f "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
        stop() {
            running || return 0
            kill "-$1" "$(cat "$pid")"
            kill -CONT "$(cat "$pid")" 2>/dev/null
            while running; do sleep 0.05; done
            rm -f "$pid"
        }

        """;
}
