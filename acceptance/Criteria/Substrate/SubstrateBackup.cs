using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A snapshot of the primary and its restore.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.11", "A snapshot brings an emptied primary back, with its keys and what programs wrote", "the same records and keys",
    Needs = Feature.Substrate)]
public static class SubstrateBackup
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a snapshot in plain text", "Substrate.11", "reads the keys", "scripts/common.sh",
            "crypt() { openssl enc", "crypt() { cat; return; openssl enc"),
        .. In("Substrate.11", "scripts/backup.sh",
            ("a snapshot without what programs wrote", "records differ",
                "cp \"$state/backup/zonefiles/$zone.zone\"", "cp \"$here/../zones/$zone.zone\""),
            ("a damaged snapshot restored", "damaged",
                "if ! (cd \"$snap\" && sha256sum --quiet -c sums) >/dev/null 2>&1; then", "if false; then"),
            ("a snapshot that others read", "0600",
                "mv \"$backups/.new\" \"$file\"", "chmod 644 \"$backups/.new\" && mv \"$backups/.new\" \"$file\"")),
        Of("a key file that others read", "Substrate.11", "others can read", "scripts/common.sh",
            "*) usage \"others can read", "*) : \"others can read"),
        OfBind("a snapshot with the query log", "Substrate.11", "has the query log", "scripts/backup.sh",
            " --exclude=\".$settings_state/queries/*\"", ""),
        Of("others' snapshots deleted", "Substrate.11", "snapshots are gone", "scripts/common.sh",
            "rm -f \"$file\"", "rm -f \"$backups\"/*-\"$time\".snapshot"),
        Of("no snapshot is deleted", "Substrate.11", "kept", "scripts/common.sh", "[ -n \"$stays\" ] || rm -f \"$file\"", ":"),
    ];

    [HostCheck("Substrate.11",
        "backup.sh create, list and verify; then restore on the emptied host: dig, nsupdate and verify.sh at both hosts")]
    public static async Task IsRestored(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (name, key) = ($"myapp.{pair.Child}", await pair.ChildKey(cancellationToken));
        (await pair.Update(pair.Child, key, cancellationToken, $"update add {name}. 60 A 192.0.2.9",
            $"update add {name}. 60 TXT \"heritage=external-dns\"")).ExitCode.ShouldBe(0);
        var (folder, keyFile) = (Path.Combine(pair.Folder, "snapshots"), await SnapshotKey(pair.Folder, cancellationToken));
        string[] where = ["--to", folder, "--key", keyFile];

        File.SetUnixFileMode(keyFile, Own | UnixFileMode.OtherRead);
        (await pair.Script("backup.sh", "primary", cancellationToken, ["create", .. where]))
            .StandardError.ShouldContain("others can read", customMessage: "a key file that others can read is used");
        File.SetUnixFileMode(keyFile, Own);

        // 60 days with one snapshot each, and a named one, of which the files alone matter here. Another service has as many in the same
        // folder, and its own folder is in this one.
        var (own, others) = ($"dns-{pair.Zone}-", Path.Combine(folder, "kubernetes"));
        Directory.CreateDirectory(others);
        var today = TimeProvider.System.GetUtcNow().Date;
        foreach (var earlier in Enumerable.Range(1, 60).Select(ago => Day(today.AddDays(-ago)) + "T010000Z"))
        {
            foreach (var file in new[] { $"{own}{earlier}", $"kubernetes-infra-etcd-1-{earlier}", $"kubernetes/{own}{earlier}" })
            {
                await File.WriteAllTextAsync(Path.Combine(folder, file + ".snapshot"), "", cancellationToken);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "named.snapshot"), "", cancellationToken);
        var queries = Path.Combine(pair.StateOf("primary"), "queries");
        Directory.CreateDirectory(queries, Own | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(queries, "queries.log"), "who asked for what", cancellationToken);
        await pair.Succeeds("backup.sh", "primary", cancellationToken, ["create", .. where]);
        Directory.Delete(queries, recursive: true);
        var left = Directory.GetFiles(folder, "*.snapshot").Select(file => Path.GetFileNameWithoutExtension(file)).ToList();
        var kept = left.Where(entry => entry.StartsWith(own, StringComparison.Ordinal)).ToList();
        kept.Select(entry => entry[own.Length..].Split('T')[0]).ShouldBe(Kept(today).Select(Day), ignoreOrder: true, "kept");
        left.ShouldContain("named", "kept");
        left.Count(entry => entry.StartsWith("kubernetes-", StringComparison.Ordinal)).ShouldBe(60, "another service's snapshots are gone");
        Directory.GetFiles(others).Length.ShouldBe(60, "another folder's snapshots are gone");
        var made = kept.Max(StringComparer.Ordinal)!;
        var snapshot = Path.Combine(folder, made + ".snapshot");
        (await pair.Metrics("primary", cancellationToken))["backup_timestamp_seconds"]
            .ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeSeconds());
        File.GetUnixFileMode(snapshot).ShouldBe(Own, "a snapshot has the mode 0600");
        (await pair.Script("backup.sh", "primary", cancellationToken, ["list", .. where])).StandardOutput.ShouldContain(made);
        var whole = await File.ReadAllBytesAsync(snapshot, cancellationToken);
        // Without encryption it would begin with gzip's header (RFC 1952).
        (whole is [0x1f, 0x8b, ..]).ShouldBeFalse("whoever has the snapshot reads the keys in it");

        // A damaged snapshot changes nothing; a good one restores everything on an empty host.
        var before = pair.Files("primary");
        var damaged = whole.ToArray();
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, "damaged.snapshot"), damaged, cancellationToken);
        (await pair.Script("backup.sh", "primary", cancellationToken, ["restore", "--snapshot", "damaged", .. where]))
            .StandardError.ShouldContain("it is damaged", customMessage: "a damaged snapshot goes unseen");
        foreach (var (each, sound) in new[] { (made, true), ("damaged", false) })
        {
            var verified = await pair.Script("backup.sh", "primary", cancellationToken, ["verify", "--snapshot", each, .. where]);
            (verified.ExitCode == 0).ShouldBe(sound, $"backup.sh verify: {verified.StandardOutput}{verified.StandardError}");
        }

        pair.Files("primary").ShouldBe(before, "a refused restore changed something");

        await pair.Service("primary", "stop", cancellationToken);
        Directory.Delete(pair.Root("primary"), recursive: true);
        Directory.CreateDirectory(pair.Root("primary"));
        await pair.Succeeds("backup.sh", "primary", cancellationToken, ["restore", $"--snapshot={made}", "--wait", "60", .. where]);
        if (Directory.Exists(queries))
        {
            Directory.GetFiles(queries).ShouldBeEmpty("the snapshot has the query log");
            Directory.Delete(queries);
        }

        pair.Files("primary").ShouldBe(before, "the host has other files than before");
        foreach (var (owner, type, data) in Expected(pair).Concat(
            [(name, "A", ["192.0.2.9"]), (name, "TXT", ["\"heritage=external-dns\""])]))
        {
            (await pair.Ask(pair.Primary, owner, type, cancellationToken)).ShouldBe(data, $"{owner} {type} after the restore");
        }

        (await pair.Update(pair.Child, key, cancellationToken, $"update delete {name}. TXT")).ExitCode.ShouldBe(0, "the program's key");
        await pair.AtBoth(name, "TXT", [], cancellationToken);
        await pair.Verified("primary", cancellationToken);
        await pair.Verified("secondary", cancellationToken);
    }

    /// <summary>Today and the last six days; the newest of the three weeks before this one.</summary>
    private static IEnumerable<DateTime> Kept(DateTime today)
    {
        var days = Enumerable.Range(0, 61).Select(ago => today.AddDays(-ago)).ToList();
        return days.Take(7)
            .Union(days.GroupBy(day => (ISOWeek.GetYear(day), ISOWeek.GetWeekOfYear(day))).Take(4).Select(week => week.First()));
    }

    private static string Day(DateTime day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
