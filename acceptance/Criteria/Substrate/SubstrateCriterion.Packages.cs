using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(PackagesId, "The packages have the installer's steps, and install etcd, a control plane and a worker that joins",
    "each step; the worker's own certificate and Node", Needs = Feature.Substrate)]
[Check("Substrate.27", "What kubeadm and the kubelet read is valid for these programs", "no unknown key, value or flag",
    Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string PackagesId = "Substrate.39";
    private const string WorkerPackage = "kubernetes-worker-node.yaml";
    private const string JoinFile = "/etc/globular-kubernetes/join";

    internal static IReadOnlyList<HostSabotage> PackageSabotages =>
    [
        Of("a key that the installer passes over", PackagesId, "that run_script does not have", WorkerPackage, "timeout:", "timout:"),
        Of("a script that is not in the package", PackagesId, "not found in", "etcd.yaml", "k8s-install.sh", "install.sh"),
        Of("a worker that asks for an argument", PackagesId, "has not joined", "scripts/k8s-install.sh",
            "if [ -z \"$join\" ] && [ -f \"$etc/join\" ]", "if false"),
        Of("a token that stays on the worker", PackagesId, "what the worker joined with is there still", "scripts/k8s-install.sh",
            "[ -z \"$brought\" ] || rm -f", "[ -z \"$brought\" ] || :"),
        Of("a package that looks at nothing", PackagesId, "no health of kube-scheduler", "kubernetes-control-plane.yaml",
            "      - kube-scheduler.service\n", ""),
        Of("a worker that serves for another host", PackagesId, "gets a certificate for others", "scripts/k8s-node.sh",
            "[ -n \"$names\" ] ||", "false ||"),
    ];

    [HostCheck(PackagesId,
        "each package file; its steps, taken as globular-installer takes them, on a host of etcd, of the control plane and a worker")]
    public static async Task PackagesInstall(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        await hosts.MakeCertificates(cancellationToken);
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler" })
        {
            hosts.Place(Front, program, ExternalDns.LocalProgram.Find(program)!);
        }

        foreach (var (package, host, services) in new (string, string, string[])[]
        {
            ("etcd.yaml", Store, ["globular-etcd"]),
            ("kubernetes-control-plane.yaml", Front, ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]),
        })
        {
            (await hosts.Apply(package, host, cancellationToken)).ShouldBe("", $"{package} on {host}");
            var read = InstallerPackage.Read(package, await File.ReadAllTextAsync(Path.Combine(hosts.Tree, package), cancellationToken));
            var watched = read.Steps.Where(step => step.Type == "health_checks")
                .SelectMany(step => step.Keys["services"]!.AsArray()).Select(service => (string)service!).ToList();
            foreach (var service in services)
            {
                watched.ShouldContain($"{service}.service", $"{package} has no health of {service}");
            }

            (await hosts.Script("k8s-health.sh", host, cancellationToken)).ShouldSucceed();
        }

        // A stand-in for the kubelet, of which systemd sees that it runs and k8s-install.sh its health.
        await hosts.Program("worker/kubelet",
            $"#!/bin/sh\n[ \"$*\" != --version ] || {{ echo Kubernetes v{hosts.Kubernetes.Version}; exit; }}\nexec sleep 600\n",
            cancellationToken);
        hosts.Place(Worker, "kubelet", Path.Combine(hosts.Folder, "worker", "kubelet"));
        var health = new Healthz(hosts.Loopback(Worker), 10248);
        try
        {
            await WorkerJoins(hosts, cancellationToken);
        }
        finally
        {
            health.Dispose();
        }

        if (await RealKubelet.Missing(cancellationToken) is { } reason)
        {
            TestContext.Out.WriteLine($"No real kubelet has joined: {reason}.");
            return;
        }

        using var kubelet = new RealKubelet(hosts);
        await kubelet.TakePlace(cancellationToken);
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} with a real kubelet");
        await kubelet.Joins(cancellationToken);
        (await hosts.Service(Worker, "stop", "kubelet.service", cancellationToken)).ShouldSucceed();
    }

    private static async Task WorkerJoins(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        // Without the file of the control plane nothing is started, and the message says what to do.
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldContain("this worker has not joined");
        (await hosts.Service(Worker, "is-active", "kubelet.service", cancellationToken)).ExitCode.ShouldNotBe(0);

        var join = hosts.In(Worker, JoinFile);
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "add", Worker, "--out", join)).ShouldSucceed();
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} on {Worker}");
        File.Exists(join).ShouldBeFalse("what the worker joined with is there still");

        // With what the package left, as its kubelet does: a certificate of its own, and a Node with it.
        var worker = new ReplacementWorker(hosts);
        await worker.Bootstraps(cancellationToken);
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker does not see its own Node");
        await worker.Trusts("joined", cancellationToken);

        if (SubstratePair.Find("jq") is not null)
        {
            await WorkerServes(hosts, worker, cancellationToken);
        }

        // The next version of the package needs no file.
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} on {Worker} again");
    }

    /// <summary>What the timer of k8s-node.sh signs, what it leaves, and what the list says.</summary>
    private static async Task WorkerServes(KubernetesHosts hosts, ReplacementWorker worker, CancellationToken cancellationToken)
    {
        await worker.AsksToServe("own", Worker, hosts.Address(Worker), cancellationToken);
        await worker.AsksToServe("another-name", Front, hosts.Address(Worker), cancellationToken);
        await worker.AsksToServe("another-address", Worker, hosts.Address(Front), cancellationToken);
        var approved = await hosts.Script("k8s-node.sh", Front, cancellationToken, "approve");
        approved.ShouldSucceed();
        approved.StandardOutput.ShouldContain($"approved own of {Worker}.");
        approved.StandardOutput.ShouldNotContain("approved another", customMessage: "a worker gets a certificate for others");
        approved.StandardOutput.ShouldContain($"left another-address of system:node:{Worker}");
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
        {
            var (_, body) = await hosts.Ask(hosts.Own("admin"), "/apis/certificates.k8s.io/v1/certificatesigningrequests", token);
            JsonNode.Parse(body)!["items"]!.AsArray().Where(item => item!["status"]?["certificate"] is not null)
                .Select(item => (string?)item!["metadata"]!["name"]).Where(name => name != "joins").ShouldBe(["own"]);
        }, "the worker's own request is signed, and no other", cancellationToken);
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "list")).StandardOutput.ShouldContain(Worker);
    }

    /// <summary>Answers 'ok' to every request, as a kubelet's health port does.</summary>
    private sealed class Healthz : IDisposable
    {
        private static readonly byte[] Ok = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        private readonly TcpListener listener;
        private readonly Task answering;

        public Healthz(string address, int port)
        {
            listener = new TcpListener(IPAddress.Parse(address), port);
            listener.Start();
            answering = Answer();
        }

        public void Dispose()
        {
            listener.Stop();
            answering.Wait(TimeSpan.FromSeconds(5));
            listener.Dispose();
        }

        private async Task Answer()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    var asked = new byte[2048];
                    _ = await client.GetStream().ReadAsync(asked);
                    await client.GetStream().WriteAsync(Ok);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or IOException)
            {
                // Ended by the check.
            }
        }
    }

    internal static IReadOnlyList<HostSabotage> UnitSabotages =>
    [
        Of("a timer's service with all of the machine", "Substrate.14", "k8s-health.service is exposed", "units/k8s-health.service",
            "ProtectSystem=strict\n", "CapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
    ];

    /// <summary>
    /// The most that systemd-analyze may rate a service with: 2.0 where the network reaches it. What runs as root by a timer reads and
    /// writes others' files, and a kubelet makes containers (docs/substrate.md).
    /// </summary>
    private static double? Exposure(string service) => service switch
    {
        "kubelet.service" => null,
        "globular-dns-verify.service" or "globular-dns-backup.service" => 4.0,
        _ when service.StartsWith("k8s-", StringComparison.Ordinal) => 4.0,
        _ => 2.0,
    };

    /// <summary>systemd reads the units, and the services are confined. The last part of a check, for it may skip that.</summary>
    private static async Task AreSound(string[] units, CancellationToken cancellationToken)
    {
        if (SubstratePair.Find("systemd-analyze") is null)
        {
            Assert.Ignore("the units were not read: systemd-analyze is not on this machine; Debian has it in systemd");
        }

        var verified = await SubstratePair.Run("systemd-analyze", ["verify", .. units], cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardError);
        // It reads the units of the whole machine too.
        Lines(verified.StandardError).Where(line => units.Any(unit => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal)))
            .ShouldBeEmpty();
        var services = units.Where(unit => unit.EndsWith(".service", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        services.ShouldNotBeEmpty();
        var rated = new List<string>();
        foreach (var unit in services)
        {
            var security = await SubstratePair.Run(
                "systemd-analyze", ["security", "--offline=true", "--no-pager", unit], cancellationToken);
            var overall = Regex.Match(security.StandardOutput, "Overall exposure level.*: ([0-9.]+)").Groups[1].Value;
            var name = Path.GetFileName(unit);
            double.Parse(overall, CultureInfo.InvariantCulture)
                .ShouldBeLessThanOrEqualTo(Exposure(name) ?? double.MaxValue, $"{name} is exposed");
            rated.Add($"{name} {overall}");
        }

        TestContext.Out.WriteLine($"Rated by systemd-analyze: {string.Join(", ", rated)}.");
    }

    [HostCheck("Substrate.27",
        "kubeadm config validate; a real kubelet with the worker's flags and configuration, until it needs a cluster")]
    public static async Task IsValid(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        // The API server that is here decides the version: a kubeadm takes its own and the one before alone.
        KubernetesHosts.Need("kube-apiserver", "kubeadm", "kubelet");
        var validated = await SubstratePair.Run(LocalProgram.Find("kubeadm")!,
            ["config", "validate", "--config", Path.Combine(hosts.Tree, "kubeadm/config.yaml")], cancellationToken);
        validated.ExitCode.ShouldBe(0, $"kubeadm refuses its configuration: {validated.StandardError}");
        validated.StandardError.ShouldBeEmpty("kubeadm has something to say");

        await hosts.MakeCertificates(cancellationToken);
        await hosts.Program("binaries/kubelet", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        (await hosts.Rehearse("k8s-install.sh", Worker, cancellationToken, "--binaries", Path.Combine(hosts.Folder, "binaries"),
            "--join", await Join(hosts, cancellationToken))).ShouldSucceed();

        // Without a kubeconfig it ends where it would ask the API server, and writes nothing on this machine.
        var nowhere = Path.Combine(hosts.Folder, "nowhere");
        var unit = await File.ReadAllTextAsync(hosts.In(Worker, "/etc/systemd/system/kubelet.service"), cancellationToken);
        var flags = Regex.Matches(unit, @"^  (--[^ \n]+)", RegexOptions.Multiline).Select(flag => flag.Groups[1].Value)
            .Select(flag => flag.Replace("${NAME}", Worker, StringComparison.Ordinal)
                .Replace("${ADDRESS}", hosts.Address(Worker), StringComparison.Ordinal))
            .Where(flag => !Regex.IsMatch(flag, "^--(bootstrap-)?kubeconfig=")).ToArray();
        flags.ShouldContain($"--config={hosts.In(Worker, "/etc/globular-kubernetes/kubelet.yaml")}");
        var ended = await SubstratePair.Run(LocalProgram.Find("kubelet")!,
            [.. flags, $"--kubeconfig={nowhere}", $"--root-dir={nowhere}-root", $"--cert-dir={nowhere}-certificates"], cancellationToken);
        var said = ended.StandardOutput + ended.StandardError;
        // It goes on after an unknown key, and says so.
        said.ShouldNotContain("strict decoding", customMessage: $"the kubelet does not know all of its configuration: {said}");
        said.ShouldContain($"stat {nowhere}: no such file", customMessage: "the kubelet gets no further than its flags and configuration");
    }
}
