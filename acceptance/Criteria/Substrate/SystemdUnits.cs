using PlatformGitOps.Generator.Apps.Substrate;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The systemd units in containers with systemd as PID 1.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(UnitsId, "The units hold under systemd: sandboxed, back after SIGKILL and after a reboot, repaired by a timer, gone after removal",
    "answers within 5 s of SIGKILL; systemd-analyze security at most 2.0; no file left", Needs = Feature.Substrate)]
[Check(KubernetesUnitsId, "Kubernetes' units hold under systemd: sandboxed, back after SIGKILL, and a path unit sees new certificates",
    "each healthy; the new certificate is served; no unit left", Needs = Feature.Substrate)]
public static class SystemdUnits
{
    internal const string UnitsId = "Substrate.44";
    private const string Library = "sh " + SystemdHosts.Tree + "/dns/scripts";

    // Except snapshots and the operator's key for them; the journal, and temporary folders of an interrupted boot, are systemd's.
    private const string Left = "find / -xdev \\( -path /proc -o -path /sys -o -path /root -o -path /var/log -o -path /var/backups "
        + "-o -name 'systemd-private-*' \\) -prune -o -name '*globular*' ! -name globular-dns-backup.key -print";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a server that stays down", UnitsId, "does not answer after SIGKILL", "globular-dns.service", "Restart=always\n", ""),
        Of("a timer that is not enabled", UnitsId, "globular-dns-verify.timer is not enabled", "scripts/settings.sh",
            "companions='globular-dns-verify.timer ", "companions='"),
        Of("a timer that repairs nothing", UnitsId, "the timer repairs nothing", "globular-dns-verify.service", " --repair", ""),
        Of("a server with every system call and capability", UnitsId, "runs without its sandbox", "globular-dns.service",
            "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n", "CapabilityBoundingSet=~\nNoNewPrivileges=no\n"),
        Of("a removal that leaves its scripts", UnitsId, "is left", "scripts/remove.sh", "rm -rf \"$library\"\n", ""),
        Of("a removal that leaves the host without a server", UnitsId, "does not come back", "scripts/remove.sh",
            "then systemd enable --now \"$(cat \"$etc/replaced\")\"", "then : \"$(cat \"$etc/replaced\")\""),
        Of("an API server that stays down", KubernetesUnitsId, "kube-apiserver does not come back", "units/kube-apiserver.service",
            "Restart=always\n", ""),
        Of("an API server with every capability", KubernetesUnitsId, "kube-apiserver runs without its sandbox",
            "units/kube-apiserver.service", "CapabilityBoundingSet=\n", "CapabilityBoundingSet=~\n"),
        Of("folders that etcd cannot enter", KubernetesUnitsId, "globular-etcd.service ended", "scripts/k8s-lib.sh",
            "folder \"$(dirname \"$1\")\" 755", "mkdir -p \"$(dirname \"$1\")\""),
        Of("new certificates that nobody sees", KubernetesUnitsId, "k8s-certs-changed.path is not enabled", "scripts/k8s-install.sh",
            " k8s-certs.timer k8s-certs-changed.path\"", " k8s-certs.timer\""),
        Of("a path unit that watches another file", KubernetesUnitsId, "does not see a new certificate", "units/k8s-certs-changed.path",
            "/apiserver.crt", "/apiserver.other"),
    ];

    [HostCheck(UnitsId, "install.sh on two hosts with systemd; systemctl show, /proc/PID/status, systemctl kill, the timers and remove.sh")]
    public static async Task RunsUnderSystemd(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        var own = hosts.OwnUnit;
        await Install(hosts, own, cancellationToken);
        await Both(async host =>
        {
            await IsSandboxed(hosts, host, cancellationToken);
            (await hosts.Unit(host, own, "ActiveState", cancellationToken)).ShouldBe("inactive", $"{own} still has port 53");
            await TimersRun(hosts, host, cancellationToken);
        });
        await SystemdRestarts(hosts, cancellationToken);
        await TheTimerRepairs(hosts, cancellationToken);
        await MakesASnapshot(hosts, cancellationToken);
        await Both(async host =>
        {
            await hosts.Do(host, $"{Library}/remove.sh --purge", cancellationToken);
            (await hosts.Do(host, Left, cancellationToken)).ShouldBeEmpty("is left");
            (await hosts.Do(host, "systemctl list-units --all --no-legend 'globular*'", cancellationToken)).ShouldBeEmpty("is left");
            (await hosts.Unit(host, own, "ActiveState", cancellationToken)).ShouldBe("active", $"{own} does not come back");
            (await hosts.Run(host, $"systemctl is-enabled {own}", cancellationToken)).Output.Trim().ShouldBe("enabled");
        });
    }

    private static Task Both(Func<int, Task> happens) => Task.WhenAll(happens(0), happens(1));

    /// <summary>As on a machine with newly installed packages: Debian's server is running and enabled.</summary>
    private static async Task Install(SystemdHosts hosts, string own, CancellationToken cancellationToken)
    {
        var key = $"{hosts.Etc}/keys/{hosts.Settings.TransferKey}.conf";
        foreach (var host in new[] { 0, 1 })
        {
            await hosts.Do(host, $"systemctl enable --now {own}", cancellationToken);
        }

        await hosts.Do(0, $"{Library}/install.sh", cancellationToken);
        var text = await hosts.Do(0, $"base64 -w 0 {key}", cancellationToken);
        await hosts.Do(1, $"umask 077; echo {text} | base64 -d >/root/transfer.conf", cancellationToken);
        await hosts.Do(1, $"{Library}/install.sh --transfer-key /root/transfer.conf", cancellationToken);
    }

    private static async Task IsSandboxed(SystemdHosts hosts, int host, CancellationToken cancellationToken)
    {
        foreach (var unit in new[] { "globular-dns", "globular-dns-view", "globular-dns-queries" }
            .Where(unit => unit != "globular-dns-queries" || hosts.IsKnot))
        {
            await KeepsItsSandbox(hosts, host, unit, unit == "globular-dns" ? "0000000000000400" : "0000000000000000", cancellationToken);
        }
    }

    /// <param name="capabilities">In the kernel's format; CAP_NET_BIND_SERVICE is bit 10.</param>
    private static async Task KeepsItsSandbox(
        SystemdHosts hosts, int host, string unit, string capabilities, CancellationToken cancellationToken)
    {
        (await hosts.Unit(host, unit, "ActiveState", cancellationToken)).ShouldBe("active", unit);
        var status = await hosts.Do(host, $"cat /proc/$(systemctl show --property MainPID --value {unit})/status", cancellationToken);
        foreach (var (what, value) in new[] { ("CapBnd", capabilities), ("NoNewPrivs", "1"), ("Seccomp", "2") })
        {
            Regex.Match(status, $"^{what}:\\s*(\\S+)", RegexOptions.Multiline).Groups[1].Value
                .ShouldBe(value, $"{unit} runs without its sandbox: {what}");
        }

        var security = await hosts.Run(host, $"systemd-analyze security --no-pager {unit}", cancellationToken);
        double.Parse(Regex.Match(security.Output, "Overall exposure level.*: ([0-9.]+)").Groups[1].Value, CultureInfo.InvariantCulture)
            .ShouldBeLessThanOrEqualTo(2.0, $"{unit} is exposed");
    }

    private static async Task TimersRun(SystemdHosts hosts, int host, CancellationToken cancellationToken)
    {
        var listed = await hosts.Do(host, "systemctl list-timers --no-legend --full", cancellationToken);
        foreach (var timer in new[] { "globular-dns-verify.timer", "globular-dns-backup.timer" })
        {
            (await hosts.Run(host, $"systemctl is-enabled {timer}", cancellationToken)).Output.Trim()
                .ShouldBe("enabled", $"{timer} is not enabled");
            listed.ShouldContain(timer);
        }
    }

    /// <summary>systemd alone restores the answers with a program's records: after SIGKILL of the server, and after a reboot.</summary>
    private static async Task SystemdRestarts(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        var child = hosts.Settings.Children[0];
        var (name, etc) = ($"myapp.{child.Name}.{hosts.Zone}", hosts.Etc);
        await hosts.Do(0, $"secret=$(grep -oE 'secret:? \"?[A-Za-z0-9+/=]+' {etc}/keys/{child.Key}.conf | grep -oE '[^ \"]+$') && "
            + $"printf 'server {hosts.Address(0)}\\nzone {child.Name}.{hosts.Zone}\\nupdate add {name}. 60 A 192.0.2.9\\nsend\\n' | "
            + $"nsupdate -y {child.Algorithm}:{child.Key}:$secret", cancellationToken);
        var before = await hosts.Unit(0, "globular-dns", "MainPID", cancellationToken);
        await hosts.Do(0, "systemctl kill --signal SIGKILL globular-dns", cancellationToken);
        var since = TimeProvider.System.GetTimestamp();
        await Answered("does not answer after SIGKILL");
        TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(5), "the time until the first answer");
        (await hosts.Unit(0, "globular-dns", "MainPID", cancellationToken)).ShouldNotBe(before);
        (await hosts.Do(1, $"for i in $(seq 50); do dig +short +time=1 +tries=1 @{hosts.Address(0)} {name}; done | sort | uniq -c",
            cancellationToken)).ShouldBe("50 192.0.2.9", "a query after the first answer is lost");

        await hosts.Reboot(0, cancellationToken);
        await Answered("does not answer after a reboot");
        await TimersRun(hosts, 0, cancellationToken);

        Task Answered(string fault) => Eventually.Within(Soon, async token =>
        {
            (await hosts.Unit(0, "globular-dns", "MainPID", token)).ShouldNotBeOneOf(before, "0", $"the server {fault}");
            (await hosts.Ask(0, $"{name} A", token)).ShouldBe("192.0.2.9", $"the server {fault}");
        }, "systemd starts it", cancellationToken);
    }

    /// <summary>With the timer's interval of five minutes reduced to a second.</summary>
    private static async Task TheTimerRepairs(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        var key = $"{hosts.Etc}/keys/{hosts.Settings.TransferKey}.conf";
        const string dropIn = "/etc/systemd/system/globular-dns-verify.timer.d";
        await Both(async host =>
        {
            await hosts.Do(host, $"chmod 644 {key} && systemctl stop globular-dns", cancellationToken);
            await hosts.Do(host, $"mkdir {dropIn} && printf '[Timer]\\nOnActiveSec=1\\nAccuracySec=1\\nRandomizedDelaySec=0\\n' "
                + $">{dropIn}/soon.conf && systemctl daemon-reload && systemctl restart globular-dns-verify.timer", cancellationToken);
            await Eventually.Within(Soon * 3, async token =>
            {
                (await hosts.Do(host, $"stat -c %a {key}", token)).ShouldBe("600", "the timer repairs nothing");
                (await hosts.Ask(host, $"{hosts.Zone} SOA", token)).ShouldNotBeEmpty("the timer repairs nothing");
                (await hosts.Unit(host, "globular-dns-verify", "ActiveState", token)).ShouldBe("inactive", "verify still runs");
            }, "the timer's service repairs", cancellationToken);
            (await hosts.Unit(host, "globular-dns-verify", "Result", cancellationToken)).ShouldBe("success");
            await hosts.Do(host, $"rm -r {dropIn} && systemctl daemon-reload", cancellationToken);
        });
    }

    private static async Task MakesASnapshot(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.Do(0, "umask 077; openssl rand -base64 48 >/etc/globular-dns-backup.key", cancellationToken);
        await hosts.Do(0, "systemctl start globular-dns-backup.service", cancellationToken);
        (await hosts.Do(0, "ls /var/backups/globular-dns", cancellationToken)).ShouldEndWith(".snapshot");
    }

    internal const string KubernetesUnitsId = "Substrate.47";
    private const string KubernetesScripts = "sh " + SystemdHosts.Tree + "/kubernetes/scripts";
    private static readonly string[] ControlPlaneUnits = ["globular-etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

    /// <summary>A control plane with etcd on the first container; no worker, which needs a container runtime.</summary>
    internal static SubstrateSettings OnOneHost(SubstrateSettings settings, SemVer version) => settings with
    {
        Kubernetes = settings.Kubernetes! with
        {
            Version = version,
            ControlPlanes = [settings.Primary],
            Etcd = [settings.Primary],
            Workers = [],
        },
    };

    [HostCheck(KubernetesUnitsId,
        "k8s-install.sh on a host with systemd; systemctl show, /proc/PID/status, systemctl kill, k8s-health.service; a certificate made "
            + "once more, and what the API server then serves; k8s-remove.sh")]
    public static async Task KubernetesRunsUnderSystemd(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        foreach (var program in KubernetesHosts.Programs)
        {
            await hosts.Place(0, LocalProgram.Find(program)!, $"/usr/local/bin/{program}", cancellationToken);
        }

        // Root does not need sudo, but docs/substrate.md uses it.
        await hosts.Do(0, "printf '#!/bin/sh\\nexec \"$@\"\\n' >/usr/local/bin/sudo && chmod 755 /usr/local/bin/sudo", cancellationToken);
        await Documented(hosts, "Install a control plane", cancellationToken);
        foreach (var unit in ControlPlaneUnits)
        {
            await KeepsItsSandbox(hosts, 0, unit, "0000000000000000", cancellationToken);
        }

        foreach (var unit in new[]
        {
            "k8s-certs.timer", "k8s-certs-changed.path", "k8s-health.timer", "k8s-backup.timer", "k8s-approve.timer",
        })
        {
            (await hosts.Run(0, $"systemctl is-enabled {unit}", cancellationToken)).Output.Trim()
                .ShouldBe("enabled", $"{unit} is not enabled");
            (await hosts.Unit(0, unit, "SubState", cancellationToken)).ShouldBe("waiting", unit);
        }

        await Documented(hosts, "Keep the objects", cancellationToken);
        var kept = await hosts.Do(0, "ls /var/backups/*/*.snapshot", cancellationToken);
        foreach (var task in new[] { "k8s-certs", "k8s-health", "k8s-approve", "k8s-backup" })
        {
            await hosts.Do(0, $"systemctl start {task}.service", cancellationToken);
        }

        (await hosts.Do(0, "ls /var/backups/*/*.snapshot", cancellationToken)).ShouldNotBe(kept, "no snapshot by the unit");

        await SeesANewCertificate(hosts, cancellationToken);
        foreach (var unit in ControlPlaneUnits)
        {
            var before = await hosts.Unit(0, unit, "MainPID", cancellationToken);
            await hosts.Do(0, $"systemctl kill --signal SIGKILL {unit}", cancellationToken);
            await Eventually.Within(Soon, async token =>
                (await hosts.Unit(0, unit, "MainPID", token)).ShouldNotBeOneOf(before, "0", $"{unit} does not come back"),
                $"systemd starts {unit}", cancellationToken);
        }

        await Eventually.Within(Soon * 3, async token =>
            (await hosts.Run(0, "systemctl start k8s-health.service", token)).ExitCode.ShouldBe(0, "a part is not healthy afterwards"),
            "each part is healthy again", cancellationToken);
        await hosts.Do(0, $"{KubernetesScripts}/k8s-remove.sh --purge", cancellationToken);
        (await hosts.Do(0, "systemctl list-units --all --no-legend 'globular*' 'k8s*' 'kube-*'", cancellationToken))
            .ShouldBeEmpty("is left");
    }

    private static Task Documented(SystemdHosts hosts, string title, CancellationToken cancellationToken) => hosts.Do(
        0, $"mkdir -p /srv/tree/substrate && ln -sfn {SystemdHosts.Tree} /srv/tree/substrate/main && cd /srv/tree && set -eu\n"
            + SubstrateRunbook.Of(title).Script, cancellationToken);

    /// <summary>
    /// The servers reload it themselves; the path unit is for one that does not. It is a single event, so only its service's log shows it.
    /// </summary>
    private static async Task SeesANewCertificate(SystemdHosts hosts, CancellationToken cancellationToken)
    {
        var served = $"echo | openssl s_client -connect {hosts.Address(0)}:6443 2>/dev/null | openssl x509 -noout -serial";
        var before = await hosts.Do(0, served, cancellationToken);
        await Documented(hosts, "Renew a certificate now", cancellationToken);
        await Eventually.Within(Soon * 3, async token =>
        {
            var log = await hosts.Do(0, "journalctl --output cat --unit k8s-certs-changed.service", token);
            Regex.IsMatch(log, "^kube-apiserver.service serves ", RegexOptions.Multiline).ShouldBeTrue(
                $"the path unit does not see a new certificate: {log}");
        }, "the path unit starts its service", cancellationToken);
        (await hosts.Do(0, served, cancellationToken)).ShouldNotBe(before, "the API server serves the certificate of before");
        (await hosts.Unit(0, "k8s-certs-changed", "Result", cancellationToken)).ShouldBe("success");
    }
}
