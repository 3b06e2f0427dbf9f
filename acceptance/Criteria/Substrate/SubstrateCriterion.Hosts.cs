using System.Text.RegularExpressions;
using CliWrap.Buffered;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [HostCheck("Substrate.3",
        "the steps of package.yaml on both hosts, with knotc conf-check and kzonecheck, or named-checkconf and named-checkzone; "
            + "systemd-analyze")]
    public static async Task IsSound(SubstratePair pair, CancellationToken cancellationToken)
    {
        (await pair.Apply("primary", cancellationToken)).ShouldBe("", "the package on the primary");
        // A script of a package gets no arguments: the secondary has the key in its place beforehand.
        (await pair.Apply("secondary", cancellationToken)).ShouldContain("copy", customMessage: "a secondary without the key");
        var key = pair.KeyFile("secondary", pair.Settings.TransferKey);
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        File.Copy(pair.KeyFile("primary", pair.Settings.TransferKey), key);
        (await pair.Apply("secondary", cancellationToken)).ShouldBe("", "the package on the secondary");
        await AtBoth(pair, pair.Zone, "NS", [.. pair.Settings.Hosts.Select(host => $"{host.Name}.{pair.Zone}.")
            .Order(StringComparer.Ordinal)], cancellationToken);
        await AreSound(Directory.GetFiles(pair.In("primary", "/etc/systemd/system"), "*.*"), cancellationToken);
    }

    [HostCheck("Substrate.4", "dig for each record of the definition at both servers, by UDP and TCP; and from a network that may not")]
    public static async Task Answers(SubstratePair pair, CancellationToken cancellationToken)
    {
        var ofFile = (await ExpectedOfFile(pair, cancellationToken)).ToList();
        await HaveTheirSoa(pair, cancellationToken);
        foreach (var (name, type, data) in Expected(pair).Concat(ofFile).Concat(ExpectedReverse(pair, ofFile)))
        {
            foreach (var server in new[] { pair.Primary, pair.Secondary })
            {
                // The secondary answers while it still transfers its last zone.
                await Eventually.Within(
                    TimeSpan.FromSeconds(5),
                    async token => (await pair.Ask(server, name, type, token)).ShouldBe(data, $"{name} {type} at {server}"),
                    $"{server} answers",
                    cancellationToken);
                (await pair.Ask(server, name, type, cancellationToken, "+tcp")).ShouldBe(data, $"{name} {type} at {server} by TCP");
            }
        }

        (await pair.Answer(pair.Primary, pair.Client, cancellationToken, $"nothing.{pair.Zone}", "A")).ShouldContain("status: NXDOMAIN");
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            (await pair.Answer(server, "127.0.0.9", cancellationToken, pair.Zone, "SOA"))
                .ShouldMatch("status: (REFUSED|NOTAUTH)", $"{server} answers those who may not ask");
        }
    }

    [HostCheck("Substrate.5",
        "nsupdate of the child with its key, with another, without one, and of the zone above it; knsupdate; dig")]
    public static async Task IsUpdatedByItsKey(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var (name, key) = ($"myapp.{pair.Child}", await pair.Key(child.Key.Text, child.Algorithm, cancellationToken));
        var (transfer, wrong) = (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken),
            $"{child.Algorithm}:{child.Key}:{Convert.ToBase64String(new byte[32])}");

        (await pair.Update(pair.Child, key, cancellationToken, $"update add {name}. 60 A 192.0.2.9",
            $"update add a-{name}. 60 TXT \"heritage=external-dns\"")).ExitCode.ShouldBe(0, "the child's own key");
        (await pair.Ask(pair.Primary, name, "A", cancellationToken)).ShouldBe(["192.0.2.9"]);
        await AtBoth(pair, $"a-{name}", "TXT", ["\"heritage=external-dns\""], cancellationToken);
        (await pair.Answer(pair.Primary, pair.Client, cancellationToken, "-y", key, pair.Child, "AXFR"))
            .ShouldContain(name, customMessage: "a program that cannot read its child deletes nothing");

        foreach (var (what, zone, signed, owner) in new (string, string, string?, string)[]
        {
            ("without a key", pair.Child, null, $"none.{pair.Child}"),
            ("with a wrong key", pair.Child, wrong, $"wrong.{pair.Child}"),
            ("with the key for transfers", pair.Child, transfer, $"transfer.{pair.Child}"),
            ("outside of its child", pair.Zone, key, $"above.{pair.Zone}"),
        })
        {
            var refused = await pair.Update(zone, signed, cancellationToken, $"update add {owner}. 60 A 192.0.2.66");
            (await pair.Ask(pair.Primary, owner, "A", cancellationToken)).ShouldBeEmpty($"an update {what} was taken");
            refused.ExitCode.ShouldNotBe(0, $"an update {what} was answered as if it had been taken");
        }

        (await pair.Update(pair.Child, key, cancellationToken, $"update add {pair.Child}. 60 NS evil.example.")).ExitCode
            .ShouldNotBe(0, "the key could give its child away");
        (await pair.Update(pair.Child, key, cancellationToken, $"update delete {name}. A", $"update delete a-{name}. TXT")).ExitCode
            .ShouldBe(0, "what a key wrote it deletes");
        await AtBoth(pair, name, "A", [], cancellationToken);
        await IsUpdatedByKnsupdate(pair, key, cancellationToken);
    }

    [HostCheck("Substrate.6", "dig AXFR of each zone from both servers without a key, with a wrong one, with the child's key; verify.sh")]
    public static async Task IsNotTransferred(SubstratePair pair, CancellationToken cancellationToken)
    {
        var wrong = $"hmac-sha256:{pair.Settings.TransferKey}:{Convert.ToBase64String(new byte[32])}";
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            foreach (var zone in new[] { pair.Zone, pair.Child })
            {
                (await pair.Answer(server, pair.Client, cancellationToken, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} without a key");
                (await pair.Answer(server, pair.Client, cancellationToken, "-y", wrong, zone, "AXFR"))
                    .ShouldNotContain("IN\tNS", customMessage: $"{server} transfers {zone} with a wrong key");
            }
        }

        await ChildReadsItsChildAlone(pair, cancellationToken);
        await Verified(pair, "primary", cancellationToken);
        await Verified(pair, "secondary", cancellationToken);
    }

    [HostCheck("Substrate.7",
        "nsupdate, then a restart and a SIGKILL of the primary: dig, and the time until the first answer; verify.sh --repair")]
    public static async Task SurvivesKilling(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var (name, key) = ($"myapp.{pair.Child}", await pair.Key(child.Key.Text, child.Algorithm, cancellationToken));
        (await pair.Update(pair.Child, key, cancellationToken, $"update add {name}. 60 A 192.0.2.9")).ExitCode.ShouldBe(0);
        foreach (var end in new[] { "kill", "stop" })
        {
            await pair.Service("primary", end, cancellationToken);
            // The secondary runs on: what a query takes there is the machine's part.
            var before = TimeProvider.System.GetTimestamp();
            await pair.Ask(pair.Secondary, name, "A", cancellationToken);
            var since = TimeProvider.System.GetTimestamp();
            var limit = TimeSpan.FromSeconds(4) + (20 * TimeProvider.System.GetElapsedTime(before, since));
            await pair.Service("primary", "start", cancellationToken);
            await Eventually.Within(TimeSpan.FromSeconds(20), async token =>
                (await pair.Ask(pair.Primary, name, "A", token)).ShouldBe(["192.0.2.9"], $"{name} after {end}"),
                $"answers after {end}", cancellationToken);
            // The unit starts it a second after it died.
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(limit, $"the time until the first answer after {end}");
        }

        await StartsADeadService(pair, cancellationToken);
    }

    [HostCheck("Substrate.8",
        "the primary stopped, changed and rebuilt without its journals: dig and verify.sh at the secondary")]
    public static async Task CatchesUp(SubstratePair pair, CancellationToken cancellationToken)
    {
        // install.sh waits for the first zone alone; the secondary may still be fetching the others.
        foreach (var (name, type, data) in Expected(pair))
        {
            await AtBoth(pair, name, type, data, cancellationToken);
        }

        // A change while it runs, so that there is a journal of it.
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        await File.AppendAllTextAsync(file, $"newer.{pair.Zone}. 300 IN A 192.0.2.76\n", cancellationToken);
        (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
        await AtBoth(pair, $"newer.{pair.Zone}", "A", ["192.0.2.76"], cancellationToken);

        await pair.Service("primary", "stop", cancellationToken);
        foreach (var (name, type, data) in Expected(pair))
        {
            (await pair.Ask(pair.Secondary, name, type, cancellationToken)).ShouldBe(data, $"{name} {type} while the primary is away");
        }

        // The tree gets one record more, and the host what the tree says: by upgrade.sh, as on day 2.
        await File.AppendAllTextAsync(file, $"new.{pair.Zone}. 300 IN A 192.0.2.77\n", cancellationToken);
        var upgraded = await pair.Script("upgrade.sh", "primary", cancellationToken);
        upgraded.ExitCode.ShouldBe(0, upgraded.StandardError);
        await AtBoth(pair, $"new.{pair.Zone}", "A", ["192.0.2.77"], cancellationToken);

        // A primary that lost its journals begins with a lower serial: only contents tell.
        await pair.Service("primary", "stop", cancellationToken);
        (await pair.Script("remove.sh", "primary", cancellationToken)).ExitCode.ShouldBe(0);
        Directory.Delete(StateOf(pair, "primary"), recursive: true);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, cancellationToken)).Replace("192.0.2.77", "192.0.2.78",
            StringComparison.Ordinal), cancellationToken);
        var again = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary");
        again.ExitCode.ShouldBe(0, again.StandardError);
        (await pair.Script("verify.sh", "secondary", cancellationToken, "--repair")).ExitCode.ShouldBe(0);
        await AtBoth(pair, $"new.{pair.Zone}", "A", ["192.0.2.78"], cancellationToken);
        await Verified(pair, "secondary", cancellationToken);

        var metrics = await Metrics(pair, "secondary", cancellationToken);
        metrics["secondary_behind_seconds"].ShouldBe(0);
        // The SOA record's expiry, which the secondary counts from its last refresh.
        metrics["zone_expires_seconds"].ShouldBeInRange(1_209_600 - 300, 1_209_600);
        await LoadsWhatDiffers(pair, cancellationToken);
    }

    [HostCheck("Substrate.9", "the files below keys/ on both hosts, and the text of every generated file; verify.sh --repair")]
    public static async Task KeepsKeys(SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var role in new[] { "primary", "secondary" })
        {
            Directory.GetFiles(pair.In(role, $"{pair.Etc}/keys")).ShouldNotBeEmpty();
            foreach (var file in Directory.GetFiles(pair.In(role, $"{pair.Etc}/keys")))
            {
                File.GetUnixFileMode(file).ShouldBe(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite, $"{Path.GetFileName(file)} is not 0600");
            }
        }

        var secret = (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken)).Split(':')[^1];
        Convert.FromBase64String(secret).Length.ShouldBe(32);
        foreach (var file in Directory.GetFiles(Path.Combine(pair.Folder, "tree"), "*", SearchOption.AllDirectories))
        {
            Regex.IsMatch(await File.ReadAllTextAsync(file, cancellationToken), "secret:? \"?[A-Za-z0-9+/]{30,}|PRIVATE KEY")
                .ShouldBeFalse($"{file} holds a key");
        }

        File.SetUnixFileMode(pair.KeyFile("primary", pair.Settings.TransferKey),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (await pair.Script("verify.sh", "primary", cancellationToken)).ExitCode.ShouldBe(1, "a key that others read goes unseen");
        (await pair.Script("verify.sh", "primary", cancellationToken, "--repair")).ExitCode.ShouldBe(0);
        File.GetUnixFileMode(pair.KeyFile("primary", pair.Settings.TransferKey))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [HostCheck("Substrate.10",
        "the files of a host before and after install.sh: again, with other keys, with a server that does not start, on a fresh host too")]
    public static async Task InstallsOrNot(SubstratePair pair, CancellationToken cancellationToken)
    {
        var before = Files(pair, "primary");
        (await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary")).StandardOutput.ShouldContain("nothing to do");
        Files(pair, "primary").ShouldBe(before, "a second installation changed something");

        // The port of the new configuration is taken by nobody, but its address is not this host's: the server ends at once.
        var configuration = Directory.GetFiles(Path.Combine(pair.Folder, "tree", "primary")).Single();
        var text = await File.ReadAllTextAsync(configuration, cancellationToken);
        await File.WriteAllTextAsync(configuration, text.Replace(pair.Primary, "192.0.2.1", StringComparison.Ordinal), cancellationToken);
        var failed = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary", "--wait", "3");
        failed.ExitCode.ShouldNotBe(0);
        Files(pair, "primary").ShouldBe(before, "a failed installation did not leave the host as it was");
        await Eventually.Within(Soon, async token =>
            (await pair.Ask(pair.Primary, pair.Zone, "SOA", token)).ShouldHaveSingleItem("the service did not come back"),
            "the service is as it was", cancellationToken);

        await RefusesOtherKeys(pair, cancellationToken);
        (await pair.Script("remove.sh", "primary", cancellationToken, "--purge")).ExitCode.ShouldBe(0);
        Files(pair, "primary").ShouldBeEmpty("something is left");
        Directory.Delete(pair.Root("primary"), recursive: true);
        Directory.CreateDirectory(pair.Root("primary"));
        await LeavesAFreshHost(pair, broken: true, cancellationToken);
        await File.WriteAllTextAsync(configuration, text, cancellationToken);
        await LeavesAFreshHost(pair, broken: false, cancellationToken);
    }

    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal static void ShouldSucceed(this BufferedCommandResult result) =>
        result.ExitCode.ShouldBe(0, result.StandardOutput + result.StandardError);

    internal static async Task AtBoth(
        SubstratePair pair, string name, string type, IReadOnlyList<string> data, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            await Eventually.Within(
                Soon, async token => (await pair.Ask(server, name, type, token)).ShouldBe(data, $"{name} {type} at {server}"),
                $"{name} is at both servers", cancellationToken);
        }
    }

    internal static async Task Verified(SubstratePair pair, string role, CancellationToken cancellationToken)
    {
        var verified = await pair.Script("verify.sh", role, cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardOutput + verified.StandardError);
    }

    private static string StateOf(SubstratePair pair, string role) => pair.In(role,
        pair.Settings.Server == SubstrateServer.Knot ? "/var/lib/globular-dns" : "/var/lib/bind/globular-dns");

    /// <summary>Path, mode and text of what install.sh writes; without what the running server writes.</summary>
    private static Dictionary<string, string> Files(SubstratePair pair, string role) =>
        Directory.GetFiles(pair.Root(role), "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(StateOf(pair, role), StringComparison.Ordinal)
                && !file.StartsWith(pair.In(role, "/run"), StringComparison.Ordinal))
            .ToDictionary(file => file, file => $"{File.GetUnixFileMode(file)}\n{File.ReadAllText(file)}");

    private static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
