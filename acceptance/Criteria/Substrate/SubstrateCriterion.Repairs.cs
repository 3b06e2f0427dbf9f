using System.Diagnostics;
using System.Text.RegularExpressions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Parts of other checks: what verify.sh repairs, what install.sh refuses, and what a key may not do.</summary>
[Check(CorrectedId, "A wrong or missing record that is corrected is not answered for longer than its TTL, nor than 30 s",
    "the old answer for its TTL, at least 5 s and at most 30 s, and to one more query of who asks later", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    private static IReadOnlyList<HostSabotage> RepairSabotages =>
    [
        Of("a dead service that nobody starts", "Substrate.7", "verify.sh --repair does not start", "scripts/verify.sh",
            "if ! answers; then\n    if [ -n \"$repair\" ]; then", "if ! answers; then\n    if false; then"),
        Of("a primary that never loads its file", "Substrate.8", "verify.sh --repair does not load", "scripts/verify.sh",
            "primary-*) systemd reload globular-dns.service ;;", "primary-*) ;;"),
        Of("a child's key that reads the zone above", "Substrate.6", "with the key of a child", "primary/knot.conf", "    acl: transfer\n",
            "    acl: [transfer, update-apps]\n"),
        Of("a key that nobody tries", "Substrate.10", "a wrong transfer key", "scripts/install.sh", "[ -z \"$refused\" ] ||", ": ||"),
        Of("a package's service that stays off", "Substrate.10", "does not come back", "scripts/install.sh",
            "[ -z \"${disabled:-}\" ] || systemd enable --now \"$settings_unit\" || :\n", "\n"),
    ];

    private static async Task StartsADeadService(SubstratePair pair, CancellationToken cancellationToken)
    {
        await pair.Service("primary", "kill", cancellationToken);
        (await pair.Script("verify.sh", "primary", cancellationToken)).ExitCode.ShouldBe(1, "a dead service goes unseen");
        var repaired = await pair.Script("verify.sh", "primary", cancellationToken, "--repair");
        (repaired.ExitCode, repaired.StandardOutput.Contains("repaired the service", StringComparison.Ordinal)).ShouldBe((0, true),
            $"verify.sh --repair does not start a dead service: {repaired.StandardOutput}");
        (await pair.Ask(pair.Primary, pair.Zone, "SOA", cancellationToken)).ShouldHaveSingleItem();
    }

    /// <summary>As after an upgrade whose signal to the server was lost: the file is newer than what is served.</summary>
    private static async Task LoadsWhatDiffers(SubstratePair pair, CancellationToken cancellationToken)
    {
        var folder = pair.Settings.Server == Generator.Apps.Substrate.SubstrateServer.Knot
            ? pair.In("primary", $"{pair.Etc}/zones") : Path.Combine(StateOf(pair, "primary"), "written");
        var file = Path.Combine(folder, $"{pair.Zone}.zone");
        var later = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds();
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        await File.WriteAllTextAsync(file, Regex.Replace(text, "(SOA \\S+ \\S+) [0-9]+ ", $"$1 {later} ")
            + $"forgotten.{pair.Zone}. 300 IN A 192.0.2.79\n", cancellationToken);
        (await pair.Script("verify.sh", "primary", cancellationToken)).ExitCode.ShouldBe(1, "a primary that differs goes unseen");
        var repaired = await pair.Script("verify.sh", "primary", cancellationToken, "--repair");
        repaired.ExitCode.ShouldBe(0, $"verify.sh --repair does not load the file: {repaired.StandardOutput}{repaired.StandardError}");
        await AtBoth(pair, $"forgotten.{pair.Zone}", "A", ["192.0.2.79"], cancellationToken);
    }

    /// <summary>Knot's own client beside BIND's.</summary>
    private static async Task IsUpdatedByKnsupdate(SubstratePair pair, string key, CancellationToken cancellationToken)
    {
        if (SubstratePair.Find("knsupdate") is null)
        {
            return;
        }

        var name = $"knot.{pair.Child}";
        foreach (var (line, data) in new (string, string[])[]
        {
            ($"update add {name}. 60 A 192.0.2.10", ["192.0.2.10"]), ($"update delete {name}. A", []),
        })
        {
            (await pair.Update("knsupdate", pair.Child, key, cancellationToken, line)).ShouldSucceed();
            await AtBoth(pair, name, "A", data, cancellationToken);
        }

        var refused = await pair.Update("knsupdate", pair.Zone, key, cancellationToken, $"update add above.{pair.Zone}. 60 A 192.0.2.66");
        refused.ExitCode.ShouldNotBe(0, "knsupdate may change the zone above the child");
        (await pair.Ask(pair.Primary, $"above.{pair.Zone}", "A", cancellationToken)).ShouldBeEmpty();
    }

    private static async Task ChildReadsItsChildAlone(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var key = await pair.Key(child.Key.Text, child.Algorithm, cancellationToken);
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            foreach (var zone in ReverseZones(pair).Append(pair.Zone))
            {
                (await pair.Answer(server, pair.Client, cancellationToken, "-y", key, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} with the key of a child");
            }
        }
    }

    private static async Task RefusesOtherKeys(SubstratePair pair, CancellationToken cancellationToken)
    {
        var before = Files(pair, "secondary");
        var (own, file) = (await File.ReadAllTextAsync(pair.KeyFile("primary", pair.Settings.TransferKey), cancellationToken),
            Path.Combine(pair.Folder, "given.conf"));
        var secret = (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken)).Split(':')[^1];
        foreach (var (what, text, said) in new[]
        {
            ("an empty transfer key", "", "is not the transfer key"),
            ("a wrong transfer key", own.Replace(secret, Convert.ToBase64String(new byte[32]), StringComparison.Ordinal),
                "refuses the key"),
            ("another key than that for transfers",
                await File.ReadAllTextAsync(pair.KeyFile("primary", pair.Settings.Children[0].Key.Text), cancellationToken),
                "refuses the key"),
        })
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
            var refused = await pair.Script("install.sh", "secondary", cancellationToken, "--role", "secondary", "--transfer-key", file);
            (refused.ExitCode, refused.StandardError.Contains(said, StringComparison.Ordinal)).ShouldBe(
                (1, true), $"{what} is taken: {refused.StandardError}");
            Files(pair, "secondary").ShouldBe(before, $"{what} changed the host");
        }
    }

    /// <summary>Nothing was there but the server's package, whose service ran; its own goes on where the installation fails.</summary>
    /// <param name="broken">Whether the tree's configuration lets no server start.</param>
    private static async Task LeavesAFreshHost(SubstratePair pair, bool broken, CancellationToken cancellationToken)
    {
        pair.SetPackageService("primary", "enabled");
        var installed = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary", "--wait", "3");
        if (broken)
        {
            installed.ExitCode.ShouldNotBe(0);
            Directory.GetFileSystemEntries(pair.Root("primary")).ShouldBeEmpty("a failed installation left something on a fresh host");
        }
        else
        {
            installed.ShouldSucceed();
            pair.PackageService("primary").ShouldBe("disabled", "two servers would want one port");
            (await pair.Script("remove.sh", "primary", cancellationToken, "--purge")).ShouldSucceed();
        }

        pair.PackageService("primary").ShouldBe("enabled", "the service of the package does not come back");
    }

    internal const string CorrectedId = "Substrate.38";

    /// <summary>In place of the tree's 30 s.</summary>
    private static readonly TimeSpan KeptAtMost = TimeSpan.FromSeconds(8);

    [HostCheck(CorrectedId,
        "a CoreDNS with the zone's server and 8 s in place of 30 s, while a program corrects records: each look-up of names with a TTL of "
            + "3 s and of an hour and of one that was missing, on one clock; and dig for one that nobody asks for meanwhile")]
    public static async Task ForgetsWhatWasWrong(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var key = await pair.Key(child.Key.Text, child.Algorithm, cancellationToken);
        var (brief, missing) = ($"brief.{pair.Child}", $"missing.{pair.Child}");
        var (lasting, seldom) = ($"long.{pair.Child}", $"seldom.{pair.Child}");
        await Write($"update add {brief}. 3 A {OldAnswer}", $"update add {lasting}. 3600 A {OldAnswer}",
            $"update add {seldom}. 3600 A {OldAnswer}");
        await AtBoth(pair, seldom, "A", [OldAnswer], cancellationToken);

        var file = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(file, server
            .Replace("success 9984 30 ", $"success 9984 {KeptAtMost.TotalSeconds} ", StringComparison.Ordinal)
            .Replace("denial 9984 30\n", $"denial 9984 {KeptAtMost.TotalSeconds}\n", StringComparison.Ordinal), cancellationToken);

        var clock = Stopwatch.StartNew();
        LayerWatch[] all = [.. new[] { brief, lasting, missing }.Select(name => new LayerWatch(pair, name, clock))];
        TimeSpan corrected;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = CoreDns(file, _ => { }, end.Token);
        var watching = Task.CompletedTask;
        try
        {
            await Eventually.Within(Soon, async token => (await pair.Ask(pair.Resolver, seldom, "A", token)).ShouldBe([OldAnswer]),
                "CoreDNS answers for the zone", cancellationToken);
            watching = Task.WhenAll(all.Select(watch => watch.Until(end.Token)));
            await Asked(all, clock.Elapsed, 50, cancellationToken);

            await Write([.. new[] { brief, lasting, seldom }.Select(name => $"update delete {name}. A"),
                $"update add {brief}. 3 A {NewAnswer}", $"update add {lasting}. 3600 A {NewAnswer}",
                $"update add {seldom}. 3600 A {NewAnswer}", $"update add {missing}. 3600 A {NewAnswer}"]);
            await AtBoth(pair, missing, "A", [NewAnswer], cancellationToken);
            corrected = clock.Elapsed;
            foreach (var (watch, what) in all.Zip(["a short TTL", "a long TTL", "a missing name"]))
            {
                await Eventually.Within((KeptAtMost + Soon) * 2, _ =>
                {
                    watch.Last.ShouldBe(NewAnswer);
                    return Task.CompletedTask;
                }, $"{what} is corrected", cancellationToken);
            }

            await Asked(all, clock.Elapsed, 50, cancellationToken);
            // Kept for its time, expired since: shown once, and fetched behind that answer.
            await pair.Ask(pair.Resolver, seldom, "A", cancellationToken);
            await Eventually.Within(Second, async token => (await pair.Ask(pair.Resolver, seldom, "A", token)).ShouldBe([NewAnswer]),
                "who asks later has the old answer once", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
            await running;
        }

        var said = new List<string>();
        foreach (var (watch, what, bound) in all.Zip(["3 s", "an hour", "a missing name"], [KeptAtLeast, KeptAtMost, KeptAtMost]))
        {
            var last = watch.Seen.Last(look => look.Answer != NewAnswer);
            var after = last.At + last.Took - corrected;
            after.ShouldBeLessThan(
                bound + (Second * SuiteSettings.Current.BudgetScale), $"{what}: what was wrong is answered for too long");
            watch.Seen.Select(look => look.Ttl ?? TimeSpan.Zero).Max()
                .ShouldBeLessThanOrEqualTo(bound, $"{what}: clients may keep it for longer");
            said.Add(string.Create(
                CultureInfo.InvariantCulture, $"{what}: {watch.Seen.Count} look-ups, the last wrong one after {after.TotalSeconds:F1} s"));
        }

        TestContext.Out.WriteLine($"Since both servers have the correction: {string.Join("; ", said)}.");

        async Task Write(params string[] lines) => (await pair.Update(pair.Child, key, cancellationToken, lines)).ShouldSucceed();
    }

    /// <summary>The least for which the cache plugin keeps an answer.</summary>
    private static readonly TimeSpan KeptAtLeast = TimeSpan.FromSeconds(5);

    private static IReadOnlyList<HostSabotage> CorrectedSabotages =>
    [
        Of("answers that are kept for minutes", CorrectedId, "a long TTL is corrected", SubstratePair.Delivered, "success 9984 30 5",
            "success 9984 300 5"),
        // Two spaces: the check puts its time in the place of the tree's alone.
        Of("short answers that are kept as long as others", CorrectedId, "a short TTL is corrected", SubstratePair.Delivered,
            "success 9984 30 5", "success 9984  30 30"),
        Of("denials that are kept for minutes", CorrectedId, "a missing name is corrected", SubstratePair.Delivered, "denial 9984 30\n",
            "denial 9984 300\n"),
    ];
}
