using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A server that was killed, stopped or rebuilt has the same records.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.7", "What programs wrote survives a restart and SIGKILL", "the same records, answered within 5 s",
    Needs = Feature.Substrate)]
[Check("Substrate.8", "The secondary serves while the primary is away, and has its contents afterwards", "each record, 0 differences",
    Needs = Feature.Substrate)]
public static class SubstrateRestarts
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a child loaded by its difference", "Substrate.7", "myapp.apps.globular.internal", "primary/knot.conf",
            "    zonefile-sync: 60\n", "    zonefile-sync: -1\n    zonefile-load: difference-no-serial\n    journal-content: all\n"),
        Of("a secondary that hears nothing", "Substrate.8", "newer.globular.internal", "secondary/knot.conf",
            "    acl: [notify, transfer]\n", "    acl: [transfer]\n"),
        Of("a dead service that nobody starts", "Substrate.7", "verify.sh --repair does not start", "scripts/verify.sh",
            "if ! answers; then\n    if [ -n \"$repair\" ]; then", "if ! answers; then\n    if false; then"),
        Of("a primary that never loads its file", "Substrate.8", "verify.sh --repair does not load", "scripts/verify.sh",
            "primary-*) systemd reload globular-dns.service ;;", "primary-*) ;;"),
        OfBind("a server stopped because of an update", "Substrate.8", "is repaired", "scripts/verify.sh",
            "if settles \"$zone\"; then continue; fi", ":"),
    ];

    [HostCheck("Substrate.7",
        "nsupdate, then a restart and a SIGKILL of the primary: dig, and the time until the first answer; verify.sh --repair")]
    public static async Task SurvivesKilling(SubstratePair pair, CancellationToken cancellationToken)
    {
        var name = $"myapp.{pair.Child}";
        await pair.Write(cancellationToken, $"update add {name}. 60 A 192.0.2.9");
        foreach (var end in new[] { "kill", "stop" })
        {
            await pair.Service("primary", end, cancellationToken);
            // The secondary keeps running: its query time is the machine's share.
            var before = TimeProvider.System.GetTimestamp();
            await pair.Ask(pair.Secondary, name, "A", cancellationToken);
            var since = TimeProvider.System.GetTimestamp();
            var limit = TimeSpan.FromSeconds(4) + (20 * TimeProvider.System.GetElapsedTime(before, since));
            await pair.Service("primary", "start", cancellationToken);
            await Eventually.Within(TimeSpan.FromSeconds(20), async token =>
                (await pair.Ask(pair.Primary, name, "A", token)).ShouldBe(["192.0.2.9"], $"{name} after {end}"),
                $"answers after {end}", cancellationToken);
            // The unit restarts it a second after it ended.
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(limit, $"the time until the first answer after {end}");
        }

        await StartsADeadService(pair, cancellationToken);
    }

    [HostCheck("Substrate.8",
        "the primary stopped, changed and rebuilt without its journals: dig and verify.sh at the secondary")]
    public static async Task CatchesUp(SubstratePair pair, CancellationToken cancellationToken)
    {
        // install.sh only waits for the first zone; the secondary may still transfer the others.
        foreach (var (name, type, data) in Expected(pair))
        {
            await pair.AtBoth(name, type, data, cancellationToken);
        }

        // A change at run time, which creates a journal.
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        await File.AppendAllTextAsync(file, $"newer.{pair.Zone}. 300 IN A 192.0.2.76\n", cancellationToken);
        await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
        await pair.AtBoth($"newer.{pair.Zone}", "A", ["192.0.2.76"], cancellationToken);

        await pair.Service("primary", "stop", cancellationToken);
        foreach (var (name, type, data) in Expected(pair))
        {
            (await pair.Ask(pair.Secondary, name, type, cancellationToken)).ShouldBe(data, $"{name} {type} while the primary is away");
        }

        // The tree gets another record, and the host is updated with upgrade.sh, as on day 2.
        await File.AppendAllTextAsync(file, $"new.{pair.Zone}. 300 IN A 192.0.2.77\n", cancellationToken);
        var upgraded = await pair.Script("upgrade.sh", "primary", cancellationToken);
        upgraded.ExitCode.ShouldBe(0, upgraded.StandardError);
        await pair.AtBoth($"new.{pair.Zone}", "A", ["192.0.2.77"], cancellationToken);

        // A primary without its journals starts with a lower serial: only contents show a change.
        await pair.Service("primary", "stop", cancellationToken);
        (await pair.Script("remove.sh", "primary", cancellationToken)).ExitCode.ShouldBe(0);
        Directory.Delete(pair.StateOf("primary"), recursive: true);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, cancellationToken)).Replace("192.0.2.77", "192.0.2.78"),
            cancellationToken);
        var again = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary");
        again.ExitCode.ShouldBe(0, again.StandardError);
        (await pair.Script("verify.sh", "secondary", cancellationToken, "--repair")).ExitCode.ShouldBe(0);
        await pair.AtBoth($"new.{pair.Zone}", "A", ["192.0.2.78"], cancellationToken);
        await pair.Verified("secondary", cancellationToken);

        var metrics = await pair.Metrics("secondary", cancellationToken);
        metrics["secondary_behind_seconds"].ShouldBe(0);
        // The expiry in the SOA record, which the secondary counts from its last refresh.
        metrics["zone_expires_seconds"].ShouldBeInRange(1_209_600 - 300, 1_209_600);
        await LoadsWhatDiffers(pair, cancellationToken);
        await AnUpdateIsNoFault(pair, cancellationToken);
    }

    /// <summary>The first transfer from the secondary misses a record, as one does that comes before an update has reached it.</summary>
    private static async Task AnUpdateIsNoFault(SubstratePair pair, CancellationToken cancellationToken)
    {
        var program = pair.Settings.Server == Generator.Apps.Substrate.SubstrateServer.Knot ? "kdig" : "dig";
        var programs = Directory.CreateDirectory(Path.Combine(pair.Folder, "late")).FullName;
        var file = Path.Combine(programs, program);
        await File.WriteAllTextAsync(file, $$"""
            #!/bin/sh
            case "$*" in *@{{pair.Secondary}}\ *AXFR)
                if [ ! -e {{programs}}/asked ]; then
                    : >{{programs}}/asked
                    {{LocalProgram.Find(program)}} "$@" | awk '!gone && ($4 == "A" || $4 == "PTR") { gone = 1; next } { print }'
                    exit
                fi ;;
            esac
            exec {{LocalProgram.Find(program)}} "$@"

            """, cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var verified = await pair.Bash(
            "secondary", "sh \"$TREE/scripts/verify.sh\" --root \"$ROOT\" --repair", programs, cancellationToken);

        File.Exists(Path.Combine(programs, "asked")).ShouldBeTrue("the secondary was not asked");
        verified.ExitCode.ShouldBe(0, $"an update on its way is a fault: {verified.StandardOutput}{verified.StandardError}");
        verified.StandardOutput.ShouldContain(", 0 repaired.", customMessage: "an update on its way is repaired");
    }

    private static async Task StartsADeadService(SubstratePair pair, CancellationToken cancellationToken)
    {
        await pair.Service("primary", "kill", cancellationToken);
        (await pair.Script("verify.sh", "primary", cancellationToken)).ExitCode.ShouldBe(1, "a dead service goes unseen");
        var repaired = await pair.Script("verify.sh", "primary", cancellationToken, "--repair");
        (repaired.ExitCode, repaired.StandardOutput.Contains("repaired the service")).ShouldBe((0, true),
            $"verify.sh --repair does not start a dead service: {repaired.StandardOutput}");
        (await pair.Ask(pair.Primary, pair.Zone, "SOA", cancellationToken)).ShouldHaveSingleItem();
    }

    /// <summary>As after an upgrade whose signal to the server was lost: the file is newer than the served zone.</summary>
    private static async Task LoadsWhatDiffers(SubstratePair pair, CancellationToken cancellationToken)
    {
        var folder = pair.Settings.Server == Generator.Apps.Substrate.SubstrateServer.Knot
            ? pair.In("primary", $"{pair.Etc}/zones") : Path.Combine(pair.StateOf("primary"), "written");
        var file = Path.Combine(folder, $"{pair.Zone}.zone");
        var later = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds();
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        await File.WriteAllTextAsync(file, Regex.Replace(text, "(SOA \\S+ \\S+) [0-9]+ ", $"$1 {later} ")
            + $"forgotten.{pair.Zone}. 300 IN A 192.0.2.79\n", cancellationToken);
        (await pair.Script("verify.sh", "primary", cancellationToken)).ExitCode.ShouldBe(1, "a primary that differs goes unseen");
        var repaired = await pair.Script("verify.sh", "primary", cancellationToken, "--repair");
        repaired.ExitCode.ShouldBe(0, $"verify.sh --repair does not load the file: {repaired.StandardOutput}{repaired.StandardError}");
        await pair.AtBoth($"forgotten.{pair.Zone}", "A", ["192.0.2.79"], cancellationToken);
    }
}
