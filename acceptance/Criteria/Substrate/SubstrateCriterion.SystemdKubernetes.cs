using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Values;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(KubernetesUnitsId, "Kubernetes' units hold under systemd: sandboxed, back after SIGKILL, and a path unit sees new certificates",
    "each healthy; the new certificate is served; no unit left", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string KubernetesUnitsId = "Substrate.47";
    private const string KubernetesScripts = "sh " + SystemdHosts.Tree + "/kubernetes/scripts";

    private static readonly string[] ControlPlaneUnits = ["globular-etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

    private static IReadOnlyList<HostSabotage> SystemdKubernetesSabotages =>
    [
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

        // Root needs no sudo; the commands are those of docs/substrate.md.
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
    /// The servers read it by themselves; the path unit is for one that does not. It is one event, so that only its service's log shows it.
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
