using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesInstallation;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>install.sh: valid files, private keys, and a host that stays unchanged after a failure.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.3", "The files are sound for the tools of the servers and of systemd",
    "installed without a message; systemd-analyze security at most 2.0", Needs = Feature.Substrate)]
[Check("Substrate.9", "Keys are made on the host, and nobody else reads them", "mode 0600, none in the tree", Needs = Feature.Substrate)]
[Check("Substrate.10", "Installing again changes nothing, and a failed installation leaves the host as it was", "the same files",
    Needs = Feature.Substrate)]
public static class SubstrateInstallation
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a record that is not one", "Substrate.3", "zone globular.internal is refused", "zones/globular.internal.zone", " A ",
            " A x"),
        Of("a service as root with all of the machine", "Substrate.3", "exposed", "globular-dns.service", "ProtectSystem=strict\n",
            "User=root\nCapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("a view with every system call, namespace and device", "Substrate.3", "globular-dns-view.service is exposed",
            "globular-dns-view.service", "ProtectSystem=strict\n",
            "CapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("keys that others read", "Substrate.9", "0600", "scripts/install.sh",
            "\"$etc/keys/${key%%:*}.conf\" 600", "\"$etc/keys/${key%%:*}.conf\" 644"),
        Of("no way back", "Substrate.10", "as it was", "scripts/install.sh", "trap rollback EXIT\n", "\n"),
        Of("a key that nobody tries", "Substrate.10", "a wrong transfer key", "scripts/install.sh", "[ -z \"$refused\" ] ||", ": ||"),
        Of("a package's service that stays off", "Substrate.10", "does not come back", "scripts/install.sh",
            "[ -z \"${disabled:-}\" ] || systemd enable --now \"$settings_unit\" || :\n", "\n"),
    ];

    [HostCheck("Substrate.3",
        "the steps of package.yaml on both hosts, with knotc conf-check and kzonecheck, or named-checkconf and named-checkzone; "
            + "systemd-analyze")]
    public static async Task IsSound(SubstratePair pair, CancellationToken cancellationToken)
    {
        (await pair.Apply("primary", cancellationToken)).ShouldBe("", "the package on the primary");
        // A package's script gets no arguments: the secondary must have the key beforehand.
        (await pair.Apply("secondary", cancellationToken)).ShouldContain("copy", customMessage: "a secondary without the key");
        var key = pair.KeyFile("secondary", pair.Settings.TransferKey);
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        File.Copy(pair.KeyFile("primary", pair.Settings.TransferKey), key);
        (await pair.Apply("secondary", cancellationToken)).ShouldBe("", "the package on the secondary");
        await pair.AtBoth(pair.Zone, "NS", [.. pair.Settings.Hosts.Select(host => $"{host.Name}.{pair.Zone}.")
            .Order(StringComparer.Ordinal)], cancellationToken);
        await AreSound(Directory.GetFiles(pair.In("primary", "/etc/systemd/system"), "*.*"), cancellationToken);
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
        var before = pair.Files("primary");
        (await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary")).StandardOutput.ShouldContain("nothing to do");
        pair.Files("primary").ShouldBe(before, "a second installation changed something");

        // The port in the new configuration is free, but its address is not this host's: the server exits at once.
        var configuration = Directory.GetFiles(Path.Combine(pair.Folder, "tree", "primary")).Single();
        var text = await File.ReadAllTextAsync(configuration, cancellationToken);
        await File.WriteAllTextAsync(configuration, text.Replace(pair.Primary, "192.0.2.1"), cancellationToken);
        var failed = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary", "--wait", "3");
        failed.ExitCode.ShouldNotBe(0);
        pair.Files("primary").ShouldBe(before, "a failed installation did not leave the host as it was");
        await Eventually.Within(Soon, async token =>
            (await pair.Ask(pair.Primary, pair.Zone, "SOA", token)).ShouldHaveSingleItem("the service did not come back"),
            "the service is as it was", cancellationToken);

        await RefusesOtherKeys(pair, cancellationToken);
        (await pair.Script("remove.sh", "primary", cancellationToken, "--purge")).ExitCode.ShouldBe(0);
        pair.Files("primary").ShouldBeEmpty("something is left");
        Directory.Delete(pair.Root("primary"), recursive: true);
        Directory.CreateDirectory(pair.Root("primary"));
        await LeavesAFreshHost(pair, broken: true, cancellationToken);
        await File.WriteAllTextAsync(configuration, text, cancellationToken);
        await LeavesAFreshHost(pair, broken: false, cancellationToken);
    }

    private static async Task RefusesOtherKeys(SubstratePair pair, CancellationToken cancellationToken)
    {
        var before = pair.Files("secondary");
        var (own, file) = (await File.ReadAllTextAsync(pair.KeyFile("primary", pair.Settings.TransferKey), cancellationToken),
            Path.Combine(pair.Folder, "given.conf"));
        var secret = (await pair.Key(pair.Settings.TransferKey, "hmac-sha256", cancellationToken)).Split(':')[^1];
        foreach (var (what, text, said) in new[]
        {
            ("an empty transfer key", "", "is not the transfer key"),
            ("a wrong transfer key", own.Replace(secret, Convert.ToBase64String(new byte[32])),
                "refuses the key"),
            ("another key than that for transfers",
                await File.ReadAllTextAsync(pair.KeyFile("primary", pair.Settings.Children[0].Key.Text), cancellationToken),
                "refuses the key"),
        })
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
            var refused = await pair.Script("install.sh", "secondary", cancellationToken, "--role", "secondary", "--transfer-key", file);
            (refused.ExitCode, refused.StandardError.Contains(said)).ShouldBe(
                (1, true), $"{what} is taken: {refused.StandardError}");
            pair.Files("secondary").ShouldBe(before, $"{what} changed the host");
        }
    }

    /// <summary>A host with only the server's package: its service keeps running if the installation fails.</summary>
    /// <param name="broken">True for a configuration with which no server starts.</param>
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
            await pair.Succeeds("remove.sh", "primary", cancellationToken, "--purge");
        }

        pair.PackageService("primary").ShouldBe("enabled", "the service of the package does not come back");
    }
}
