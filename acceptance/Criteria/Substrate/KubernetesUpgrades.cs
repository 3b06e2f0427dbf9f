using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>An upgrade of Kubernetes on the hosts.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(UpgradesId, "An upgrade begins with the API server, and a part that is not healthy stays as it was",
    "the old part runs, and nothing behind it was touched", Needs = Feature.Substrate)]
public static class KubernetesUpgrades
{
    internal const string UpgradesId = "Substrate.20";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In(UpgradesId, "scripts/k8s-install.sh",
            ("no way back from a broken part", "kube-apiserver is not as it was",
                "if [ -e \"$stage/undo/$number\" ]; then mv -f \"$stage/undo/$number\" \"$path\"; else rm -f \"$path\"; fi", ":"),
            ("an upgrade that goes on behind a broken part", "was touched", "|| die \"$part ended: journalctl -u $part\"", "|| break"),
            ("an upgrade that waits for no health", "kube-scheduler is not as it was",
                "|| die \"$part is not healthy after $wait s: journalctl -u $part\"", "|| break")),
    ];

    [HostCheck(UpgradesId,
        "k8s-install.sh with programs of the next version, of which each in turn ends or is never healthy: API server, controller manager, "
            + "scheduler and a stand-in for the kubelet; and with a unit with which etcd does not start")]
    public static async Task UpgradesInOrder(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var (before, version) = ($"{hosts.Kubernetes.Version}", hosts.Kubernetes.Version);
        var next = $"{version.Major}.{version.Minor + 1}.0";
        var binaries = Path.Combine(hosts.Folder, "next");
        Task<string> Next(string program, string starts) => hosts.Program($"next/{program}",
            $"#!/bin/sh\n[ \"$*\" != --version ] || {{ echo Kubernetes v{next}; exit; }}\n{starts}\n", cancellationToken);
        string Sound(string program) => $"exec {LocalProgram.Find(program)} \"$@\"";
        foreach (var program in ControlPlaneParts)
        {
            await Next(program, Sound(program));
        }

        await WorkerOf(hosts, before, cancellationToken);
        await hosts.Set("version", next, cancellationToken);
        var started = Path.Combine(hosts.Folder, "state", Front, "started");
        foreach (var (index, broken) in ControlPlaneParts.Index())
        {
            // One ends at once; one runs but is never healthy.
            await Next(broken, broken == "kube-scheduler" ? "exec sleep 600" : "exit 1");
            File.Delete(started);
            var failed = await hosts.Script("k8s-install.sh", Front, cancellationToken, "--binaries", binaries, "--wait",
                broken == "kube-scheduler" ? "20" : "90");
            var starts = await File.ReadAllLinesAsync(started, cancellationToken);
            foreach (var (at, part) in ControlPlaneParts.Index().Reverse())
            {
                (await Version(hosts, Front, part, cancellationToken)).ShouldBe(at < index ? next : before,
                    at == index ? $"{part} is not as it was"
                        : at > index ? $"{part} behind {broken} was touched" : $"{part} was taken back");
                starts.Contains($"{part}.service").ShouldBe(at == index || at == index - 1,
                    $"{part} {(at > index ? "behind" : "before")} {broken} was touched: started again, or not at all");
            }

            failed.ExitCode.ShouldNotBe(0, $"a broken {broken} goes unseen");
            failed.StandardError.ShouldContain($"{broken}.service is as before");
            await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            {
                // As systemd does: they exit if their API server is away for too long.
                foreach (var unit in Managers)
                {
                    (await hosts.Service(Front, "start", unit, token)).ShouldSucceed();
                }

                (await hosts.Script("k8s-health.sh", Front, token)).StandardOutput.ShouldNotContain("FAULT");
            }, $"the control plane is healthy after {broken} was broken", cancellationToken);
            await Next(broken, Sound(broken));
        }

        // With working parts, the same command completes the upgrade.
        await hosts.Succeeds("k8s-install.sh", Front, cancellationToken, "--binaries", binaries);
        await hosts.Succeeds("k8s-health.sh", Front, cancellationToken);
        await WorkerStays(hosts, before, next, binaries, cancellationToken);
        await EtcdStays(hosts, cancellationToken);
    }

    private static async Task<string> Version(
        KubernetesHosts hosts, string host, string program, CancellationToken cancellationToken) =>
        (await LocalProgram.Run(hosts.In(host, $"/usr/local/bin/{program}"), ["--version"], cancellationToken)).StandardOutput.Trim()
            .Replace("Kubernetes v", "");

    /// <summary>etcd is a Debian package; an upgrade only changes its unit.</summary>
    private static async Task EtcdStays(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var (tree, unit) = (Path.Combine(hosts.Tree, "units", Unit), hosts.In(Store, $"/etc/systemd/system/{Unit}"));
        var (text, installed) = (await File.ReadAllTextAsync(tree, cancellationToken),
            await File.ReadAllTextAsync(unit, cancellationToken));
        await File.WriteAllTextAsync(tree, text.Replace("--name=", "--no-such-flag --name="), cancellationToken);
        var failed = await hosts.Script("k8s-install.sh", Store, cancellationToken, "--wait", "60");
        (await File.ReadAllTextAsync(unit, cancellationToken)).ShouldBe(installed, "etcd is not as it was");
        failed.ExitCode.ShouldNotBe(0, "an etcd that does not start goes unseen");
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            await hosts.Succeeds("k8s-health.sh", Store, token), "etcd runs as before", cancellationToken);
        await File.WriteAllTextAsync(tree, text, cancellationToken);
    }

    private static string Kubelet(string version, string starts) =>
        $"#!/bin/sh\n[ \"$*\" != --version ] || {{ echo Kubernetes v{version}; exit; }}\n{starts}\n";

    /// <summary>A stand-in for a kubelet that has joined.</summary>
    private static async Task WorkerOf(KubernetesHosts hosts, string version, CancellationToken cancellationToken)
    {
        var join = Path.Combine(hosts.Folder, "join-worker");
        await hosts.Program("old/kubelet", Kubelet(version, "exec sleep 600"), cancellationToken);
        await using var health = await Healthy(hosts, cancellationToken);
        await hosts.Succeeds("k8s-node.sh", Front, cancellationToken, "add", Worker, "--out", join);
        await hosts.Succeeds("k8s-install.sh", Worker, cancellationToken, "--binaries", Path.Combine(hosts.Folder, "old"), "--join", join);
    }

    /// <summary>The next kubelet runs, but is never healthy.</summary>
    private static async Task WorkerStays(
        KubernetesHosts hosts, string before, string next, string binaries, CancellationToken cancellationToken)
    {
        await hosts.Program("next/kubelet", Kubelet(next, "exec sleep 600"), cancellationToken);
        var failed = await hosts.Script("k8s-install.sh", Worker, cancellationToken, "--binaries", binaries, "--wait", "3");
        (await Version(hosts, Worker, "kubelet", cancellationToken)).ShouldBe(before, "kubelet is not as it was");
        failed.StandardError.ShouldContain("kubelet.service is as before");
        (await hosts.Service(Worker, "is-active", "kubelet.service", cancellationToken)).ExitCode
            .ShouldBe(0, "the old kubelet does not run");
        await using var health = await Healthy(hosts, cancellationToken);
        await hosts.Succeeds("k8s-install.sh", Worker, cancellationToken, "--binaries", binaries);
        (await Version(hosts, Worker, "kubelet", cancellationToken)).ShouldBe(next, "the sound kubelet is not installed");
    }
}
