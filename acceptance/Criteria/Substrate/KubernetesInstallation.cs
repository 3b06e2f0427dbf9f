using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The files of Kubernetes on the hosts: for systemd, kubeadm and the kubelet.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.14", "The files of Kubernetes are sound for systemd, and installing again changes nothing",
    "no message; systemd-analyze security at most 2.0", Needs = Feature.Substrate)]
[Check("Substrate.27", "What kubeadm and the kubelet read is valid for these programs", "no unknown key, value or flag",
    Needs = Feature.Substrate)]
public static class KubernetesInstallation
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("an API server with all of the machine", "Substrate.14", "exposed", "units/kube-apiserver.service", "ProtectSystem=strict\n",
            "User=root\nCapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("a second CoreDNS", "Substrate.14", "CoreDNS of kubeadm", "kubeadm/config.yaml", "addon/coredns", "addon/kube-proxy"),
        Of("a key that kubeadm does not know", "Substrate.27", "dnsDomian", "kubeadm/config.yaml", "dnsDomain:",
            "dnsDomian:"),
        Of("a key that the kubelet does not know", "Substrate.27", "clusterDnsDomain", "worker/kubelet.yaml",
            "clusterDomain:", "clusterDnsDomain:"),
        Of("a value that the kubelet does not take", "Substrate.27", "gets no further", "worker/kubelet.yaml", "VersionTLS12",
            "VersionTLS99"),
        Of("a flag that the kubelet does not know", "Substrate.27", "gets no further", "units/kubelet.service", "--node-ip=",
            "--node-address="),
        Of("a timer's service with all of the machine", "Substrate.14", "k8s-health.service is exposed", "units/k8s-health.service",
            "ProtectSystem=strict\n", "CapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
    ];

    [HostCheck("Substrate.14", "k8s-install.sh in a folder, for each kind of host; systemd-analyze")]
    public static async Task IsInstalled(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "tar");
        await hosts.MakeCertificates(cancellationToken);
        var binaries = Path.Combine(hosts.Folder, "binaries");
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet" })
        {
            await hosts.Program($"binaries/{program}", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        }

        var join = await Join(hosts, cancellationToken);
        (await hosts.Rehearse("k8s-install.sh", Worker, cancellationToken, "--binaries", binaries)).StandardError
            .ShouldContain("k8s-node.sh add");
        foreach (var (host, arguments) in new (string, string[])[]
        {
            (Store, []), (Front, []), (Worker, ["--join", join]),
        })
        {
            (await hosts.Rehearse("k8s-install.sh", host, cancellationToken, ["--binaries", binaries, .. arguments])).ShouldSucceed();
            (await hosts.Rehearse("k8s-install.sh", host, cancellationToken, ["--binaries", binaries])).StandardOutput
                .ShouldContain("nothing to do", customMessage: $"a second installation of {host} changes something");
        }

        // The files for another installer.
        async Task<IReadOnlyList<Resources.Resource>> Documents(string file) => Resources.YamlDocuments.Resources(
            await File.ReadAllTextAsync(Path.Combine(hosts.Tree, file), cancellationToken));
        var kubeadm = (await Documents("kubeadm/config.yaml")).Single(document => document.Kind == "InitConfiguration").Document;
        kubeadm["skipPhases"]!.AsArray().Select(phase => (string?)phase).ShouldContain("addon/coredns", "the CoreDNS of kubeadm");
        var k3s = (await Documents("k3s/config.yaml")).Single().Document;
        k3s["disable"]!.AsArray().Select(part => (string?)part).ShouldBe(["coredns"], "the CoreDNS of k3s");
        ((string?)k3s["datastore-endpoint"]).ShouldBe(hosts.EtcdUrl);
        foreach (var installer in new[] { "kubeadm", "k3s" })
        {
            await hosts.Succeeds(Certs, Front, cancellationToken, "--for", installer);
        }

        foreach (var (file, source) in new[]
        {
            ("/etc/kubernetes/pki/ca.crt", "kubernetes-client-ca.crt"), ("/etc/kubernetes/pki/ca.key", "kubernetes-client-ca.key"),
            ("/etc/kubernetes/pki/sa.key", "sa.key"), ("/etc/kubernetes/pki/encryption.yaml", "encryption.yaml"),
            ("/var/lib/rancher/k3s/server/tls/server-ca.key", "kubernetes-ca.key"),
            ("/var/lib/rancher/k3s/server/tls/client-ca.crt", "kubernetes-client-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/request-header-ca.crt", "front-proxy-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/service.key", "sa.key"),
        })
        {
            (await File.ReadAllTextAsync(hosts.In(Front, file), cancellationToken))
                .ShouldBe(await File.ReadAllTextAsync(hosts.Pki(source), cancellationToken), file);
        }

        foreach (var host in new[] { Store, Front, Worker })
        {
            await AreSound(Directory.GetFiles(hosts.In(host, "/etc/systemd/system")), cancellationToken);
        }
    }

    /// <summary>A worker's join file, without an API server to create its token.</summary>
    private static async Task<string> Join(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var join = Path.Combine(hosts.Folder, "join");
        var folder = Directory.CreateDirectory(Path.Combine(hosts.Folder, "joining")).FullName;
        foreach (var name in new[] { "ca.crt", "kubernetes-client-ca.crt" })
        {
            File.Copy(hosts.Pki(name), Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "bootstrap.conf"), "kind: Config\n", cancellationToken);
        (await LocalProgram.Run(
            "tar", ["-C", folder, "-cf", join, "ca.crt", "kubernetes-client-ca.crt", "bootstrap.conf"], cancellationToken)).ShouldSucceed();
        return join;
    }

    /// <summary>
    /// The maximum exposure in systemd-analyze's rating: 2.0 for services on the network. Root's timers read and write others' files, and a
    /// kubelet starts containers (docs/substrate.md).
    /// </summary>
    private static double? Exposure(string service) => service switch
    {
        "kubelet.service" => null,
        "globular-dns-verify.service" or "globular-dns-backup.service" => 4.0,
        _ when service.StartsWith("k8s-", StringComparison.Ordinal) => 4.0,
        _ => 2.0,
    };

    /// <summary>Checks that systemd can parse the units and that services are confined. Last in a check, because it may skip.</summary>
    internal static async Task AreSound(string[] units, CancellationToken cancellationToken)
    {
        if (LocalProgram.Find("systemd-analyze") is null)
        {
            Assert.Ignore("the units were not read: systemd-analyze is not on this machine; Debian has it in systemd");
        }

        var verified = await LocalProgram.Run("systemd-analyze", ["verify", .. units], cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardError);
        // It also reads the machine's own units.
        Lines(verified.StandardError).Where(line => units.Any(unit => line.Contains(Path.GetFileName(unit))))
            .ShouldBeEmpty();
        var services = units.Where(unit => unit.EndsWith(".service", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        services.ShouldNotBeEmpty();
        var rated = new List<string>();
        foreach (var unit in services)
        {
            var security = await LocalProgram.Run(
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
        // The installed API server decides the version: kubeadm only supports its own version and the one before.
        KubernetesHosts.Need("kube-apiserver", "kubeadm", "kubelet");
        var validated = await LocalProgram.Run(LocalProgram.Find("kubeadm")!,
            ["config", "validate", "--config", Path.Combine(hosts.Tree, "kubeadm/config.yaml")], cancellationToken);
        validated.ExitCode.ShouldBe(0, $"kubeadm refuses its configuration: {validated.StandardError}");
        validated.StandardError.ShouldBeEmpty("kubeadm has something to say");

        await hosts.MakeCertificates(cancellationToken);
        await hosts.Program("binaries/kubelet", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        (await hosts.Rehearse("k8s-install.sh", Worker, cancellationToken, "--binaries", Path.Combine(hosts.Folder, "binaries"),
            "--join", await Join(hosts, cancellationToken))).ShouldSucceed();

        // Without a kubeconfig it ends before it contacts the API server, and writes nothing on this machine.
        var nowhere = Path.Combine(hosts.Folder, "nowhere");
        var unit = await File.ReadAllTextAsync(hosts.In(Worker, "/etc/systemd/system/kubelet.service"), cancellationToken);
        var flags = Regex.Matches(unit, @"^  (--[^ \n]+)", RegexOptions.Multiline).Select(flag => flag.Groups[1].Value)
            .Select(flag => flag.Replace("${NAME}", Worker)
                .Replace("${ADDRESS}", hosts.Address(Worker)))
            .Where(flag => !Regex.IsMatch(flag, "^--(bootstrap-)?kubeconfig=")).ToArray();
        flags.ShouldContain($"--config={hosts.In(Worker, "/etc/globular-kubernetes/kubelet.yaml")}");
        var ended = await LocalProgram.Run(LocalProgram.Find("kubelet")!,
            [.. flags, $"--kubeconfig={nowhere}", $"--root-dir={nowhere}-root", $"--cert-dir={nowhere}-certificates"], cancellationToken);
        var said = ended.StandardOutput + ended.StandardError;
        // It only warns about an unknown key.
        said.ShouldNotContain("strict decoding", customMessage: $"the kubelet does not know all of its configuration: {said}");
        said.ShouldContain($"stat {nowhere}: no such file", customMessage: "the kubelet gets no further than its flags and configuration");
    }
}
